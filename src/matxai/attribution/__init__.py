"""General methods that explain any network with one output per row by its inputs."""
