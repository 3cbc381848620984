"""LinkedIn: tables of "Get a copy of your data", one's own posts and comments, and private messages.

`Shares.csv` closes and opens quotes at each line end of a post; `Comments.csv` escapes quotes with a
backslash; `messages.csv` holds HTML in part and both sides. Dates have no zone except in `messages.csv`, which
says UTC: the others are read so too, unless the time inside the post's own number says local time. Other known
tables (contacts, reactions) are counted, not read.

Source: exports of 2018 to 2025; linkedin2md @ 1c182426 (tests) and the published readers named in
docs/formats.md. Old exports hold UTF-8 read as Latin-1: each text is repaired where that succeeds.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

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
)
from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.table_layout import Layout, find_layout, key_of
from saisine.messages.formats.table_rows import read_with
from saisine.messages.idtime import time_of_id
from saisine.messages.zones import from_local
from saisine.texts import repair_mojibake, strip_html

_URN: Final = re.compile(r"urn:li:(?:activity|share|ugcPost):\d+")
_COMMENT_URN: Final = re.compile(r"urn:li:comment:\([^()\s]+\)")
_MARKUP: Final = re.compile(r"<(?:p|br|a|div|span|ul|li|strong|em)\b[^>]*>|</\w+>", re.IGNORECASE)
# A post's lines, each in quotes of its own.
_LINE_ENDS: Final = re.compile(r'"(\r?\n)"')
_SAME_MOMENT: Final = timedelta(minutes=10)
MAX_PROFILE_BYTES: Final = 1 << 20


class Table(NamedTuple):
    """One file of the export: the headers that make it known, how it is written, and what its rows are.

    `is_plain`: the same headers stand in tables that people keep by hand; LinkedIn's own links decide.
    """

    headers: tuple[str, ...]
    rows: str
    escape: str | None = None
    score: int = 90
    is_plain: bool = False


TABLES: Final = (
    Table(("Date", "ShareLink", "ShareCommentary"), "post", score=95),
    Table(("CONVERSATION ID", "FROM", "TO", "DATE", "CONTENT"), "dm", score=95),
    Table(("Date", "Link", "Message"), "comment", "\\", score=88, is_plain=True),
    Table(("Date", "Type", "Link"), "like", score=60, is_plain=True),
    Table(("First Name", "Last Name", "Connected On"), "other", score=90),
)


def _profile(table: Table) -> Profile:
    headers = tuple((name,) for name in table.headers)
    return Profile(
        id="linkedin-csv",
        version=1,
        label_fr="",
        label_en="",
        platform="linkedin",
        kind="post",
        fields={},
        headers_all=headers,
        delimiter=",",
        escape=table.escape,
    )


_PROFILES: Final = {table: _profile(table) for table in TABLES}


def _table_of(head: bytes) -> tuple[Table, Layout] | None:
    for table in TABLES:
        layout = find_layout(head, _PROFILES[table])
        if layout is not None and _is_own(table, layout, head):
            return table, layout
    return None


def _is_own(table: Table, layout: Layout, head: bytes) -> bool:
    if not table.is_plain:
        return True
    return len(layout.header) <= len(table.headers) + 1 and b"linkedin.com" in head


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the header, whose names are English in every export."""
    found = _table_of(head)
    if found is None:
        return Sniff(score=0, reasons=[])
    return Sniff(score=found[0].score, reasons=[*found[0].headers, "comma"])


