"""Indexes of a capture: CDXJ lines, CDX columns, and the blocks that an `.idx` file names.

Sources: the CDXJ of WACZ 1.1.1 (one line: key, time, JSON); CDX file format of the Internet Archive, whose
header names its columns by letters; ZipNum (`.idx`: where each gzip block of the index begins).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from saisine.capture.books import IndexLine, strict_lines
from saisine.capture.findings import Words
from saisine.capture.streams import Budget, GzipPieces, Readable, pieces_of
from saisine.capture.strict_json import BadJson, load_object

LINE_BYTES: Final = 1 << 20  # addresses of sent forms may be long
MOST_BLOCKS: Final = 100_000
_DATE: Final = re.compile(r"\d{14,17}")
_NUMBER: Final = re.compile(r"\d{1,18}")


class BadLine(Exception):
    """A line that is none; `words` says why."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.words: Words = (fr, en)


@dataclass(frozen=True, slots=True)
class Block:
    """One gzip block of an index: where it lies, its hash, and the first words of its first line."""

    offset: int
    length: int
    sha256: str | None
    key: str


def parse_cdxj(body: bytes) -> IndexLine:
    """`com,example)/ 20261120150438 {"url": …}`. Raises `BadLine`."""
    _, date, fields = _split(body)
    url, filename = fields.get("url"), fields.get("filename")
    if not isinstance(url, str) or not isinstance(filename, str) or not _DATE.fullmatch(date):
        raise BadLine("ligne d’index incomplète", "incomplete line of the index")
    return IndexLine(
        filename, _number(fields.get("offset")), url, date,
        _number(fields["length"]) if "length" in fields else None,
        _text(fields.get("digest")), _text(fields.get("recordDigest")),
    )  # fmt: skip


def _split(body: bytes) -> tuple[str, str, dict[str, Any]]:
    """Key, time and object of a line. Raises `BadLine`."""
    head, brace, rest = body.partition(b"{")
    try:
        words = head.decode("utf-8").split()
        fields = load_object(brace + rest)
    except (UnicodeDecodeError, BadJson):
        raise BadLine("ligne d’index mal formée", "malformed line of the index") from None
    if len(words) != 2:
        raise BadLine("ligne d’index mal formée", "malformed line of the index")
    return words[0], words[1], fields


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18:
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    raise BadLine("nombre manquant dans l’index", "number missing in the index")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def parse_cdx(body: bytes, columns: str) -> IndexLine:
    """A line of columns named by one letter each (a URL, b time, V offset, g file, S size, k hash)."""
    try:
        cells = dict(zip(columns, body.decode("utf-8").split(" "), strict=True))
        date = cells["b"]
        size = cells.get("S", "-")
        line = IndexLine(
            cells["g"], _number(cells["V"]), cells["a"], date,
            _number(size) if size != "-" else None, cells.get("k"),
        )  # fmt: skip
    except (UnicodeDecodeError, ValueError, KeyError):
        raise BadLine("ligne d’index mal formée", "malformed line of the index") from None
    if not _DATE.fullmatch(date):
        raise BadLine("ligne d’index incomplète", "incomplete line of the index")
    return line


def read_index(raw: Readable, budget: Budget) -> Iterator[tuple[int, IndexLine | Words]]:
    """Each line by its number, or why it is none. Raises `StreamFault`, `OverBudget`."""
    columns: str | None = None
    for number, body in strict_lines(_lines(raw, budget)):
        if number == 1 and body.lstrip().startswith(b"CDX "):
            columns = body.decode("ascii", "replace").split("CDX ", 1)[1].replace(" ", "")
            continue
        if body.startswith(b"!"):
            continue  # a line of settings, such as !meta
        try:
            yield number, parse_cdxj(body) if columns is None else parse_cdx(body, columns)
        except BadLine as error:
            yield number, error.words


def _lines(raw: Readable, budget: Budget) -> Iterator[bytes]:
    pieces = pieces_of(raw, budget)
    if isinstance(pieces, GzipPieces):
        while pieces.next_member():
            yield from pieces.lines(LINE_BYTES)
    else:
        yield from pieces.lines(LINE_BYTES)


# ------------------------------------------------------------------ blocks


def read_blocks(raw: Readable, budget: Budget) -> tuple[str | None, list[Block]]:
    """The file that an `.idx` is about, and its blocks. Raises `BadLine`, `StreamFault`, `OverBudget`."""
    target: str | None = None
    blocks: list[Block] = []
    for _, body in strict_lines(_lines(raw, budget)):
        key, time, fields = _split(body)
        if key == "!meta":
            target = _text(fields.get("filename"))
            continue
        if len(blocks) >= MOST_BLOCKS:
            raise BadLine("trop de blocs d’index", "too many blocks of the index")
        digest = fields.get("digest")
        sha256 = digest.removeprefix("sha256:") if isinstance(digest, str) else None
        blocks.append(
            Block(_number(fields.get("offset")), _number(fields.get("length")), sha256, f"{key} {time}")
        )
    return target, blocks


def compare_blocks(raw: Readable, blocks: list[Block], budget: Budget) -> Iterator[Words]:
    """What differs between the blocks announced and the gzip members of the index, one for one.

    Raises `StreamFault`, `OverBudget`.
    """
    pieces = pieces_of(raw, budget)
    if not isinstance(pieces, GzipPieces):
        yield "l’index dit en blocs n’est pas compressé", "the index said to be in blocks is not compressed"
        return
    number = 0
    while pieces.next_member():
        first = pieces.line(LINE_BYTES)
        pieces.skip()
        number += 1
        if number > len(blocks):
            yield "une partie de l’index n’est dans aucun bloc", "a part of the index is in no block"
            return
        words = _block_fault(blocks[number - 1], pieces, first)
        if words is not None:
            yield f"bloc {number} : {words[0]}", f"block {number}: {words[1]}"
    if number < len(blocks):
        yield f"bloc {number + 1} : absent de l’index", f"block {number + 1}: absent from the index"


def _block_fault(block: Block, pieces: GzipPieces, first: bytes) -> Words | None:
    if (block.offset, block.length) != (pieces.start, pieces.length):
        return "n’est pas où il le dit", "is not where it says"
    if not first.startswith(block.key.encode() + b" "):
        return "commence par une autre ligne", "begins with another line"
    if block.sha256 is not None and block.sha256 != pieces.marked_sha256().hex():
        return "son empreinte diffère", "its hash differs"
    return None
