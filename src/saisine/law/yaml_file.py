"""One YAML file of rules or of cases, composed with its line numbers and with hard limits.

Nothing is constructed from the file: nodes are read, and `bind.py` makes records of them. Size, depth and
aliases are capped before composing, because a few bytes of aliases can name billions of values.
"""

from pathlib import Path
from typing import Any

import yaml

from saisine.errors import SaisineError

MAX_BYTES = 2_000_000
MAX_DEPTH = 40
MAX_ALIASES = 2_000
MAX_NODES = 200_000  # our largest file has about 12,000 once aliases are followed

Loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def invalid(file: str, line: int, reason_fr: str, reason_en: str) -> SaisineError:
    """The one error of a rule file: which file, which line (from 1), what is wrong there."""
    return SaisineError("law_file_invalid", file=file, line=line, reason_fr=reason_fr, reason_en=reason_en)


def compose(path: Path, name: str = "") -> yaml.Node:
    """The root node of the file. Raises SaisineError("law_file_invalid") or ("law_file_unreadable")."""
    name = name or path.name
    text = _read(path, name)
    try:
        _check_shape(text, name)
        root = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        raise invalid(
            name, line_at(error.problem_mark), "le YAML est mal formé", f"malformed YAML: {error.problem}"
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise invalid(name, 1, "le YAML est mal formé", "malformed YAML") from error
    if root is None:
        raise invalid(name, 1, "le fichier est vide", "the file is empty")
    return root


def _read(path: Path, name: str) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SaisineError("law_file_unreadable", file=name, reason=error.strerror or "") from error
    if len(data) > MAX_BYTES:
        raise invalid(name, 1, "le fichier dépasse 2 Mo", "the file is over 2 MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise invalid(name, line, "le fichier n’est pas en UTF-8", "the file is not UTF-8") from error


def _check_shape(text: str, name: str) -> None:
    """Count events only: nothing is built yet, so that a hostile file costs its own length and no more."""
    depth = aliases = 0
    for event in yaml.parse(text, Loader=Loader):
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            if depth > MAX_DEPTH:
                line = line_at(event.start_mark)
                raise invalid(name, line, "trop de niveaux imbriqués", "too many nested levels")
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
            if aliases > MAX_ALIASES:
                line = line_at(event.start_mark)
                raise invalid(name, line, "trop de renvois (alias)", "too many aliases")


def line_of(node: yaml.Node) -> int:
    return line_at(node.start_mark)


def line_at(mark: Any) -> int:
    """A line counted from 1; the library types its marks loosely and may give none."""
    return int(mark.line) + 1 if mark is not None else 1
