"""Messages from a plain file: NDJSON, or CSV with the columns `id` and `text`, as `docs/findings.md` says.

`account_id`, `timestamp` and `target_id` may be there too; the search for copies does not need them.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from saisine.errors import SaisineError
from saisine.messages.encodings import encoding_of
from saisine.messages.formats.raw import MAX_RECORD_BYTES
from saisine.texts import fold, replace_forbidden

# The same limit per cell as every table that Saisine reads: the standard one (128 KiB) is the process's own.
csv.field_size_limit(MAX_RECORD_BYTES)

DELIMITERS: Final = ",;\t"
# Signs that no text holds, the line ends and the page break of old consoles apart.
_BINARY: Final = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]")
# A spreadsheet has rounded this id: guessing its digits would tie a message to another post.
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d{1,20})?[eE]\+\d{1,3}")
_Record = tuple[Any, Any] | None  # (id, text) as the file has them, None when the line cannot be read


class Text(NamedTuple):
    """One message: its id, its text as received, and the text as it is compared (`texts.fold`)."""

    id: str
    text: str
    norm: str


@dataclass(slots=True)
class Texts:
    """The messages of one file, and what was left out.

    `read` counts records, kept or not; `read == len(rows) + sum(skipped.values())` always. Reasons:
    `unreadable_line`, `missing_id`, `missing_text`, `rounded_id`, `duplicate_id`.
    """

    rows: list[Text] = field(default_factory=list)
    read: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[Text]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def read_texts(source: Path) -> Texts:
    """Read a whole file of messages.

    Raises `path_missing`, `texts_empty`, `texts_binary`, `texts_without_columns`, `texts_unreadable`.
    """
    if not source.is_file():
        raise SaisineError("path_missing", path=source)
    body = _decode(source.read_bytes(), source.name)
    if not body.strip():
        raise SaisineError("texts_empty", name=source.name)
    is_json = body.lstrip().startswith("{")
    texts = _keep(_json_records(body, source.name) if is_json else _csv_records(body, source.name))
    if texts.read and texts.skipped["unreadable_line"] == texts.read:
        raise SaisineError("texts_unreadable", name=source.name, count=texts.read)
    return texts


def _decode(data: bytes, name: str) -> str:
    """UTF-8 with or without its mark, UTF-16, else the Western code page of older spreadsheets."""
    encoding = encoding_of(data)
    if encoding is not None:
        return data.decode(encoding, "replace").removeprefix("\ufeff")
    if _BINARY.search(data):
        raise SaisineError("texts_binary", name=name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _json_records(body: str, name: str) -> list[_Record]:
    # split on line feeds alone: U+2028 and its like may stand inside a text
    records = [_json_record(line) for line in body.split("\n") if line.strip()]
    objects = [record for record in records if record is not None]
    if objects and all(key is _ABSENT or text is _ABSENT for key, text in objects):
        raise SaisineError("texts_without_columns", name=name, columns=_keys(body))
    return records


_ABSENT: Final = object()


def _json_record(line: str) -> _Record:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return (value.get("id", _ABSENT), value.get("text", _ABSENT)) if isinstance(value, dict) else None


def _keys(body: str) -> str:
    """The names that the first readable object has, to be quoted in the error."""
    for line in body.split("\n"):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return ", ".join(sorted(value)[:20])
    return ""


def _csv_records(body: str, name: str) -> Iterator[_Record]:
    delimiter, header = _header(body, name)
    id_at, text_at = header.index("id"), header.index("text")
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)
    next(reader)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell above the limit: a quote was never closed
            yield None
            continue
        if any(cells):
            yield _csv_record(cells, len(header), id_at, text_at)


def _csv_record(cells: Sequence[str], width: int, id_at: int, text_at: int) -> _Record:
    """Too many cells mean an unquoted delimiter: the text would be cut without a word."""
    if len(cells) > width:
        return None
    cells = [*cells, *[""] * (width - len(cells))]
    return cells[id_at], cells[text_at]


def _header(body: str, name: str) -> tuple[str, list[str]]:
    """(delimiter, folded column names) of the first reading that has both columns."""
    first = body.lstrip("\r\n").split("\n", 1)[0].rstrip("\r")
    readings = {mark: [cell.strip().lower() for cell in _cells(first, mark)] for mark in DELIMITERS}
    for mark, header in readings.items():
        if "id" in header and "text" in header:
            return mark, header
    found = max(readings.values(), key=len)
    raise SaisineError(
        "texts_without_columns", name=name, columns=", ".join(cell[:40] for cell in found[:20])
    )


def _cells(line: str, mark: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return []


def _keep(records: Iterator[_Record] | list[_Record]) -> Texts:
    texts, seen = Texts(), set[str]()
    for record in records:
        texts.read += 1
        reason = _fault(record, seen)
        if reason:
            texts.skipped[reason] += 1
            continue
        key, text = record  # type: ignore[misc]  # None was given a reason
        seen.add(str(key).strip())
        plain = replace_forbidden(text)
        texts.rows.append(Text(replace_forbidden(str(key).strip()), plain, fold(plain)))
    return texts


def _fault(record: _Record, seen: set[str]) -> str:
    """Why a record is left out, or nothing."""
    if record is None:
        return "unreadable_line"
    key, text = record
    if not isinstance(key, (str, int)) or isinstance(key, bool) or not str(key).strip():
        return "missing_id"
    if _ROUNDED.fullmatch(str(key).strip()):
        return "rounded_id"
    if not isinstance(text, str) or not text.strip():
        return "missing_text"
    return "duplicate_id" if str(key).strip() in seen else ""
