"""The parts of an .xlsx workbook beside its rows: sheets, relations, date styles, shared strings.

ECMA-376 (Office Open XML), parts 1 and 2; transitional and strict files alike, since elements are known by their
local names. No part of a workbook has a document type: one that declares any is refused before an entity exists.
"""

import re
import tempfile
from array import array
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, cast
from xml.parsers import expat

CHUNK_BYTES: Final = 64 << 10
# One token (a tag, a text between tags) that is longer than a record may be is no cell of a table.
MAX_TOKEN_BYTES: Final = 16 << 20
# Excel holds 32,767 signs in a cell; other writers go further.
MAX_CELL_CHARACTERS: Final = 1 << 20
MAX_SHEETS: Final = 1_000
IN_MEMORY_BYTES: Final = 64 << 20

Parts = Mapping[str, Callable[[], BinaryIO]]
Attributes = dict[str, str]


class WorkbookFault(ValueError):
    """A workbook that cannot be read further; a ValueError, so that reading stops as for any damaged stream."""


class Handlers:
    """What to do with the elements of a part, by their local names."""

    def start(self, name: str, attributes: Attributes) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...


def walk(stream: BinaryIO, handlers: Handlers) -> Iterator[int]:
    """Feed a part to its handlers; yields the bytes given after each piece. Raises WorkbookFault."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = lambda name, attributes: handlers.start(_local(name), attributes)
    parser.EndElementHandler = lambda name: handlers.end(_local(name))
    parser.CharacterDataHandler = handlers.text
    given = 0
    try:
        while chunk := stream.read(CHUNK_BYTES):
            given += len(chunk)
            parser.Parse(chunk, False)
            if given - parser.CurrentByteIndex > MAX_TOKEN_BYTES:
                raise WorkbookFault("too_large")
            yield given
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise WorkbookFault(f"xml: {error.code}") from error
    except LookupError as error:  # an encoding that Python does not know, asked for by the parser
        raise WorkbookFault("xml: encoding") from error
    yield given


def _local(name: str) -> str:
    return name.rpartition(":")[2] if ":" in name else name


def _refuse(*_: object) -> None:
    raise WorkbookFault("document type")


def _read(parts: Parts, name: str, handlers: Handlers) -> None:
    """Read a small part whole; an absent one leaves the handlers as they are."""
    opener = parts.get(name.lower())
    if opener is not None:
        with opener() as stream:
            for given in walk(stream, handlers):
                if given > MAX_TOKEN_BYTES:
                    raise WorkbookFault("too_large")


# ------------------------------------------------------------------ relations and sheets


class Relation(NamedTuple):
    """What a relation leads to: its kind (the last word of its type), its target, inside the file or not."""

    kind: str
    target: str
    is_external: bool


class _Relations(Handlers):
    def __init__(self) -> None:
        self.found: dict[str, Relation] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            is_external = attributes.get("TargetMode") == "External"
            self.found[attributes.get("Id", "")] = Relation(kind, attributes.get("Target", ""), is_external)


def relations_of(parts: Parts, part: str) -> dict[str, Relation]:
    """The relations of a part by their ids; inner targets are full part names."""
    folder, _, name = part.rpartition("/")
    handlers = _Relations()
    _read(parts, f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels", handlers)
    return {
        key: one if one.is_external else one._replace(target=_resolve(folder, one.target))
        for key, one in handlers.found.items()
    }


def _resolve(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    steps = folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


class Sheet(NamedTuple):
    """One sheet of a workbook, in the order of its tabs."""

    name: str
    part: str
    is_hidden: bool


class _Workbook(Handlers):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.is_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheet" and len(self.sheets) < MAX_SHEETS:
            key = next((value for key, value in attributes.items() if _local(key) == "id"), "")
            is_hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), key, is_hidden))
        elif name == "workbookPr":
            self.is_1904 = attributes.get("date1904", "0") in ("1", "true", "on")


class Plan(NamedTuple):
    """What must be known of a workbook before its rows: sheets, how dates count, which styles are dates."""

    sheets: tuple[Sheet, ...]
    is_1904: bool
    date_styles: Mapping[int, bool]


def plan_of(parts: Parts) -> Plan:
    """The plan of a workbook. Raises WorkbookFault when it has none."""
    main = next((one.target for one in relations_of(parts, "").values() if one.kind == "officeDocument"), "")
    main = main or "xl/workbook.xml"
    if main.lower() not in parts:
        raise WorkbookFault("no workbook")
    handlers = _Workbook()
    _read(parts, main, handlers)
    relations = relations_of(parts, main)
    sheets = []
    for name, key, is_hidden in handlers.sheets:
        found = relations.get(key)
        if found is not None and found.kind == "worksheet" and not found.is_external:
            sheets.append(Sheet(name, found.target, is_hidden))
    styles = next((one.target for one in relations.values() if one.kind == "styles"), "xl/styles.xml")
    return Plan(tuple(sheets), handlers.is_1904, _date_styles(parts, styles))


def strings_part(parts: Parts) -> str:
    """The name of the shared strings part."""
    return next((one for one in parts if one.endswith("sharedstrings.xml")), "")


# ------------------------------------------------------------------ styles

# ECMA-376 part 1, 18.8.30: the built-in formats that are dates or times of day (46 is a duration).
_BUILT_IN: Final = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_BUILT_IN_SECONDS: Final = {19, 21, 45, 47}
_LITERALS: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)


class _Styles(Handlers):
    def __init__(self) -> None:
        self.formats: dict[str, str] = {}
        self.used: list[str] = []
        self._is_cell = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self.formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._is_cell = True
        elif name == "xf" and self._is_cell and len(self.used) < 65_536:
            self.used.append(attributes.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._is_cell = False


def _date_styles(parts: Parts, part: str) -> dict[int, bool]:
    """The styles that show a date or a time of day, each with whether it shows seconds."""
    handlers = _Styles()
    _read(parts, part, handlers)
    dates = {}
    for number, used in enumerate(handlers.used):
        code = handlers.formats.get(used)
        if code is not None:
            if is_date_format(code):
                dates[number] = "s" in _LITERALS.sub("", code).lower()
        elif used.isdecimal() and int(used) in _BUILT_IN:
            dates[number] = int(used) in _BUILT_IN_SECONDS
    return dates


def is_date_format(code: str) -> bool:
    """Whether a number format shows a date: `dd/mm/yyyy` does, `0.00" jours"` and `[h]:mm` (a duration) do not."""
    bare = _LITERALS.sub("", code.partition(";")[0]).lower()
    return "[" not in bare and "general" not in bare and bool(re.search("[dmyhs]", bare))


# ------------------------------------------------------------------ shared strings

_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescape(text: str) -> str:
    """The text with `_x000D_` as the sign it stands for (ECMA-376 part 1, 22.9.2.19); one that no file may hold
    (NUL, half a pair) becomes U+FFFD."""
    return _ESCAPED.sub(_sign_of, text) if "_x" in text else text


def _sign_of(found: re.Match[str]) -> str:
    code = int(found.group(1), 16)
    return "\ufffd" if code == 0 or 0xD800 <= code <= 0xDFFF else chr(code)


class SharedStrings(Handlers):
    """The texts that cells point at, in 64 MB of memory at most, then in an unnamed temporary file."""

    def __init__(self, parts: Parts, scratch: Path | None) -> None:
        folder = None if scratch is None else str(scratch)
        self._store = cast(BinaryIO, tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=folder))  # noqa: SIM115 (until `close`)
        self._ends = array("Q", [0])
        self._pieces: list[str] = []
        self._length = 0
        self._is_text = self._is_phonetic = False
        opener = parts.get(strings_part(parts))
        if opener is not None:
            with opener() as stream:
                for _ in walk(stream, self):
                    pass

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "t":
            self._is_text = not self._is_phonetic
        elif name == "rPh":
            self._is_phonetic = True

    def end(self, name: str) -> None:
        if name == "t":
            self._is_text = False
        elif name == "rPh":
            self._is_phonetic = False
        elif name == "si":
            body = unescape("".join(self._pieces)).encode()
            self._pieces.clear()
            self._length = 0
            self._store.write(body)
            self._ends.append(self._ends[-1] + len(body))

    def text(self, data: str) -> None:
        if self._is_text:
            self._pieces.append(data)
            self._length += len(data)
            if self._length > MAX_CELL_CHARACTERS:
                raise WorkbookFault("too_large")

    def get(self, number: int) -> str:
        """The text of this number. Raises WorkbookFault when there is none."""
        if not 0 <= number < len(self._ends) - 1:
            raise WorkbookFault("no such text")
        start, end = self._ends[number], self._ends[number + 1]
        self._store.seek(start)
        return self._store.read(end - start).decode()

    def close(self) -> None:
        self._store.close()
