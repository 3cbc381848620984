"""TikTok: "Download your data", JSON (`user_data_tiktok.json`, before 2024 `user_data.json`).

One's own comments, live comments and videos, and both sides of private messages. Sections were renamed over the
years and their keys change case: they are matched without it. Nothing has an identifier. A comment names at most
the video's link, never the person answered; what others wrote under one's videos is not there at all.

Dates are `YYYY-MM-DD HH:MM:SS`, some followed by `UTC`; without it they are read as UTC (to be checked on a real
file). Followed: RLEAPP @ 0842a9e2 (tikTokArchiveJson.py), d3i port (tiktok.py).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from saisine.messages.formats.contract import (
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
from saisine.messages.formats.json_records import KEPT_BYTES, Path, _Walk, records_alone
from saisine.messages.formats.json_values import as_count
from saisine.messages.formats.json_window import Malformed, Window

# The last folded keys down to each list of records; the sections around them were renamed and moved over the years
# (« Your Activity », « Likes and Favorites »). ANY key is kept as the name of what lies below.
ANY: Final = "**"
_DELETED: Final = ("recently deleted posts", "recentlydeletedposts")
_ENDS: Final[dict[Path, str]] = {
    ("commentslist",): "comment",
    ("chathistory", ANY): "dm",
    ("groupchat", ANY): "group",
    ("watchlivemap", ANY, "comments"): "chat",
    ("watchlivemap", ANY, "questions"): "chat",
    ("posts", "videolist"): "post",  # a list of that name alone is that of the videos watched
    ("videos", "videolist"): "post",
    ("posts", "postlist"): "post",
    **{(name, rows): "post" for name in _DELETED for rows in ("postlist", "videolist")},
    ("itemfavoritelist",): "like",
}
_DEPTH: Final = 3
LISTS: Final[dict[Path, str]] = {
    (*[ANY] * depth, *end): rows for depth in range(_DEPTH + 1) for end, rows in _ENDS.items()
}
PROFILE: Final[tuple[Path, ...]] = tuple((*[ANY] * depth, "profilemap") for depth in range(_DEPTH + 1))
# Names that only this export has, folded; the file may open with any of its sections.
NAMES: Final = (
    *("commentslist", "chathistory", "watchlivemap", "itemfavoritelist", "favoriteeffectslist", "fanslist"),
    *("favoritehashtaglist", "favoritesoundlist", "favoritevideolist", "hashtaglist", "loginhistorylist"),
    *("searchlist", "sharehistorylist", "profilemap", "settingsmap", "video browsing history", "tiktok live"),
    *("your activity", "app settings", "watch history", "tiktok shopping", "ads and data", "blocklist"),
)
VIDEO: Final = re.compile(r"/(?:video|photo|v)/(\d+)")
_KEY: Final = re.compile(rb'(?<!\\)"([^"\\]{3,60})"\s*:')
_CHAT: Final = re.compile(r"^(?:group )?chat history with (.*?):?$", re.IGNORECASE)
Found = RawRecord | RecordError | Note


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the names of sections, in any case; a list of comments alone is enough with its two keys."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"{":
        return Sniff(score=0, reasons=[])
    keys = {key.decode("utf-8", "replace").casefold() for key in set(_KEY.findall(head))}
    found = [key for key in NAMES if key in keys]
    if {"commentslist", "date", "comment"} <= keys or {"chathistory", "date", "from", "content"} <= keys:
        return Sniff(score=min(95, 70 + 8 * len(found)), reasons=[*found, "date"])
    return Sniff(score=min(95, 15 * len(found)) if len(found) > 1 else 0, reasons=found)


# ------------------------------------------------------------------ records


class _Sections(_Walk):
    """A walk down folded keys. `record.outer` is one object: {"path": folded keys, "under": the ANY key}."""

    def _object(self, paths: tuple[Path, ...], outer: tuple[Mapping[str, Any], ...]) -> Iterator[Found]:
        window = self.window
        window.take("{")
        while window.peek() != "}":
            key, _ = window.value(KEPT_BYTES)
            if not isinstance(key, str):
                raise Malformed("bad_json: a key is no string")
            window.take(":")
            low = " ".join(key.split()).casefold()
            is_known = any(path[:1] == (low,) for path in paths)
            below = tuple(path[1:] for path in paths if path[:1] == (low if is_known else ANY,))
            if below:
                above: Mapping[str, Any] = outer[-1] if outer else {"path": (), "under": ""}
                here = {
                    "path": (*above["path"], low if is_known else ANY),
                    "under": above["under"] if is_known else key,
                }
                yield from records_alone(self.descend(below, (here,)))
            else:
                window.skip_value()
            if window.peek() != "}":
                window.take(",")
        window.take("}")


def read(member: Member, ctx: Context) -> Iterator[Found]:
    """Comments, messages, videos and likes in the order of the file; a note when it holds no comment."""
    ctx.memory["owner"] = _owner(member) or ctx.owner
    has_comment = False
    for found in _walk(member, ctx.locator_prefix, tuple(LISTS)):
        has_comment = has_comment or (isinstance(found, RawRecord) and _list_of(found) == "comment")
        yield found
    if not has_comment:
        yield Note("comments_absent", ctx.locator_prefix)


def _walk(member: Member, prefix: str, paths: tuple[Path, ...], *, elements: bool = True) -> Iterator[Found]:
    with member.open() as stream:
        walk = _Sections(Window(stream), prefix + "#byte=", elements=elements)
        yield from records_alone(walk.documents(paths))


def _owner(member: Member) -> str | None:
    """The account whose export it is: the profile may stand anywhere in the file."""
    for found in _walk(member, "", PROFILE, elements=False):
        if isinstance(found, RawRecord) and isinstance(found.obj, dict):
            name = found.obj.get("userName") or found.obj.get("username")
            return name if isinstance(name, str) else None
    return None


def _list_of(record: RawRecord) -> str:
    return LISTS.get(record.outer[-1]["path"], "") if record.outer else ""


# ------------------------------------------------------------------ mapping


def map_entry(record: RawRecord, ctx: Context) -> Message | Skip:
    """One row of one list."""
    rows, raw = _list_of(record), record.obj
    if rows == "like":
        return Skip("like_or_reaction")
    if not isinstance(raw, dict):
        return Skip("unsupported_variant")
    row = {key.casefold(): value for key, value in raw.items()}
    return BUILDERS[rows](row, record, ctx)


def _comment(row: dict[str, Any], record: RawRecord, ctx: Context) -> Message | Skip:
    text, photo = _word(row.get("comment")), _word(row.get("photo"))
    link = _word(row.get("url")) or _word(row.get("originalposturl"))
    if not (text or photo):
        return Skip("empty_record")
    video = VIDEO.search(link)
    return _own(
        record,
        ctx,
        kind="comment",
        at=_word(row["date"]),
        text=text,
        where=link,
        target_id=video.group(1) if video else None,
        target_kind="post" if video else None,
        conversation_id=None,
        media_urls=[photo] if photo else [],
        url=None,
        missing=("target_id",) if video is None else (),
    )


def _live(row: dict[str, Any], record: RawRecord, ctx: Context) -> Message | Skip:
    text = _word(row.get("commentcontent") or row.get("questioncontent"))
    if not text:
        return Skip("empty_record")
    room = record.outer[-1]["under"]
    return _own(
        record,
        ctx,
        kind="chat",
        at=_word(row.get("commenttime") or row.get("questiontime")),
        text=text,
        where=room,
        target_id=room,
        target_kind="post",
        conversation_id=room,
    )


def _video(row: dict[str, Any], record: RawRecord, ctx: Context) -> Message | Skip:
    """One's own video: recent exports give its title; its link is that of the file, open for some days."""
    text, link = _word(row.get("title")), _word(row.get("link"))
    return _own(
        record,
        ctx,
        kind="post",
        at=_word(row["date"]),
        text=text,
        where=link,
        media_urls=[link] if link else [],
        like_count=as_count(row.get("likes")),
        visibility={"everyone": "public", "public": "public"}.get(_word(row.get("whocanview")).casefold()),
        missing=() if "title" in row else ("text",),
        deleted="deleted" if not set(_DELETED).isdisjoint(record.outer[-1]["path"]) else "none",
    )


