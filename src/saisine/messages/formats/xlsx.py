"""Rows of .xlsx sheets as text, streamed, with what a spreadsheet hides told.

ECMA-376 (Office Open XML) part 1, sections 18.3 (sheets) and 18.17 (dates). Read with the standard library. Of the
libraries looked at, python-calamine 0.9.1 gives every number as a binary one (1745678901234567893 comes out as
1.745678901234568e+18), and openpyxl 3.1.5, read only, keeps every shared text in memory and gives neither the links
behind cells, where ExportComments puts the address of each comment, nor the rows that a filter hides.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import BinaryIO, Final

from saisine.messages.archive_streams import STREAM_FAULTS
from saisine.messages.formats.xlsx_parts import (
    CHUNK_BYTES,
    MAX_CELL_CHARACTERS,
    Attributes,
    Handlers,
    Parts,
    Plan,
    SharedStrings,
    Sheet,
    WorkbookFault,
    relations_of,
    unescape,
    walk,
)

# The limits of the format itself.
MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 16_384
MAX_LINKS: Final = 500_000
# A few bytes of a sheet may name a far cell: what comes out is measured against what came in.
_FORMULA_CHARACTERS: Final = 4_096
MAX_GROWTH: Final = 50
GROWTH_FREE_CHARACTERS: Final = 64 << 20
LINK_SUFFIX: Final = " (lien)"

_TYPED: Final = re.compile(r"\s*(?:https?://|www\.)\S", re.IGNORECASE)
# what stands in a cell that leads somewhere by a formula; the file has its names in English
_BY_FORMULA: Final = re.compile(r'\s*HYPERLINK\(\s*"(https?://[^"\s]+)"', re.IGNORECASE)
_REFERENCE: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_EXACT_DIGITS: Final = 15  # what Excel keeps of a number
_FALSE_LEAP_DAY: Final = 60  # 29 February 1900, which never was


# ------------------------------------------------------------------ numbers and dates


def number_text(raw: str) -> str:
    """A number as a person would have typed it; one whose last digits may be gone stays in `1.75E+18` form.

    >>> number_text("12.0"), number_text("0.30000000000000004"), number_text("1.7456789012345679E+18")
    ('12', '0.3', '1.7456789012345679E+18')
    """
    raw = raw.strip()
    digits = raw.removeprefix("-")
    if digits.isascii() and digits.isdecimal():
        return _scientific(raw) if may_be_rounded(digits) else raw
    try:
        value = float(raw)
    except ValueError:
        return raw
    if value != value or abs(value) >= 1e15:
        return raw if "e" in raw.lower() else _scientific(f"{value:.0f}")
    return f"{value:.15g}" if value % 1 else f"{value:.0f}"


def may_be_rounded(digits: str) -> bool:
    """Whether these digits are no more than a spreadsheet keeps of a longer number (15, or a binary double).

    A writer that keeps all the digits is believed: `1745678901234567893` is no double.
    """
    if len(digits) <= _EXACT_DIGITS:
        return False
    value = int(digits)
    return len(digits.rstrip("0")) <= _EXACT_DIGITS or (value > 1 << 53 and _shortest(value) == digits)


def _shortest(value: int) -> str:
    """The digits that a writer of doubles gives for this number: the shortest that name it, then zeros."""
    if value.bit_length() > 1000:
        return ""
    mantissa, _, exponent = f"{float(value)!r}".partition("e")
    whole = mantissa.removesuffix(".0").replace(".", "")
    return whole.ljust(int(exponent) + 1, "0") if exponent else whole


def _scientific(integer: str) -> str:
    sign, digits = ("-", integer[1:]) if integer.startswith("-") else ("", integer)
    kept = digits[:_EXACT_DIGITS].rstrip("0")
    return f"{sign}{kept[0]}.{kept[1:] or '0'}E+{len(digits) - 1}"


def date_text(serial: float, *, is_1904: bool, has_seconds: bool = False) -> str | None:
    """The day and time of a serial number as ISO 8601 without zone; None when it is none (18.17.4.1).

    >>> date_text(46120.586805555555, is_1904=False)
    '2026-04-08T14:05'
    """
    milliseconds = round(serial * 86_400_000) if abs(serial) < 3_000_000 else -1
    days, rest = divmod(milliseconds, 86_400_000)
    if milliseconds < 0 or (days == _FALSE_LEAP_DAY and not is_1904):
        return None
    if days == 0 and not is_1904:  # a formula on an empty cell gives 0, shown as 00/01/1900: no day
        return _clock(rest, has_seconds=True) if rest else None
    origin = date(1904, 1, 1) if is_1904 else date(1899, 12, 30 if days > _FALSE_LEAP_DAY else 31)
    try:
        day = origin + timedelta(days=days)
    except OverflowError:
        return None
    return f"{day:%Y-%m-%d}T{_clock(rest, has_seconds=has_seconds)}" if rest else f"{day:%Y-%m-%d}"


def _clock(milliseconds: int, *, has_seconds: bool) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    if seconds % 60 or rest or has_seconds:
        clock += f":{seconds % 60:02}"
    return f"{clock}.{rest:03}" if rest else clock


# ------------------------------------------------------------------ rows


def place_of(reference: str) -> tuple[int, int]:
    """(column, row) of a cell reference, both from 0: `C4` is (2, 3). Raises WorkbookFault."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise WorkbookFault("reference")
    column = 0
    for letter in found.group(1).upper():
        column = column * 26 + ord(letter) - 64
    row = int(found.group(2))
    if not 0 < column <= MAX_COLUMNS or not 0 < row <= MAX_ROWS:
        raise WorkbookFault("reference")
    return column - 1, row - 1


