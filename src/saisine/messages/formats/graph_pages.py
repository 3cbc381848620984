"""Answers of Meta's Graph API: a page `{"data": [...], "paging"}`, objects keyed by id, one object, or a list.

`paging.next` holds an access token: it is read for the name of the edge and never copied anywhere.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from saisine.messages.formats.blocks import BlockReader, RecordBlock
from saisine.messages.formats.contract import (
    HEAD_BYTES,
    Context,
    Member,
    Note,
    RawRecord,
    RecordError,
    json_array,
    json_documents,
)
from saisine.messages.formats.json_blocks import array_blocks, document_blocks
from saisine.texts import utc_from_iso, utc_from_s

_PAGE: Final = re.compile(rb'^(?:\xef\xbb\xbf)?\s*(?:\[|\{\s*"data"\s*:\s*\[)')
_ONE_PAGE: Final = re.compile(rb'^(?:\xef\xbb\xbf)?\s*\{\s*"data"\s*:\s*\[')
# At the end of a page: { "paging": { "cursors": {…}, "next": "…" }, "summary": {…} }
_NEXT: Final = re.compile(
    rb'"paging"\s*:\s*\{(?:[^{}"]|"[^"]*"|\{[^{}]*\})*"next"\s*:\s*"[^"]*"[^{}]*\}'
    rb'\s*(?:,\s*"summary"\s*:\s*\{[^{}]*\})?\s*\}\s*\Z'
)
_PIECE_BYTES: Final = 1 << 20
_END_BYTES: Final = 16 << 10
_EDGE: Final = re.compile(r"https://graph[^/]*/v[\d.]+/(?:[^/?]+/)?(\w+)\?")
# One request for several objects answers with an object per identifier.
_ID: Final = re.compile(r"\d{5,}(?:_\d+)?")
_page = json_array("data", "")
# What follows the objects (`paging`, `summary`) is read before them: the file is gone through twice.
_page_ahead = json_array("data", "", look_ahead=True)
Raw = Mapping[str, Any]


def read_objects(
    member: Member, ctx: Context, telling: Sequence[bytes] | None = None
) -> Iterator[RawRecord | RecordError | Note]:
    """The objects of a page of any size, each with its bytes; anything else as whole documents.

    `telling` are keys of objects that say themselves what they are: where none is met, `edge_of` is needed and
    what follows the objects is read ahead. None: it never is.
    """
    head = member.read(HEAD_BYTES)
    reader = (_page_ahead if _is_ahead(head, telling) else _page) if _PAGE.match(head) else json_documents
    yield from reader(member, ctx)
    yield from _next_page(member, ctx, head)


def _next_page(member: Member, ctx: Context, head: bytes) -> Iterator[Note]:
    """That the page names another one after it. Of a list of pages, the last one is not looked for."""
    if not ctx.is_alone or not _ONE_PAGE.match(head):
        return
    end = b""
    with member.open() as stream:
        while piece := stream.read(_PIECE_BYTES):
            end = (end + piece)[-_END_BYTES:]
    if _NEXT.search(end):
        yield Note("more_pages", ctx.locator_prefix)


def _is_ahead(head: bytes, telling: Sequence[bytes] | None) -> bool:
    return telling is not None and not any(key in head for key in telling)


def read_object_blocks(kind: Any, telling: Sequence[bytes] | None = None) -> BlockReader:
    """The same by blocks of structs of that kind, which the comments of a page are decoded into."""
    page, page_ahead = array_blocks(kind, "data", ""), array_blocks(kind, "data", "", look_ahead=True)
    documents = document_blocks(kind)

    def blocks(member: Member, ctx: Context) -> Iterator[RecordBlock | RawRecord | RecordError | Note]:
        head = member.read(HEAD_BYTES)
        reader = (page_ahead if _is_ahead(head, telling) else page) if _PAGE.match(head) else documents
        yield from reader(member, ctx)
        yield from _next_page(member, ctx, head)

    return blocks


def objects_of(record: RawRecord) -> Iterator[tuple[str, Raw]]:
    """(place, object) of everything a record holds: itself, the objects of a page, or one per identifier."""
    raw = record.obj
    if not isinstance(raw, dict):
        yield "", {}
    elif isinstance(raw.get("data"), list):
        yield from ((f"/data/{n}", one) for n, one in enumerate(raw["data"]))
    elif raw and all(_ID.fullmatch(key) and isinstance(one, dict) for key, one in raw.items()):
        yield from ((f"/{key}", one) for key, one in raw.items())
    else:
        yield "", raw


def inner(raw: Raw, edge: str) -> Sequence[Raw]:
    """The objects carried under an edge (`comments`, `replies`, `children`)."""
    below = raw.get(edge)
    found = below.get("data") if isinstance(below, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else ()


def total(raw: Raw, edge: str) -> int | None:
    """How many objects an edge announces (`summary.total_count`); None when it does not say."""
    below = raw.get(edge)
    summary = below.get("summary") if isinstance(below, dict) else None
    count = summary.get("total_count") if isinstance(summary, dict) else None
    return count if isinstance(count, int) else None


def edge_of(record: RawRecord) -> str | None:
    """The edge that a page came from (`comments`, `feed`), as its paging names it; None when it does not."""
    page: Raw = record.outer[-1] if record.outer else {}
    if isinstance(record.obj, dict) and "paging" in record.obj:
        page = record.obj
    return edge_of_page(page)


def edge_of_page(page: Raw) -> str | None:
    paging = page.get("paging")
    for key in ("next", "previous"):
        link = paging.get(key) if isinstance(paging, dict) else None
        found = _EDGE.match(link) if isinstance(link, str) else None
        if found:
            return found.group(1)
    # only comments are ordered this way
    summary = page.get("summary")
    return "comments" if isinstance(summary, dict) and "order" in summary else None


def time_fields(value: Any) -> dict[str, Any]:
    """The time columns from `2021-08-10T18:45:03+0000`, or from seconds (`date_format=U`)."""
    if value is None or value == "":
        return {}
    is_text = isinstance(value, str) and not value.isdigit()
    return {
        "created_at": utc_from_iso(value) if is_text else utc_from_s(value),
        "created_at_raw": str(value),
        "created_at_precision": "s",
        "created_at_source": "field",
    }


class Owed:
    """Comments and replies that are announced and not carried, less those met elsewhere in the file."""

    def __init__(self) -> None:
        self._lacking: Counter[str] = Counter()
        self._first = ""

    def owe(self, key: str | None, count: int, locator: str) -> None:
        if key is not None and count > 0:
            self._lacking[key] += count
            self._first = self._first or locator

    def met(self, key: str | None) -> None:
        if key is not None:
            self._lacking[key] -= 1

    def note(self) -> Iterator[Note]:
        missing = sum(count for count in self._lacking.values() if count > 0)
        if missing:
            yield Note("replies_missing", self._first, count=missing)