def _direct(row: dict[str, Any], record: RawRecord, ctx: Context) -> Message | Skip:
    """A private message of either side; the section's name says with whom."""
    text, sender = _word(row.get("content")), _word(row.get("from"))
    if not text:
        return Skip("empty_record")
    named = _CHAT.match(record.outer[-1]["under"])
    other = named.group(1).strip() if named else record.outer[-1]["under"]
    owner = ctx.memory["owner"]
    at = _word(row["date"])
    is_group = _list_of(record) == "group"
    return Message.of(
        record,
        ctx,
        platform="tiktok",
        kind="chat" if is_group else "dm",
        message_id=ctx.derive_id("tiktok", other, at, sender, text),
        owner_is_author=None if owner is None else sender == owner,
        author_handle=sender or None,
        text=text,
        conversation_id=other,
        target_kind="thread" if is_group else "account",
        target_handle=other if is_group or sender != other else owner,
        visibility="private",
        missing=(() if sender else ("author_handle",)),
        **times_of(at),
    )


def _own(
    record: RawRecord, ctx: Context, *, at: str, text: str, where: str, kind: str, **fields: Any
) -> Message:
    owner = ctx.memory["owner"]
    missing = (*fields.pop("missing", ()), *(() if owner else ("author_handle",)))
    return Message.of(
        record,
        ctx,
        platform="tiktok",
        kind=kind,
        message_id=ctx.derive_id("tiktok", where, at, "", text),
        owner_is_author=True,
        author_handle=owner,
        text=text,
        missing=missing,
        **times_of(at),
        **fields,
    )