class _Rows(Handlers):
    """Gathers the cells of each row as it goes by. `told` counts what the sheet hides."""

    def __init__(self, plan: Plan, strings: SharedStrings, told: Counter[str]) -> None:
        self.ready: list[tuple[int, dict[int, str]]] = []
        self._plan = plan
        self._strings = strings
        self._told = told
        self._row = self._column = -1
        self._cells: dict[int, str] = {}
        self._kind = self._style = ""
        self._has_formula = self._is_value = self._is_phonetic = False
        self._pieces: list[str] = []
        self._length = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name in ("v", "t"):
            self._is_value = not self._is_phonetic
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "rPh":
            self._is_phonetic = True
        elif name == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            if last and (below := place_of(last)[1] - place_of(first)[1]) > 0:
                self._told["merged_cells"] += below

    def _start_row(self, attributes: Attributes) -> None:
        said = attributes.get("r", "")
        number = int(said) - 1 if said.isascii() and said.isdecimal() and len(said) < 8 else self._row + 1
        if not self._row < number < MAX_ROWS:
            raise WorkbookFault("row")
        self._row, self._column, self._cells = number, -1, {}
        if attributes.get("hidden", "0") in ("1", "true", "on"):
            self._told["hidden_rows"] += 1

    def _start_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        self._column = place_of(reference)[0] if reference else self._column + 1
        if self._column >= MAX_COLUMNS:
            raise WorkbookFault("column")
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._has_formula = False
        self._pieces.clear()
        self._length = 0

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._is_value = False
        elif name == "c":
            self._end_cell("".join(self._pieces))
        elif name == "row":
            self.ready.append((self._row, self._cells))
            self._cells = {}
        elif name == "rPh":
            self._is_phonetic = False

    def text(self, data: str) -> None:
        if self._is_value:
            self._pieces.append(data)
            self._length += len(data)
            if self._length > MAX_CELL_CHARACTERS:
                raise WorkbookFault("too_large")

    def _end_cell(self, raw: str) -> None:
        if self._kind == "e" or (self._has_formula and not raw and self._kind != "str"):
            self._told["formulas_empty"] += 1
            return
        value = self._value(raw)
        if value:
            self._cells[self._column] = value

    def _value(self, raw: str) -> str:
        if self._kind == "s":
            return self._strings.get(int(raw)) if raw.strip().isdecimal() else ""
        if self._kind in ("str", "inlineStr", "d"):
            return unescape(raw)
        if self._kind == "b":
            return "true" if raw.strip() == "1" else "false"
        return self._number(raw)

    def _number(self, raw: str) -> str:
        style = int(self._style) if self._style.isascii() and self._style.isdecimal() else 0
        has_seconds = self._plan.date_styles.get(style)
        if has_seconds is not None and raw.strip():
            try:
                found = date_text(float(raw), is_1904=self._plan.is_1904, has_seconds=has_seconds)
            except ValueError:
                found = None
            if found is not None:
                return found
        return number_text(raw) if raw else ""


