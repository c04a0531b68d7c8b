"""What can go wrong, told as one line: what, where, and the next step."""


class StanceError(Exception):
    """A failure the user can act on.

    Args:
        what: what is wrong, in words a non-programmer understands.
        where: the file, row, key or option concerned.
        next_step: what to do about it.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        self.what, self.where, self.next_step = what, where, next_step
        super().__init__("".join((f"{where}: " if where else "", what, f"; {next_step}" if next_step else "")))


class UsageError(StanceError):
    """The command or call itself is wrong (exit code 2)."""

    exit_code = 2


class DataError(StanceError):
    """A document, annotation or other input file cannot be used as it is."""


class ParamsError(StanceError):
    """params.yaml holds an unknown key, a wrong type or a value out of range."""


class ModelError(StanceError):
    """A model file is missing, damaged, or not one of ours."""
