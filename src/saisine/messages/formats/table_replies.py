"""Replies inside their comment as records of their own behind it: `{"id": "1", "replies": [{"id": "2"}]}`."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, BinaryIO, Final

import msgspec

from saisine.messages.formats.raw import MAX_DEPTH, Member, Note, RawRecord, RecordError

REPLIES: Final = "replies"
PARENT: Final = "parent"
_NOTHING: Final = msgspec.Raw(b"[]")


class _Holder(msgspec.Struct):
    replies: msgspec.Raw = _NOTHING


def with_replies(
    found: Iterable[RawRecord | RecordError | Note], member: Member
) -> Iterator[RawRecord | RecordError | Note]:
    """The same records, each with the replies inside it behind it, at any depth. Their place ends in `/replies/2`;
    their hash is of their own bytes; under `parent` they have what their comment says, or what stands above it."""
    with member.open() as stream:
        at = 0
        for one in found:
            yield one
            if isinstance(one, RawRecord) and _holds_replies(one.obj):
                at = _step_to(stream, at, one.offset)
                body = stream.read(one.length)
                at += len(body)
                yield from _inside(one, one.obj, body, one.locator, {}, 1)


def _holds_replies(obj: Any) -> bool:
    return isinstance(obj, dict) and isinstance(obj.get(REPLIES), list) and bool(obj[REPLIES])


def _step_to(stream: BinaryIO, at: int, place: int) -> int:
    """Read on to this place; records come in the order of the file."""
    while at < place and (piece := stream.read(min(1 << 20, place - at))):
        at += len(piece)
    return at


def _inside(
    record: RawRecord,
    comment: Mapping[str, Any],
    body: bytes,
    locator: str,
    above: Mapping[str, Any],
    depth: int,
) -> Iterator[RawRecord | RecordError]:
    pieces = _pieces_of(body, len(comment[REPLIES]))
    own = dict(above) | {key: value for key, value in comment.items() if not isinstance(value, dict | list)}
    for rank, (reply, piece) in enumerate(zip(comment[REPLIES], pieces, strict=True)):
        place = f"{locator}/{REPLIES}/{rank}"
        if not isinstance(reply, dict):
            yield RecordError(place, "unexpected_shape: no object")
            continue
        digest = record.sha256 if piece is None else sha256(piece).hexdigest()
        yield msgspec.structs.replace(record, locator=place, obj={**reply, PARENT: own}, sha256=digest)
        if _holds_replies(reply):
            if depth >= MAX_DEPTH:
                yield RecordError(place, "too_deep")
            else:
                yield from _inside(record, reply, piece or b"", place, own, depth + 1)


def _pieces_of(body: bytes, count: int) -> list[bytes | None]:
    """The exact bytes of each reply; None where they cannot be told apart (`NaN`, which is no JSON): the hash is then
    that of the record around them."""
    try:
        pieces = msgspec.json.decode(msgspec.json.decode(body, type=_Holder).replies, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pieces = []
    return [bytes(one).strip() for one in pieces] if len(pieces) == count else [None] * count
