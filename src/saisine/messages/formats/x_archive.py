"""X (Twitter): the archive an account asks for, `data/*.js`, each `window.YTD.<name>.part<N> = [...]`.

Posts (tweets, deleted tweets, community posts) hold no author: it comes from `account.js` beside them. Their
counts are strings and their texts HTML-escaped. A post longer than 280 signs is whole in `note-tweet.js` only: that
note is context beside its post, and a message of its own where the post is nowhere in the archive.
Private messages hold both sides; their headers alone (`direct-message-headers.js`) repeat them without text.

Source: archives of 2019 to 2025, as read by the published parsers listed in docs/formats.md.
"""

import io
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final, NamedTuple

from saisine.messages.archive_streams import STREAM_FAULTS
from saisine.messages.formats.contract import (
    HEAD_BYTES,
    MAX_RECORD_BYTES,
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
from saisine.messages.formats.json_values import as_time, dict_at, inside
from saisine.messages.formats.x_api_v1 import (
    Raw,
    counts_of,
    entities_of,
    id_of,
    parse_date,
    target_of,
    text_of,
)
from saisine.texts import unescape_html, utc_from_iso

PREFIX: Final = rb"window\.YTD\.([A-Za-z0-9_]{1,60})\.part\d{1,6}[ \t]*=[ \t]*"
_START: Final = re.compile(rb"^(?:\xef\xbb\xbf)?\s*" + PREFIX)
# A part that follows another one, on a line of its own or right behind: a quotation mark that no backslash stands
# before, then brackets, is outside every text.
_NEXT: Final = re.compile(rb'(?:(?<=\n)|(?<=[^\\]"\}\}\])|(?<=[^\\]"\}\}\];))(?:\xef\xbb\xbf)?' + PREFIX)
_LAST: Final = re.compile(rb";\s*$")
# A prefix cut by the end of a chunk is kept for the next one.
_KEPT_BYTES: Final = 160
DELETED: Final = frozenset({"deleted_tweets", "deleted_tweet"})
CHATS: Final = frozenset(
    {"direct_messages", "direct_message", "direct_messages_group", "direct_message_group"}
)
HEADERS: Final = frozenset({"direct_message_headers", "direct_message_group_headers"})
LIKES: Final = frozenset({"like", "likes", "favorite"})
_REPOST: Final = re.compile(r"RT @(\w{1,15}): ")
# The files that hold posts; a large archive numbers their parts.
_POSTS: Final = re.compile(r"(?:community-|deleted-)?tweets?(?:-part\d{1,6})?\.js")
# A note and its post are written in one act; minutes would already be another post.
_SAME_ACT: Final = timedelta(seconds=60)
# Signs of the longest post that needs no note.
_SHORT: Final = 280
Found = RawRecord | RecordError | Note


class Owner(NamedTuple):
    """The account whose archive it is; what `account.js` does not say is None."""

    id: str | None = None
    handle: str | None = None
    name: str | None = None
    created_at: datetime | None = None


def name_of(head: bytes) -> str:
    """What this file of the archive holds (`tweets`, `like`…); "" when it is none."""
    found = _START.match(head)
    return found.group(1).decode().lower() if found else ""


def sniff(head: bytes, name: str) -> Sniff:
    """The assignment that opens each file is no JSON and no other export begins so."""
    holds = name_of(head)
    return Sniff(score=95, reasons=[f"window.YTD.{holds}"]) if holds else Sniff(score=0, reasons=[])


# ------------------------------------------------------------------ records


class _Blanked(io.RawIOBase):
    """The same bytes with what is script and not JSON replaced by spaces: every offset stays what it was."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._held = b""
        self._ready = b""
        self._is_first = True
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._ready and not self._ended:
            self._fill(len(buffer))
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _fill(self, size: int) -> None:
        chunk = self._raw.read(max(size, 1 << 16))
        held = _NEXT.sub(_spaces, self._held + chunk)
        if self._is_first and (found := _START.match(held)):
            mark = 3 if held.startswith(b"\xef\xbb\xbf") else 0
            held = held[:mark] + b" " * (found.end() - mark) + held[found.end() :]
        self._is_first = False
        self._ended = not chunk
        if self._ended:
            held = _LAST.sub(_spaces, held)
        kept = 0 if self._ended else min(len(held), _KEPT_BYTES)
        self._ready, self._held = held[: len(held) - kept], held[len(held) - kept :]

    def close(self) -> None:
        self._raw.close()
        super().close()


def _spaces(found: re.Match[bytes]) -> bytes:
    return b" " * len(found.group())


def read_entries(member: Member, ctx: Context) -> Iterator[Found]:
    """The entries of one file; of conversations, their messages one by one, whatever their length."""
    ctx.memory["name"] = name = name_of(member.read(HEAD_BYTES))
    paths = ("*.dmConversation.messages",) if name in CHATS | HEADERS else ("",)
    yield from json_array(*paths)(_as_json(member), ctx)


def _as_json(member: Member) -> Member:
    """The same member without the script around its entries."""

    def opener() -> BinaryIO:
        return io.BufferedReader(_Blanked(member.open()), 1 << 20)

    return Member(member.name, member.path_in_source, member.size, opener, member.locator_prefix)


# ------------------------------------------------------------------ what stands beside


def _folder(ctx: Context) -> str:
    return ctx.path.rpartition("!")[2].rpartition("/")[0]


def _beside(ctx: Context, *names: str) -> Iterator[list[Any]]:
    """The entries of the files of these names in the same folder of the same archive."""
    folder = _folder(ctx)
    for name in names:
        member = ctx.members.get(f"{folder}/{name}" if folder else name)
        if member is None:
            continue
        body = member.read(MAX_RECORD_BYTES)
        found = _START.match(body)
        try:
            entries = json.loads(_LAST.sub(b"", body[found.end() :])) if found else None
        except (ValueError, RecursionError):
            continue  # a damaged neighbour is told where it is read itself
        if isinstance(entries, list):
            yield entries


def _owner(ctx: Context) -> Owner:
    for entries in _beside(ctx, "account.js"):
        account = entries[0].get("account") if entries and isinstance(entries[0], dict) else None
        if isinstance(account, dict):
            created = account.get("createdAt")
            return Owner(
                id=account.get("accountId"),
                handle=account.get("username"),
                name=account.get("accountDisplayName"),
                created_at=utc_from_iso(created) if created else None,
            )
    return Owner(handle=ctx.owner)


def _notes(ctx: Context) -> dict[str, list[tuple[datetime, str]]]:
    """The whole texts of long posts by their first forty signs."""
    found: dict[str, list[tuple[datetime, str]]] = {}
    for entries in _beside(ctx, "note-tweet.js"):
        for entry in entries:
            text, stated = inside(entry, "noteTweet", "core", "text"), inside(entry, "noteTweet", "createdAt")
            if isinstance(text, str) and isinstance(stated, str):
                found.setdefault(text[:40], []).append((utc_from_iso(stated), text))
    return found


def _long_posts(ctx: Context) -> dict[str, list[tuple[datetime, str]]]:
    """What the long posts of the same archive show, by their first forty signs. Files of posts have any size: they
    are read one post at a time, and a damaged one as far as it goes (what is wrong is told where it is read itself).
    """
    found: dict[str, list[tuple[datetime, str]]] = {}
    own = _folder(ctx)
    for path, member in ctx.members.items():
        folder, _, name = path.rpartition("/")
        if folder != own or not _POSTS.fullmatch(name):
            continue
        with suppress(*STREAM_FAULTS):
            for one in json_array("")(_as_json(member), ctx):
                if isinstance(one, RawRecord) and (post := _shown(one.obj)) is not None:
                    found.setdefault(post[1][:40], []).append(post)
    return found


def _shown(entry: Any) -> tuple[datetime, str] | None:
    """(time, text) of a post that a note may complete; None for any other entry, one that is no row among them."""
    raw = dict_at(entry, "tweet") or (entry if isinstance(entry, dict) else {})
    text, stated = raw.get("full_text") or raw.get("text"), raw.get("created_at")
    if not isinstance(text, str) or not isinstance(stated, str) or id_of(raw, "id") is None:
        return None
    if "…" not in text and len(text) <= _SHORT:
        return None
    with suppress(ValueError, KeyError):
        return parse_date(stated), unescape_html(text)[0]
    return None


def _is_note_of(note: tuple[datetime, str], at: datetime, text: str) -> bool:
    """Whether this whole text was written with this post: in one act, and it goes on where the post is cut."""
    moment, whole = note
    shown = text.rpartition(" https://t.co/")[0] or text
    begins = shown.endswith("…") and not text.startswith("RT @") and whole.startswith(shown[:-1].rstrip())
    return begins and abs(moment - at) <= _SAME_ACT


# ------------------------------------------------------------------ mapping


def map_entry(record: RawRecord, ctx: Context) -> Message | Skip:
    """A post or a private message of either side; likes, settings and headers are counted apart."""
    name, raw = ctx.memory.get("name", ""), record.obj
    if not isinstance(raw, dict) or not raw:
        return Skip("unsupported_variant" if raw else "empty_record")
    if name in LIKES:
        return Skip("like_or_reaction")
    if name in CHATS or name in HEADERS:
        return _direct(raw, record, ctx)
    if "noteTweet" in raw:
        return _note(raw["noteTweet"], record, ctx)
    post = raw.get("tweet", raw)
    if isinstance(post, dict) and ("full_text" in post or "text" in post) and id_of(post, "id"):
        return _post(post, record, ctx)
    if name in DELETED or "tweet" in raw:
        return Skip("empty_record")
    return Skip("not_a_message")


def _remembered(ctx: Context) -> Owner:
    if "owner" not in ctx.memory:
        ctx.memory["owner"] = _owner(ctx)
    owner: Owner = ctx.memory["owner"]
    return owner


def _post(raw: Raw, record: RawRecord, ctx: Context) -> Message:
    owner = _remembered(ctx)
    message_id, stated = id_of(raw, "id"), raw.get("created_at")
    at = parse_date(stated) if stated else None
    texts = _whole_text(raw, at, ctx)
    is_repost = _REPOST.match(texts["text"]) is not None
    parent, target = id_of(raw, "in_reply_to_status_id"), target_of(raw)
    counts = {} if is_repost else counts_of(raw)
    return Message.of(
        record,
        ctx,
        platform="x",
        kind="repost" if is_repost else "reply" if target["target_kind"] or parent else "post",
        message_id=message_id,
        owner_is_author=True,
        lang=None if raw.get("lang") == "und" else raw.get("lang"),
        created_at=at,
        created_at_raw=stated,
        created_at_precision="s" if stated else "none",
        created_at_source="field" if stated else None,
        edited_at=at if _is_edited(raw, message_id) else None,
        url=f"https://x.com/{owner.handle or 'i/web'}/status/{message_id}",
        parent_id=parent,
        deleted="deleted" if ctx.memory["name"] in DELETED or "deleted_at" in raw else "none",
        missing=(
            *_unknown(owner),
            *(name for name in ("like_count", "share_count") if counts.get(name) is None),
            *(("repost_of_id",) if is_repost else ()),
        ),
        **_author(owner),
        **target,
        **texts,
        **entities_of(raw),
        **counts,
    )


def _whole_text(raw: Raw, at: datetime | None, ctx: Context) -> dict[str, Any]:
    """The text of a post; the whole of a long one, when a note of the same moment begins like it."""
    texts = text_of(raw)
    text = texts["text"]
    shown = text.rpartition(" https://t.co/")[0] or text
    if at is not None and shown.endswith("…") and not text.startswith("RT @"):
        if "notes" not in ctx.memory:
            ctx.memory["notes"] = _notes(ctx)
        for note in ctx.memory["notes"].get(text[:40], ()):
            if _is_note_of(note, at, text):
                return {
                    "text": note[1],
                    "text_raw": raw.get("full_text"),
                    "text_repairs": ["fragments_joined"],
                }
    if shown.endswith("…"):
        texts["text_repairs"] = [*texts["text_repairs"], "shortened_upstream"]
    return texts


def _is_edited(raw: Raw, message_id: str | None) -> bool:
    """Whether this is a later version; each one has its own identifier and date."""
    first = ((raw.get("edit_info") or {}).get("edit") or {}).get("initialTweetId")
    return first is not None and str(first) != message_id


def _author(owner: Owner) -> dict[str, Any]:
    return {
        "author_id": owner.id,
        "author_handle": owner.handle,
        "author_name": owner.name,
        "author_created_at": owner.created_at,
    }


def _unknown(owner: Owner) -> tuple[str, ...]:
    columns = {"author_id": owner.id, "author_handle": owner.handle, "author_name": owner.name}
    return tuple(name for name, value in columns.items() if not value)


def _note(raw: Raw, record: RawRecord, ctx: Context) -> Message:
    """A long text: context beside its post, which is a row of its own in `tweets.js` and is completed by it. Where
    that post is nowhere in the archive, this text is all there is of it."""
    owner, stated = _remembered(ctx), raw.get("createdAt")
    core = raw.get("core") or {}
    is_alone = _is_alone(core.get("text") or "", stated, ctx)
    return Message.of(
        record,
        ctx,
        platform="x",
        kind="post",
        role="primary" if is_alone else "context",
        message_id=f"note:{raw['noteTweetId']}",
        owner_is_author=True,
        text=core.get("text") or "",
        created_at=utc_from_iso(stated) if stated else None,
        created_at_raw=stated,
        created_at_precision="s" if stated else "none",
        created_at_source="field" if stated else None,
        urls=[one["expandedUrl"] for one in core.get("urls") or () if one.get("expandedUrl")],
        mentions=[one["screenName"] for one in core.get("mentions") or () if one.get("screenName")],
        hashtags=[one["text"] for one in core.get("hashtags") or () if one.get("text")],
        missing=(
            *("url", *_unknown(owner)),
            *(("lang", "parent_id", "like_count", "share_count") if is_alone else ()),
        ),
        **_author(owner),
    )


def _is_alone(text: str, stated: Any, ctx: Context) -> bool:
    """Whether no post of the archive shows this text. Of a file without any archive around it nothing is known."""
    if not ctx.members:
        return False
    if "posts" not in ctx.memory:
        ctx.memory["posts"] = _long_posts(ctx)
    posts = ctx.memory["posts"].get(text[:40], ())
    if any(shown == text for _, shown in posts):
        return False
    note = (utc_from_iso(stated), text) if stated else None
    return note is None or not any(_is_note_of(note, at, shown) for at, shown in posts)


def _direct(raw: Raw, record: RawRecord, ctx: Context) -> Message | Skip:
    """A private message. Arrivals, departures and names of groups are lines of the platform."""
    written = raw.get("messageCreate") or raw.get("welcomeMessageCreate")
    if written is None:
        return Skip("system_line")
    if "text" not in written:
        return Skip("empty_record")  # a header: the message itself is in another file of the archive
    owner = _remembered(ctx)
    sender, receiver = id_of(written, "senderId"), id_of(written, "recipientId")
    conversation = (record.outer[-1] if record.outer else {}).get("conversationId")
    text, is_escaped = unescape_html(written["text"])
    is_own = None if owner.id is None or sender is None else sender == owner.id
    stated = written.get("createdAt")
    is_edited = bool(written.get("editHistory"))
    edited_at = _last_edit(written["editHistory"]) if is_edited else None
    return Message.of(
        record,
        ctx,
        platform="x",
        kind="dm",
        message_id=id_of(written, "id"),
        owner_is_author=is_own,
        text=text,
        text_raw=written["text"] if is_escaped else None,
        text_repairs=("html_unescaped",) if is_escaped else (),
        created_at=utc_from_iso(stated) if stated else None,
        created_at_raw=stated,
        created_at_precision="ms" if stated else "none",
        created_at_source="field" if stated else None,
        edited_at=edited_at,
        conversation_id=conversation,
        target_id=receiver,
        target_kind="account" if receiver else "thread",
        target_handle=owner.handle if receiver is not None and receiver == owner.id else None,
        visibility="private",
        urls=[one.get("expanded") or one["url"] for one in written.get("urls") or ()],
        media_urls=list(written.get("mediaUrls") or ()),
        missing=(
            *("url", "lang", "parent_id", "like_count", "share_count"),
            *(() if is_own else ("author_handle", "author_name")),
            *(("edited_at",) if is_edited and edited_at is None else ()),
        ),
        **(_author(owner) if is_own else {"author_id": sender}),
    )


def _last_edit(history: Any) -> datetime | None:
    """The latest time in the history of a private message; None where none can be read."""
    times = (_edit_time(one) for one in (history if isinstance(history, list) else ()))
    return max((at for at in times if at is not None), default=None)


def _edit_time(edit: Any) -> datetime | None:
    """Seconds, written as digits, or a date."""
    with suppress(ValueError, OverflowError, TypeError):
        if (at := as_time(inside(edit, "createdAtSec"))) is not None:
            return at
        return utc_from_iso(inside(edit, "createdAt"))
    return None


X_ARCHIVE: Final = Format(
    id="x-archive",
    version=2,
    platforms=("x",),
    label_fr="X (Twitter) : archive du compte (data/*.js)",
    label_en="X (Twitter): archive of the account (data/*.js)",
    how_to_get_fr="""\
À faire tant que le compte existe : un compte fermé ou suspendu ne peut plus demander son archive.
1. Sur x.com : « Plus » > « Paramètres et confidentialité » > « Votre compte » > « Télécharger une archive de \
vos données ».
2. Confirmez avec le mot de passe et le code reçu, puis « Demander une archive ».
3. X prévient quand elle est prête, souvent après un à trois jours. Le lien reste ouvert quelques jours.
4. Déposez le zip tel quel : le fichier account.js, à côté des messages, dit qui les a écrits.
L’archive contient vos messages publics, ceux que vous avez supprimés récemment, et vos messages privés, reçus \
et envoyés. Elle ne contient pas les réponses des autres : capturez la page, ou utilisez l’extension \
Zeeschuimer. État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done while the account exists: a closed or suspended account can no longer ask for its archive.
1. On x.com: "More" > "Settings and privacy" > "Your account" > "Download an archive of your data".
2. Confirm with the password and the code received, then "Request archive".
3. X tells you when it is ready, often after one to three days. The link stays open a few days.
4. Drop the zip as it is: the file account.js, beside the messages, says who wrote them.
The archive holds your public messages, those you deleted lately, and your private messages, received and \
sent. It does not hold other people's replies: capture the page, or use the Zeeschuimer extension. As of 1 June \
2025; screens change.""",
    sniff=sniff,
    records=read_entries,
    map=map_entry,
    cannot_give=("reply_count", "view_count"),
    samples=(
        ("samples/x-archive/tweets.js", {"mapped": 3}),
        ("samples/x-archive/like.js", {"mapped": 0, "like_or_reaction": 2}),
    ),
)