def read(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """The rows under the header, each with its bytes."""
    found = _table_of(member.read(HEAD_BYTES))
    if found is None:
        yield Note("unknown_header", ctx.locator_prefix)
        return
    ctx.memory["table"] = found[0]
    yield from read_with(_PROFILES[found[0]])(member, ctx)


# ------------------------------------------------------------------ mapping


def map_row(record: RawRecord, ctx: Context) -> Message | Skip:
    """A post, a comment or a private message; contacts and reactions are counted apart."""
    rows = ctx.memory["table"].rows
    if rows in ("like", "other"):
        return Skip("like_or_reaction" if rows == "like" else "not_a_message")
    row, is_repaired = _row(record)
    if rows == "dm":
        return _direct(row, is_repaired, record, ctx)
    return (_share if rows == "post" else _comment)(row, is_repaired, record, ctx)


def _row(record: RawRecord) -> tuple[dict[str, str], bool]:
    """(cells by folded header, whether one was repaired)."""
    layout: Layout = record.outer[0]["layout"]
    row, is_repaired = {}, False
    for header, cell in zip(layout.header, record.obj, strict=False):
        text, is_changed = repair_mojibake(cell)
        row[key_of(header)] = text
        is_repaired = is_repaired or is_changed
    return row, is_repaired


def _share(row: dict[str, str], is_repaired: bool, record: RawRecord, ctx: Context) -> Message | Skip:
    link, stated = row["sharelink"], row["date"]
    written = row["sharecommentary"]
    text, is_joined = _joined(written)
    shared, media = row.get("sharedurl") or "", row.get("mediaurl") or ""
    if not (text or link or shared or media):
        return Skip("empty_record")
    urn = _urn_of(link)
    return Message.of(
        record,
        ctx,
        platform="linkedin",
        kind="post" if text or media else "repost",
        message_id=urn or ctx.derive_id("linkedin", link, stated, "", text),
        owner_is_author=True,
        author_name=_owner(ctx),
        text=text,
        text_raw=written if is_joined else None,
        text_repairs=_repairs(is_repaired, fragments_joined=is_joined),
        url=link or None,
        conversation_id=urn,
        visibility=_visibility(row.get("visibility") or ""),
        urls=[shared] if shared else [],
        media_urls=[media] if media else [],
        missing=(*(() if urn else ("message_id", "conversation_id")), *_unnamed(ctx)),
        **_times(stated, ctx, urn),
    )


def _comment(row: dict[str, str], is_repaired: bool, record: RawRecord, ctx: Context) -> Message | Skip:
    link, stated, text = row["link"], row["date"], row["message"]
    if not text and not link:
        return Skip("empty_record")
    plain = unquote(link)
    own, target = _COMMENT_URN.search(plain), _urn_of(plain)
    urn = own.group() if own else None
    return Message.of(
        record,
        ctx,
        platform="linkedin",
        kind="comment",
        message_id=urn or ctx.derive_id("linkedin", link, stated, "", text),
        owner_is_author=True,
        author_name=_owner(ctx),
        text=text,
        text_repairs=_repairs(is_repaired),
        url=link or None,
        conversation_id=target,
        target_id=target,
        target_kind="post" if target else None,
        missing=(
            *(() if urn else ("message_id",)),
            *(() if target else ("target_id", "conversation_id")),
            *("parent_id", *_unnamed(ctx)),
        ),
        **_times(stated, ctx, None),
    )


def _direct(row: dict[str, str], is_repaired: bool, record: RawRecord, ctx: Context) -> Message | Skip:
    """A private message, received or sent; a draft was never sent."""
    if row.get("is message draft", "").strip().lower() == "yes":
        return Skip("not_a_message")
    written, attached = row["content"], row.get("attachments") or ""
    is_markup = _MARKUP.search(written) is not None
    text, links = strip_html(written) if is_markup else (written, [])
    subject = row.get("subject") or ""
    whole = f"{subject}\n{text}" if subject and not text.startswith(subject) else text
    if not whole and not attached:
        return Skip("empty_record")
    conversation, stated = row["conversation id"], row["date"]
    sender, owner = row["from"], _owner(ctx)
    receivers = [one.strip() for one in re.split(r"[;,]", row["to"]) if one.strip()]
    return Message.of(
        record,
        ctx,
        platform="linkedin",
        kind="dm",
        message_id=ctx.derive_id("linkedin", conversation, stated, sender, whole),
        author_handle=_handle(row.get("sender profile url") or ""),
        author_name=sender or None,
        owner_is_author=sender == owner if sender and owner else None,
        text=whole,
        text_raw=written if whole != written else None,
        text_repairs=_repairs(is_repaired, html_stripped=is_markup),
        conversation_id=conversation or None,
        target_kind="account" if len(receivers) == 1 else "thread",
        target_handle=receivers[0] if len(receivers) == 1 else row.get("conversation title") or None,
        visibility="private",
        urls=links,
        media_urls=[one for one in re.split(r"[;,\s]+", attached) if one],
        missing=("message_id", "url", *(() if whole else ("text",)), *(() if sender else ("author_name",))),
        **_times(stated, ctx, None),
    )


# ------------------------------------------------------------------ fields


def _joined(cell: str) -> tuple[str, bool]:
    """(post as written, whether each of its lines was in quotes of its own)."""
    found = len(_LINE_ENDS.findall(cell))
    return (_LINE_ENDS.sub(r"\1", cell), True) if found and found == cell.count("\n") else (cell, False)


def _urn_of(link: str) -> str | None:
    found = _URN.search(unquote(link))
    return found.group() if found else None


def _handle(address: str) -> str | None:
    found = re.search(r"linkedin\.com/in/([^/?#]+)", address)
    return unquote(found.group(1)) if found else None


def _visibility(word: str) -> str | None:
    return {"MEMBER_NETWORK": "public", "ANYONE": "public", "CONNECTIONS": "private"}.get(
        word, word.lower() or None
    )


def _repairs(is_repaired: bool, **codes: bool) -> list[str]:
    return [*(["mojibake"] if is_repaired else []), *(code for code, is_made in codes.items() if is_made)]


def _times(cell: str, ctx: Context, urn: str | None) -> dict[str, Any]:
    """The time columns. UTC, unless the post's own number says that the clock was the exporter's."""
    cell = cell.strip()
    if not cell:
        return {}
    local = datetime.fromisoformat(cell.removesuffix(" UTC"))
    if local.tzinfo is not None:
        at, precision = local.astimezone(UTC), "s"
    else:
        at, precision = local.replace(tzinfo=UTC), "day" if len(cell) == 10 else "s"
        inside = time_of_id("linkedin", urn)
        if inside is not None and precision == "s" and abs(at - inside.at) > _SAME_MOMENT:
            other, is_twice = from_local(local, ctx.zone)
            if abs(other - inside.at) <= _SAME_MOMENT:
                at, precision = other, "hour" if is_twice else "s"
    return {
        "created_at": at,
        "created_at_raw": cell,
        "created_at_precision": precision,
        "created_at_source": "field",
    }


def _owner(ctx: Context) -> str | None:
    """Whose export this is: `Profile.csv` in the same folder, else the account that was named."""
    if "owner" not in ctx.memory:
        ctx.memory["owner"] = _name_beside(ctx) or ctx.owner
    owner: str | None = ctx.memory["owner"]
    return owner


def _name_beside(ctx: Context) -> str | None:
    folder = ctx.path.rpartition("!")[2].rpartition("/")[0]
    member = ctx.members.get(f"{folder}/Profile.csv" if folder else "Profile.csv")
    if member is None:
        return None
    text = member.read(MAX_PROFILE_BYTES).decode("utf-8-sig", "replace")
    try:
        row = next(csv.DictReader(io.StringIO(text)), None)
    except csv.Error:
        return None  # a damaged neighbour only leaves the owner unknown
    names = [str(row.get(key) or "").strip() for key in ("First Name", "Last Name")] if row else []
    return " ".join(name for name in names if name) or None


def _unnamed(ctx: Context) -> tuple[str, ...]:
    return ("author_handle",) if _owner(ctx) else ("author_handle", "author_name")


LINKEDIN_CSV: Final = Format(
    id="linkedin-csv",
    version=1,
    platforms=("linkedin",),
    label_fr="LinkedIn : « Obtenir une copie de vos données » (posts, commentaires, messages, CSV)",
    label_en="LinkedIn: “Get a copy of your data” (posts, comments, messages, CSV)",
    how_to_get_fr="""\
À faire avant de fermer le compte ou que l’autre personne ne ferme le sien.
1. Sur linkedin.com : « Vous » > « Préférences et confidentialité » > « Confidentialité des données » > \
« Obtenir une copie de vos données ».
2. Choisissez l’archive complète : le choix rapide ne contient ni les posts, ni les commentaires.
3. LinkedIn envoie un lien : en quelques minutes pour une partie, en un jour environ pour le tout. Il reste \
ouvert 72 heures.
4. Déposez le zip tel quel : Profile.csv, à côté, dit de qui sont les posts. N’ouvrez pas les tableaux dans Excel.
Le fichier contient vos posts, vos commentaires et vos messages privés, reçus et envoyés. Il ne contient pas ce que \
d’autres ont écrit sous vos posts : capturez la page. État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done before closing the account or before the other person closes theirs.
1. On linkedin.com: "Me" > "Settings & Privacy" > "Data privacy" > "Get a copy of your data".
2. Choose the larger data archive: the quick choice holds neither posts nor comments.
3. LinkedIn sends a link: within minutes for a part, about a day for everything. It stays open 72 hours.
4. Drop the zip as it is: Profile.csv, beside, says whose posts they are. Do not open the tables in Excel.
The file holds your posts, your comments and your private messages, received and sent. It does not hold what \
others wrote under your posts: capture the page. As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=read,
    map=map_row,
    cannot_give=(
        *("author_id", "author_created_at", "lang"),
        *("like_count", "share_count", "reply_count", "view_count"),
    ),
    samples=(
        ("samples/linkedin-csv/Shares.csv", {"mapped": 1}),
        ("samples/linkedin-csv/Connections.csv", {"mapped": 0, "not_a_message": 3}),
    ),
)
