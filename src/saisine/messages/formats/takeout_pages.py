"""The pages of Google Takeout before 2023: `my-comments.html` and `my-live-chat-messages.html`.

A list of `<li>`, each with a sentence in the account's language (its links name the comment and the video), an
exact UTC time, `<br/>`, and the text. The sentence is not read, its links and its time are.

Sources: google_takeout_parser @ 1584cb87dca1 (`parse_html/comment.py`), and the pages described there.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from saisine.messages.formats.contract import MAX_RECORD_BYTES, Context, Member, Note, RawRecord, RecordError
from saisine.texts import strip_html

_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)
_STAMP: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?: ?UTC|Z)")
_OPENING: Final = re.compile(rb"<li\b[^>]{0,200}>", re.IGNORECASE)
_END: Final = re.compile(rb"</li\s{0,8}>", re.IGNORECASE)
_CLOSING: Final = re.compile(rb"</(?:ul|body|html)\s*>\s*$", re.IGNORECASE)
_PIECE_BYTES: Final = 1 << 20
_TAG_BYTES: Final = 208  # an opening tag may be cut between two pieces


class Item(NamedTuple):
    """One list item taken apart; `comment_id` is None for a line of a chat."""

    text: str
    at: datetime
    stated: str
    video_id: str | None
    comment_id: str | None
    links: list[str]


def read_items(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """The list items, each with its bytes; one that never ends is told as a cut."""
    for offset, body in _items(member):
        if body is None:
            yield Note("truncated", f"{ctx.locator_prefix}#byte={offset}", offset)
            return
        locator = f"{ctx.locator_prefix}#byte={offset}+{len(body)}"
        html = body.decode("utf-8", "replace")
        yield RawRecord(
            locator, html, sha256(body).hexdigest(), offset, len(body), ({"page": True},), "\0" in html
        )


def _items(member: Member) -> Iterator[tuple[int, bytes | None]]:
    """(byte offset, bytes of an item); (offset, None) for one that the file does not finish."""
    with member.open() as stream:
        kept, start, tail = b"", 0, b""
        while piece := stream.read(_PIECE_BYTES):
            kept += piece
            tail = (tail + piece)[-64:]
            end = 0
            while (opening := _OPENING.search(kept, end)) and (closing := _END.search(kept, opening.end())):
                yield start + opening.start(), kept[opening.start() : closing.end()]
                end = closing.end()
            end = opening.start() if opening else max(end, len(kept) - _TAG_BYTES)
            kept, start = kept[end:], start + end
            if len(kept) > MAX_RECORD_BYTES:
                break
        if b"<li" in kept.lower() or not _CLOSING.search(tail):
            yield start, None


def parse_item(html: str) -> Item | None:
    """The item's parts; None when it has no time or no break before the text."""
    parts = _BREAK.split(html, maxsplit=1)
    stamp = _STAMP.search(parts[0])
    if len(parts) != 2 or stamp is None:
        return None
    _, about = strip_html(parts[0])
    text, links = strip_html(parts[1])
    asked = [parse_qs(urlsplit(address).query) for address in about]
    at = datetime.fromisoformat(f"{stamp[1]}T{stamp[2]}").replace(tzinfo=UTC)
    return Item(text, at, stamp[0], _first(asked, "v"), _first(asked, "lc"), links)


def _first(asked: list[dict[str, list[str]]], name: str) -> str | None:
    return next((query[name][0] for query in asked if query.get(name)), None)
