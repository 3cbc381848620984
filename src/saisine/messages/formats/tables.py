"""Tables (CSV) read by a profile: a YAML file that says which column holds what. Nothing in it is code."""

from pathlib import Path

from saisine.messages.formats.contract import Format


def profile_format(path: Path) -> Format:
    raise NotImplementedError
