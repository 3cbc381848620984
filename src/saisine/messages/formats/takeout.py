"""Google Takeout, “YouTube and YouTube Music”: the comments and live chat lines that the account holder wrote.

Three forms: tables (`comments.csv`, `live chats.csv`, names and headers in the account's language), pages
(before 2023), and My Activity (`MyActivity.json`, `watch-history.json`), which tells what was watched: no entry
of it holds the text of a comment, so all are counted as left out. Nothing that others wrote is in a Takeout.
"""

import csv
from collections.abc import Iterator, Mapping
from typing import Any, Final

from saisine.messages.filetypes import COMMENT_PAGE
from saisine.messages.formats import takeout_pages
from saisine.messages.formats.contract import (
    HEAD_BYTES,
    Context,
    Format,
    Member,
    Message,
    Note,
    RawRecord,
    RecordError,
    Skip,
    Sniff,
    json_array,
)
from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.shapes import BOM, score_keys
from saisine.messages.formats.table_rows import read_with
from saisine.messages.formats.takeout_rows import (
    VIDEO_ID,
    columns_of,
    is_chat,
    is_row,
    mentions_in,
    read_text,
)
from saisine.messages.formats.youtube_words import watch_url
from saisine.texts import utc_from_iso

ACTIVITY: Final = ("header", "title", "titleUrl", "time", "products")
_ROWS_LOOKED_AT: Final = 5
_read_activity: Final = json_array("")


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the values of the first rows, by the list items of a page, or by the keys of an activity."""
    if COMMENT_PAGE.search(head):
        return Sniff(90, ["list of comments", "youtube.com", "UTC"])
    if head.removeprefix(BOM).lstrip()[:1] == b"[":
        return score_keys(head, ACTIVITY, best=80)
    table = _table(head)
    if table is None:
        return Sniff(0, [])
    return Sniff(90, [*table[0][:4], f"{len(table[0])} columns"])


def _table(head: bytes) -> tuple[list[str], list[str]] | None:
    """(header, first row) of a table whose rows are those of a Takeout; None for anything else."""
    if b"\0" in head[:1024] or b"UC" not in head:
        return None
    lines = head.decode("utf-8", "replace").removeprefix("\ufeff").splitlines(keepends=True)
    rows = csv.reader(iter(lines))
    try:
        header = next(rows, [])
        for row, _ in zip(rows, range(_ROWS_LOOKED_AT), strict=False):
            if is_row(row) and len(row) == len(header) and columns_of(header, row) is not None:
                return header, row
    except csv.Error:
        return None
    return None


def read_any(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """Rows, list items or activities, by what the first bytes show."""
    head = member.read(HEAD_BYTES)
    if COMMENT_PAGE.search(head):
        yield from takeout_pages.read_items(member, ctx)
    elif head.removeprefix(BOM).lstrip()[:1] == b"[":
        yield from _read_activity(member, ctx)
    elif (table := _table(head)) is not None:
        header, first = table
        ctx.memory["columns"], ctx.memory["is_chat"] = columns_of(header, first), is_chat(header, first)
        yield from read_with(_profile_of(header))(member, ctx)
    else:
        yield Note("unknown_header", ctx.locator_prefix)


def _profile_of(header: list[str]) -> Profile:
    """The reading of tables asks for the header's own words, whatever their language."""
    return Profile(
        id="takeout",
        version=1,
        label_fr="",
        label_en="",
        platform="youtube",
        kind="comment",
        fields={},
        headers_all=tuple((name,) for name in header if name.strip()),
        delimiter=",",
    )


def map_any(record: RawRecord, ctx: Context) -> Message | Skip:
    """A row, a list item, or an activity."""
    if isinstance(record.obj, list):
        return _row(record, ctx)
    if isinstance(record.obj, str):
        return _item(record, ctx)
    return _activity(record.obj)


