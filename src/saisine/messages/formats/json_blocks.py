"""JSON records by blocks, decoded into structs that name what is mapped, each with the hash of its exact bytes.

A run that does not decode as its kind comes as plain records, one by one; so does what needs care. What a block
holds, and what its records say when they are mapped alone, is the same (see `blocks`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any, BinaryIO, Final

import msgspec

from saisine.messages.archive_streams import STREAM_FAULTS
from saisine.messages.formats.blocks import BLOCK_RECORDS, BlockReader, RecordBlock
from saisine.messages.formats.json_lines import BOM, any_too_deep, lines_of, records_of_lines
from saisine.messages.formats.json_records import KEPT_BYTES, array_walk, walk_documents
from saisine.messages.formats.json_runs import (
    Kind,
    are_one_each,
    bodies_of_lines,
    is_utf8,
    offsets_of,
    places_of,
)
from saisine.messages.formats.raw import MAX_RECORD_BYTES, Context, Member, Note, RawRecord, RecordError

Found = RecordBlock | RawRecord | RecordError | Note
BLOCK_BYTES: Final = 1 << 20
# An archive that turns out damaged costs what was asked of it at that moment.
_PIECE_BYTES: Final = 16 << 10
_NUL: Final = b"\\u0000"


def array_blocks(
    kind: Any,
    *paths: str,
    keep_bytes: int = KEPT_BYTES,
    look_ahead: bool = False,
    needs_outer: bool = True,
    openings: str = "{",
) -> BlockReader:
    """The elements of arrays, as `json_array` finds them, by blocks of structs of that kind; those of several
    arrays together when their mapper does not need what is around them. `openings` are what elements begin with."""
    walk = array_walk(*paths, look_ahead=look_ahead, keep_bytes=keep_bytes, kind=Kind(kind, openings))

    def blocks(member: Member, ctx: Context) -> Iterator[Found]:
        yield from gathered(walk(member, ctx), kind, needs_outer=needs_outer)

    return blocks


def document_blocks(kind: Any) -> BlockReader:
    """Whole documents, as `json_documents` finds them, by blocks where they stand one per line."""
    options = {"kind": Kind(kind)}

    def blocks(member: Member, ctx: Context) -> Iterator[Found]:
        yield from gathered(walk_documents(member, ctx, ((),), options, elements=False), kind)

    return blocks


def gathered(found: Iterable[Found], kind: Any, *, needs_outer: bool = True) -> Iterator[Found]:
    """The same in the same order, blocks that follow each other joined; a record between them joins them when it
    is of their kind."""
    waiting: list[RecordBlock] = []
    count = 0
    for one in found:
        block = one if type(one) is RecordBlock else _as_block(one, kind)
        if block is None:
            yield from _joined(waiting)
            yield one
            waiting, count = [], 0
            continue
        # what is around them as it is known now: the walk goes on filling it
        outer = tuple(map(dict, block.outer)) if needs_outer else ()
        if waiting and outer != waiting[0].outer:
            yield from _joined(waiting)
            waiting, count = [], 0
        if needs_outer and block is not one:
            block = replace(block, whole=[msgspec.structs.replace(one, outer=outer)])  # type: ignore[list-item, type-var]
        waiting.append(replace(block, outer=outer))
        count += len(block)
        if count >= BLOCK_RECORDS:
            yield from _joined(waiting)
            waiting, count = [], 0
    yield from _joined(waiting)


def _as_block(one: Found, kind: Any) -> RecordBlock | None:
    if type(one) is not RawRecord or one.is_suspect:
        return None
    try:
        typed = msgspec.convert(one.obj, kind)
    except (msgspec.ValidationError, RecursionError):
        return None
    return RecordBlock([typed], [one.locator], [one.sha256], [one.offset], [one.length], one.outer, [one])


def _joined(blocks: list[RecordBlock]) -> Iterator[RecordBlock]:
    if len(blocks) < 2:
        yield from blocks
        return
    yield RecordBlock(
        [one for block in blocks for one in block.objs],
        [one for block in blocks for one in block.locators],
        [one for block in blocks for one in block.digests],
        [one for block in blocks for one in block.offsets],
        [one for block in blocks for one in block.lengths],
        blocks[0].outer,
        [one for block in blocks for one in block.whole],
    )


# ------------------------------------------------------------------ lines


def line_blocks(kind: Any, alone: Any = Any) -> BlockReader:
    """One object per line, as `json_lines_as(alone)` reads them, by blocks of about a megabyte."""
    decoders = Kind(kind)

    def blocks(member: Member, ctx: Context) -> Iterator[Found]:
        with member.open() as stream:
            yield from _line_blocks(stream, decoders, alone, ctx.locator_prefix)

    return blocks


def _line_blocks(stream: BinaryIO, kind: Kind, alone: Any, prefix: str) -> Iterator[Found]:
    offset = 0
    while True:
        data, fault = whole_lines(stream)
        block = _block_of(data, offset, kind, prefix) if len(data) <= MAX_RECORD_BYTES else None
        if block is not None:
            # what is mapped alone is either the same struct or made again from its bytes
            yield replace(block, whole=()) if alone is kind.kind else block
        elif len(data) > MAX_RECORD_BYTES:  # a line that may be no record: with the limits of `json_lines`
            yield from records_of_lines(lines_of(_then(data, stream), offset), alone, prefix)
            return
        elif data:
            yield from records_of_lines(lines_of(BytesIO(data), offset), alone, prefix)
        if fault is not None:
            raise fault
        if not data:
            return
        offset += len(data)


def _block_of(data: bytes, offset: int, kind: Kind, prefix: str) -> RecordBlock | None:
    """These lines as one block; None where they must be read one by one."""
    if _NUL in data:
        return None
    opening = len(BOM) if offset == 0 and data.startswith(BOM) else 0
    try:
        objs = kind.lines(data[opening:])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    if not is_utf8(data):
        return None
    bodies = bodies_of_lines(data[opening:])
    if not bodies or not are_one_each(bodies, objs) or any_too_deep(bodies, data):
        return None
    offsets = offsets_of(data[opening:], bodies, b"\n", offset + opening)
    places = places_of(f"{prefix}#byte=", offsets, bodies)
    return RecordBlock.typed(objs, places, bodies, offsets)


def whole_lines(stream: BinaryIO) -> tuple[bytes, Exception | None]:
    """(about a megabyte of whole lines, what stopped the reading): of an archive that is damaged here, what came
    before is given first."""
    pieces, length = [], 0
    try:
        while length < BLOCK_BYTES and (piece := stream.read(_PIECE_BYTES)):
            pieces.append(piece)
            length += len(piece)
        if pieces and not pieces[-1].endswith(b"\n"):
            pieces.append(stream.readline(MAX_RECORD_BYTES))
    except STREAM_FAULTS as error:
        data = b"".join(pieces)
        return data[: data.rfind(b"\n") + 1], error
    return b"".join(pieces), None


class _then:
    """Bytes, then the rest of the stream, line by line."""

    def __init__(self, data: bytes, stream: BinaryIO) -> None:
        self._data = BytesIO(data)
        self._stream = stream

    def readline(self, limit: int) -> bytes:
        line = self._data.readline(limit)
        if line.endswith(b"\n") or len(line) == limit:
            return line
        return line + self._stream.readline(limit - len(line))