BUILDERS: Final = {"comment": _comment, "chat": _live, "post": _video, "dm": _direct, "group": _direct}


def _word(value: Any) -> str:
    """The text of a cell; the export writes `N/A` for nothing."""
    text = value.strip() if isinstance(value, str) else ""
    return "" if text == "N/A" else text


def times_of(text: str) -> dict[str, Any]:
    if not text:
        return {}
    found = datetime.fromisoformat(text.removesuffix(" UTC"))
    return {
        "created_at": found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC),
        "created_at_raw": text,
        "created_at_precision": "s",
        "created_at_source": "field",
    }


TIKTOK_USER_DATA: Final = Format(
    id="tiktok-user-data",
    version=3,
    platforms=("tiktok",),
    label_fr="TikTok : « Télécharger tes données » (user_data_tiktok.json)",
    label_en="TikTok: “Download your data” (user_data_tiktok.json)",
    how_to_get_fr="""\
À faire tant que le compte existe.
1. Dans l’application : Profil > menu « ☰ » > « Paramètres et confidentialité » > « Compte » > « Télécharger tes \
données ».
2. Choisissez « Toutes les données » et le format « JSON ». La version TXT se lit aussi, mais elle en dit moins.
3. TikTok prépare le fichier : de quelques minutes à quelques jours. Revenez à « Télécharger des données » ; il \
reste disponible quatre jours.
4. Déposez le zip ou le fichier user_data_tiktok.json tel quel.
Le fichier contient vos commentaires, vos vidéos et vos messages privés, reçus et envoyés. Il ne contient ni les \
commentaires des autres sous vos vidéos, ni la personne à qui un commentaire répondait, ni aucun identifiant : \
pour les commentaires des autres, utilisez Zeeschuimer ou capturez la page. État au 1er juin 2025 ; les écrans \
changent.""",
    how_to_get_en="""\
To be done while the account exists.
1. In the app: Profile > menu "☰" > "Settings and privacy" > "Account" > "Download your data".
2. Choose "All data" and the format "JSON". The TXT version is read too, but it says less.
3. TikTok prepares the file: from minutes to days. Come back to "Download data"; it stays available four days.
4. Drop the zip or the file user_data_tiktok.json as it is.
The file holds your comments, your videos and your private messages, received and sent. It holds neither other \
people's comments under your videos, nor the person a comment answered, nor any identifier: for other people's \
comments, use Zeeschuimer or capture the page. As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=read,
    map=map_entry,
    cannot_give=(
        *("message_id", "author_id", "author_name", "author_created_at", "lang", "url", "parent_id"),
        *("share_count", "reply_count", "view_count"),
    ),
)