def _row(record: RawRecord, ctx: Context) -> Message | Skip:
    cells: list[str] = record.obj
    cell = {name: cells[at] for name, at in ctx.memory["columns"].items() if at < len(cells)}
    text, links, is_joined = read_text(cell.get("text", ""))
    if not cell["id"]:
        return Skip("empty_record")
    parent, video_id = cell.get("parent") or None, cell.get("video") or None
    post_id, top = cell.get("post") or None, cell.get("top") or None
    is_line, stated = ctx.memory["is_chat"], cell["time"]
    return Message.of(
        record,
        ctx,
        platform="youtube",
        kind="chat" if is_line else "reply" if parent else "comment",
        message_id=cell["id"],
        author_id=cell.get("channel") or None,
        owner_is_author=True,
        text=text,
        text_repairs=("fragments_joined",) if is_joined else (),
        created_at=utc_from_iso(stated),
        created_at_raw=stated,
        created_at_precision="us" if "." in stated else "s",
        created_at_source="field",
        url=watch_url(video_id, None if is_line else cell["id"]),
        parent_id=parent,
        conversation_id=None if is_line else top or parent or cell["id"],
        target_id=video_id or post_id,
        target_kind="post" if video_id or post_id else None,
        mentions=mentions_in(cell.get("text", "")),
        urls=links,
        missing=() if video_id or post_id else ("target_id",),
    )


def _item(record: RawRecord, ctx: Context) -> Message | Skip:
    found = takeout_pages.parse_item(record.obj)
    if found is None:
        return Skip("unsupported_variant")
    video_id = found.video_id if found.video_id and VIDEO_ID.fullmatch(found.video_id) else None
    message_id, parent = found.comment_id, (found.comment_id or "").rpartition(".")[0] or None
    missing = ("message_id",) if message_id is None else ()
    return Message.of(
        record,
        ctx,
        platform="youtube",
        kind="chat" if message_id is None else "reply" if parent else "comment",
        message_id=message_id or ctx.derive_id("youtube", video_id or "", found.stated, "", found.text),
        owner_is_author=True,
        text=found.text,
        text_raw=record.obj.partition(">")[2] if "&" in record.obj or "<a" in record.obj else None,
        text_repairs=("html_stripped",),
        created_at=found.at,
        created_at_raw=found.stated,
        created_at_precision="s",
        created_at_source="field",
        url=watch_url(video_id, message_id),
        parent_id=parent,
        conversation_id=parent or message_id,
        target_id=video_id,
        target_kind="post" if video_id else None,
        urls=found.links,
        missing=(*missing, "author_id", *(() if video_id else ("target_id",))),
    )


def _activity(raw: Mapping[str, Any]) -> Skip:
    """What was watched or searched is no message; an entry that leads to a comment has not its text."""
    address = raw.get("titleUrl")
    return Skip("unsupported_variant" if isinstance(address, str) and "&lc=" in address else "not_a_message")


TAKEOUT: Final = Format(
    id="takeout",
    version=1,
    platforms=("youtube",),
    label_fr="Google Takeout : vos commentaires et messages de direct YouTube",
    label_en="Google Takeout: your YouTube comments and live chat messages",
    how_to_get_fr="""\
1. Ouvrez takeout.google.com avec le compte concerné.
2. « Tout désélectionner », puis cochez « YouTube et YouTube Music ».
3. « Toutes les données YouTube sont incluses » : gardez seulement « commentaires » et « chats en direct ».
4. « Étape suivante » > « Créer une exportation ». Google prépare le zip : de quelques minutes à deux jours.
5. Le lien reçu par e-mail reste ouvert sept jours environ. Gardez le zip tel quel.
Le fichier ne contient que ce que ce compte a écrit : pas les commentaires des autres sous vos vidéos, qui \
s’obtiennent par l’API ou yt-dlp. État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
1. Open takeout.google.com with the account concerned.
2. "Deselect all", then tick "YouTube and YouTube Music".
3. "All YouTube data included": keep only "comments" and "live chats".
4. "Next step" > "Create export". Google prepares the zip: from minutes to two days.
5. The link received by e-mail stays open about seven days. Keep the zip as it is.
The file holds only what this account wrote: not what others wrote under your videos, which the API or yt-dlp \
give. As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=read_any,
    map=map_any,
    cannot_give=(
        *("author_handle", "author_name", "lang"),
        *("like_count", "share_count", "reply_count", "view_count"),
    ),
)
