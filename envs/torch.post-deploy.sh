# Made by `make lock` from data.in and data.lock; Snakemake runs it after torch.yaml.
python -m pip install --no-deps matminer==0.10.1 ElementEmbeddings==0.8.0