def rows_of(
    parts: Parts, plan: Plan, sheet: Sheet, strings: SharedStrings, links: "Links | None", told: Counter[str]
) -> Iterator[tuple[int, list[str]]]:
    """(row number from 0, cells as text) of every row that holds something. Raises WorkbookFault.

    A column whose cells lead somewhere (`voir`, with a link behind it) gives one more column at the end, headed
    like it with « (lien) ».
    """
    handlers = _Rows(plan, strings, told)
    given = 0
    met = set[int]()
    with _open(parts, sheet) as stream:
        for taken in walk(stream, handlers):
            for number, cells in handlers.ready:
                row = [cells.get(column, "") for column in range(max(cells, default=-1) + 1)]
                given += sum(map(len, row)) + 3 * len(row)
                if given > GROWTH_FREE_CHARACTERS + MAX_GROWTH * taken:
                    raise WorkbookFault("too_expanded")
                if row:
                    yield number, links.beside(number, row, met) if links else row
            handlers.ready.clear()


# ------------------------------------------------------------------ links behind cells


class Links(Handlers):
    """The addresses behind cells. They stand after the rows: a sheet that has some is read twice."""

    def __init__(self) -> None:
        self.references: list[tuple[str, str]] = []
        self.addresses: dict[tuple[int, int], str] = {}
        self.columns: list[int] = []
        self.width = 0
        self._column = self._row = -1
        self._is_formula = False
        self._formula: list[str] = []
        self._length = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            reference = attributes.get("r")
            if reference:
                self._column, self._row = place_of(reference)
            else:
                self._column += 1
            self.width = max(self.width, self._column + 1)
        elif name == "row":
            said = attributes.get("r", "")
            number = int(said) - 1 if said.isascii() and said.isdecimal() and len(said) < 8 else self._row + 1
            self._column, self._row = -1, number
        elif name == "f":
            self._is_formula, self._length = True, 0
            self._formula.clear()
        elif name == "hyperlink" and len(self.references) < MAX_LINKS:
            key = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            self.references.append((attributes.get("ref", "").partition(":")[0], key))

    def end(self, name: str) -> None:
        if name == "f" and self._is_formula:
            self._is_formula = False
            found = _BY_FORMULA.match("".join(self._formula))
            if found is not None and len(self.addresses) < MAX_LINKS:
                self.addresses[self._row, self._column] = found[1]

    def text(self, data: str) -> None:
        if self._is_formula and self._length < _FORMULA_CHARACTERS:
            self._formula.append(data)
            self._length += len(data)

    def resolve(self, targets: Mapping[str, str]) -> None:
        for reference, key in self.references:
            if key in targets:
                column, row = place_of(reference)
                self.addresses[row, column] = targets[key]
        self.references.clear()
        self.columns = sorted({column for _, column in self.addresses})

    def beside(self, number: int, row: list[str], met: set[int]) -> list[str]:
        """The row, then its links; before the first link of a column (`met`: those seen) stands what heads it."""
        extra = []
        for column in self.columns:
            link, own = self.addresses.get((number, column), ""), row[column] if column < len(row) else ""
            if link:
                met.add(column)
            elif _TYPED.match(own):  # an address that was pasted leads nowhere by itself
                link = own
            elif own and column not in met:
                link = own + LINK_SUFFIX
            extra.append(link)
        return row + [""] * (self.width - len(row)) + extra


def links_of(parts: Parts, sheet: Sheet) -> Links | None:
    """The links of a sheet that lead to a page, or None."""
    targets = {
        key: one.target
        for key, one in relations_of(parts, sheet.part).items()
        if one.kind == "hyperlink" and one.target.startswith(("http://", "https://"))
    }
    if not targets and not _has_formula_links(parts, sheet):
        return None
    links = Links()
    with _open(parts, sheet) as stream:
        for _ in walk(stream, links):
            pass
    links.resolve(targets)
    return links if links.columns else None


def _has_formula_links(parts: Parts, sheet: Sheet) -> bool:
    """Whether some cell of the sheet leads somewhere by a formula; its bytes are looked through, no cell is made."""
    last = b""
    try:
        with _open(parts, sheet) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                if b"HYPERLINK(" in last + chunk:
                    return True
                last = chunk[-16:]
    except STREAM_FAULTS:
        return False  # the reading of its rows stops there too, and says it
    return False


def _open(parts: Parts, sheet: Sheet) -> BinaryIO:
    opener = parts.get(sheet.part.lower())
    if opener is None:
        raise WorkbookFault("no sheet")
    return opener()
