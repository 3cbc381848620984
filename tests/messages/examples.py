"""How many examples a property is shown: few in `make test`, all of them where the slow tests run too."""

is_long = False  # set by conftest.py, before any test module is imported


def examples(short: int, long: int) -> int:
    return long if is_long else short
