"""An .xlsx workbook as a container: each sheet that a person sees is a member, written as a CSV of its own.

The writing is fixed (UTF-8, commas, every cell quoted, one CR LF per row of the sheet, so that row 17 of the sheet is
row 17 of the member): the bytes of a row, and their SHA-256, come out the same each time the sealed file is opened.
What a sheet hides (filtered rows, formulas without a kept value), and where it stops short, is told once it was read.
"""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from saisine.messages.formats.contract import HEAD_BYTES, Member, Note
from saisine.messages.formats.xlsx import Links, links_of, rows_of
from saisine.messages.formats.xlsx_parts import Parts, Plan, SharedStrings, Sheet, plan_of, relations_of

# What is looked at to know a format: a sheet of no more than that is made once.
KEPT_BYTES: Final = HEAD_BYTES
MAIN_PARTS: Final = ("xl/workbook.xml", "xl/workbook.bin")


def is_workbook(names: Mapping[str, object]) -> bool:
    """Whether an archive with these names is a workbook (.xlsx, .xlsm, .xlsb)."""
    return any(name in names for name in MAIN_PARTS)


def is_binary(names: Mapping[str, object]) -> bool:
    """Whether it is a .xlsb, which is no XML: it is told, not read."""
    return MAIN_PARTS[0] not in names


class Workbook:
    """An opened workbook; `sheets` in the order of their tabs. Close it after its last row was read.

    `faults` are what its parts may raise when they are damaged or too large: a sheet then ends there, and says so
    in its notes. Raises WorkbookFault (a ValueError) on a file that is no workbook.
    """

    def __init__(
        self,
        parts: Mapping[str, Callable[[], BinaryIO]],
        faults: tuple[type[Exception], ...],
        scratch: Path | None = None,
    ) -> None:
        self._faults = faults
        self._parts: Parts = {name.lower(): opener for name, opener in parts.items()}
        self._scratch = scratch
        self._strings: SharedStrings | None = None
        self._links: dict[str, Links | None] = {}
        self.plan: Plan = plan_of(self._parts)

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return self.plan.sheets

    def rows(self, sheet: Sheet, told: Counter[str]) -> Iterator[tuple[int, list[str]]]:
        """The rows of a sheet from 0; `told` counts what is to be said of it, by codes of `words.NOTES`."""
        try:
            if self._strings is None:
                self._strings = SharedStrings(self._parts, self._scratch)
            if sheet.part not in self._links:
                self._links[sheet.part] = links_of(self._parts, sheet)
            links = self._links[sheet.part]
            yield from rows_of(self._parts, self.plan, sheet, self._strings, links, told)
        except self._faults as fault:
            told["too_expanded" if "too_expanded" in fault.args else "damaged"] = 1

    def close(self) -> None:
        if self._strings is not None:
            self._strings.close()

    def member(self, sheet: Sheet, outer: Member, name: str, path: str) -> Member:
        """The sheet as a member of the file it lies in."""
        told = Counter[str]()
        kept: list[bytes] = []

        def opener() -> BinaryIO:
            if kept:  # looked at several times before it is read: a million empty rows are gone through once
                return io.BytesIO(kept[0])
            told.clear()
            return io.BufferedReader(_SheetStream(self.rows(sheet, told), kept), 64 << 10)

        def notes() -> list[Note]:
            return [Note(code, f"{path}!", count=count) for code, count in sorted(told.items())]

        return Member(name, path, outer.size, opener, f"{path}!", {}, notes, True)


class _SheetStream(io.RawIOBase):
    """The rows of a sheet as CSV bytes, made as they are asked for; a small sheet, once at its end, goes to `kept`."""

    def __init__(self, rows: Iterator[tuple[int, list[str]]], kept: list[bytes]) -> None:
        self._rows = rows
        self._kept = kept
        self._made = b""
        self._is_small = True
        self._next = 0
        self._text = io.StringIO()
        self._writer = csv.writer(self._text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._left:
            self._left = memoryview(self._piece())
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def _piece(self) -> bytes:
        """Some rows, with an empty line for each row that the sheet leaves empty; nothing at the end."""
        for number, row in self._rows:
            self._text.write("\r\n" * (number - self._next))
            self._writer.writerow(row)
            self._next = number + 1
            if self._text.tell() > 32 << 10:
                break
        made = self._text.getvalue().encode("utf-8", "replace")
        self._text.seek(0)
        self._text.truncate()
        if self._is_small:
            self._made += made
            self._is_small = len(self._made) <= KEPT_BYTES
            if not self._is_small:
                self._made = b""
            elif not made and not self._kept:
                self._kept.append(self._made)
        return made


def can_be_read(parts: Parts, cut: Container[str]) -> bool:
    """Whether the parts that a stopped download left say what the cells hold: texts and dates are in parts of
    their own, most often behind the sheets, and half of those is other cells, not fewer."""
    found = {name.lower(): opener for name, opener in parts.items() if name not in cut}
    if MAIN_PARTS[0] not in found:
        return False
    needed = relations_of(found, MAIN_PARTS[0]).values()
    return bool(needed) and all(
        one.target.lower() in found for one in needed if one.kind in ("sharedStrings", "styles")
    )


def parts_of(
    archive: zipfile.ZipFile, opener: Callable[[zipfile.ZipInfo], BinaryIO]
) -> dict[str, Callable[[], BinaryIO]]:
    """What opens each part of the archive by its name; a locked one is as if absent."""
    return {info.filename: partial(opener, info) for info in archive.infolist() if not info.flag_bits & 1}
