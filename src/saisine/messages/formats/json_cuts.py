"""What is whole of a JSON value that a file stops inside: a conversation whose last messages are missing, a page.

Only lists whose elements are messages of their own are kept so far; of a single message half is none.
"""

import json
import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from typing import Any, BinaryIO, Final

from saisine.messages.formats.blocks import BlockReader, RecordBlock
from saisine.messages.formats.json_records import records_alone
from saisine.messages.formats.raw import (
    Context,
    Member,
    Note,
    RawRecord,
    Reader,
    RecordError,
)

# A record that is cut is made once more, beside what was read of it: less of it than of one that is whole.
MAX_TAIL_BYTES: Final = 4 << 20
_PIECE_BYTES: Final = 1 << 20
_PLACE: Final = re.compile(r"#byte=(\d+)")
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:"]')
_CLOSING: Final = {"{": "}", "[": "]"}


def closed(text: str, keys: Collection[str]) -> str | None:
    """The value up to the last element that is whole of a list under one of these keys, and closed there; None when
    there is no such element. `messages.data` is the list under `data` of the object under `messages`; `:post` is an
    object under `post`, whole before the rest of what holds it.

    >>> closed('{"id": 1, "messages": [{"a": 1}, {"a": 2', {"messages"})
    '{"id": 1, "messages": [{"a": 1}]}'
    >>> closed('{"thread": {"post": {"a": 1}, "replies": [{"a": 2', {":post"})
    '{"thread": {"post": {"a": 1}}}'
    """
    end = _last_end(text, keys)
    if not end:
        return None
    return text[:end] + "".join(sign for sign, _ in reversed(_opened_in(text[:end])))


def _last_end(text: str, keys: Collection[str]) -> int:
    """Where the last element that is whole of such a list ends; 0 when none is."""
    best = 0
    for place, opened, name in walk_objects(text):
        if _is_wanted(opened, keys) if opened[-1][0] == "]" else f":{name}" in keys:
            best = place
    return best


def _opened_in(text: str) -> list[tuple[str, str]]:
    """What is open where this text ends: (what closes it, the key it stands under)."""
    last = deque(walk_objects(text), maxlen=1)
    return last[0][1] if last else []


def walk_objects(text: str) -> Iterator[tuple[int, list[tuple[str, str]], str]]:
    """(place behind it, what is open there, the key it stands under) of each object that ends inside another value;
    the list is one and the same, as it goes on. Ends where the brackets do not match."""
    opened: list[tuple[str, str]] = []
    last = key = ""
    for found in _TOKEN.finditer(text):
        sign = found.group()
        if sign == '"':
            return  # a text that does not end
        if sign == ":":
            key = last
        elif sign in _CLOSING:
            opened.append((_CLOSING[sign], key))
            key = ""
        elif sign in ("}", "]"):
            ended = opened.pop() if opened else ("", "")
            if ended[0] != sign:
                return
            key = ""
            if sign == "}" and opened:
                yield found.end(), opened, ended[1]
        else:
            last, key = sign[1:-1], ""


def _is_wanted(opened: list[tuple[str, str]], keys: Collection[str]) -> bool:
    """Whether the innermost list that is open stands under one of these keys."""
    name = opened[-1][1]
    return name in keys or (len(opened) > 1 and f"{opened[-2][1]}.{name}" in keys)


def tail_of(member: Member, error: RecordError, keys: Collection[str]) -> tuple[bytes, bytes, int] | None:
    """(what is whole of a record that stops in the middle, its bytes as they are, where they begin); None when nothing
    of it is whole."""
    found = _PLACE.search(error.locator)
    if not error.is_cut or found is None:
        return None
    start = int(found.group(1))
    with member.open() as stream:
        _step_over(stream, start)
        body = stream.read(MAX_TAIL_BYTES + 1)
    if len(body) > MAX_TAIL_BYTES:
        return None
    whole = closed(body.decode("utf-8", "surrogateescape"), keys)
    return None if whole is None else (whole.encode("utf-8", "surrogateescape"), body, start)


def kept_to_the_cut(read: Reader, *keys: str) -> Reader:
    """The same reader; of a record that the file stops inside it gives what is whole, then says that it is cut. `keys`
    are those of lists of messages."""
    blocks = blocks_kept_to_the_cut(read, *keys)

    def records(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
        yield from records_alone(blocks(member, ctx))

    return records


def blocks_kept_to_the_cut(read: BlockReader, *keys: str) -> BlockReader:
    """The same of a reader of blocks."""

    def blocks(member: Member, ctx: Context) -> Iterator[RecordBlock | RawRecord | RecordError | Note]:
        outer: tuple[Mapping[str, Any], ...] = ()
        for found in read(member, ctx):
            if isinstance(found, RawRecord | RecordBlock):
                outer = found.outer
            elif isinstance(found, RecordError) and found.is_cut:
                yield from _whole_of(member, found, keys, outer)
            yield found

    return blocks


def _whole_of(
    member: Member, error: RecordError, keys: Collection[str], outer: tuple[Mapping[str, Any], ...]
) -> Iterator[RawRecord]:
    tail = tail_of(member, error, keys)
    if tail is None:
        return
    whole, body, start = tail
    try:
        obj = json.loads(whole.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return  # the record is told as cut, and nothing of it could be made out
    prefix = error.locator.partition("#byte=")[0]
    locator = f"{prefix}#byte={start}+{len(body)}"
    yield RawRecord(locator, obj, sha256(body).hexdigest(), start, len(body), outer, is_suspect=True)


def _step_over(stream: BinaryIO, count: int) -> None:
    while count and (piece := stream.read(min(count, _PIECE_BYTES))):
        count -= len(piece)
