"""The one error a person who uses the workflow should ever have to read."""

from os import PathLike


class InputError(ValueError):
    """Something handed in from outside (a file, a setting, an environment) cannot be used.

    The ``problem`` is one sentence without a full stop. The details are the file that cannot be used, the
    place in it (row, column, key, line), the value there, what is expected, and how to fix it.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | PathLike[str] | None = None,
        where: str | None = None,
        value: object = None,
        expected: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.details = {
            "file": None if file is None else str(file),
            "where": where,
            "value": None if value is None else repr(value),
            "expected": expected,
            "fix": fix,
        }

    def __str__(self) -> str:
        lines = [f"  {key + ':':<9} {text}" for key, text in self.details.items() if text]
        return "\n".join([self.problem, *lines])
