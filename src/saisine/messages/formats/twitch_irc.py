"""Twitch chat as its server sends it: raw IRC lines with tags, kept by justlog, bots and some clients.

`PRIVMSG` is a message, `USERNOTICE` an event (raid, subscription) with or without words, `CLEARMSG` the
deletion of one message, which it quotes: it gives a second observation of that message, marked deleted, in
the role of context. `CLEARCHAT` removes a person's messages without naming them: a line of the platform.

Sources: Twitch, "IRC Concepts" and "IRC Tags"; IRCv3 message-tags; RFC 1459, section 2.3.1.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final, NamedTuple

from saisine.messages.formats.contract import (
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
)
from saisine.messages.formats.links import urls_in
from saisine.texts import utc_from_ms

_LINE: Final = re.compile(
    r"(?:@(?P<tags>\S+) +)?(?::(?P<prefix>\S+) +)?(?P<command>[A-Z]+|\d{3})"
    r"(?P<params>(?: +[^\s:]\S*)*)(?: +:(?P<text>.*))?",
    re.DOTALL,
)
_SNIFFED: Final = re.compile(rb"^(?:@\S+ )?:\S+ (?:PRIVMSG|USERNOTICE|CLEARMSG|CLEARCHAT) #\w+", re.MULTILINE)
_COMMANDS: Final = (b" PRIVMSG #", b" USERNOTICE #", b" CLEARMSG #", b" CLEARCHAT #")
_OPENING: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:@\S+ )?(?::\S+ )?(?:[A-Z]{3,}|\d{3})(?: |\r?\n)")
_ESCAPES: Final = {r"\s": " ", r"\:": ";", r"\\": "\\", r"\r": "\r", r"\n": "\n"}
_ESCAPE: Final = re.compile(r"\\.?")
ACTION: Final = "\x01ACTION "
SERVER: Final = frozenset(
    {"CLEARCHAT", "NOTICE", "ROOMSTATE", "USERSTATE", "GLOBALUSERSTATE", "JOIN", "PART", "PING", "PONG", "CAP",
     "MODE", "HOSTTARGET", "RECONNECT", "NICK", "PASS", "QUIT"}
)  # fmt: skip


class Line(NamedTuple):
    """One line of the protocol, its tags unescaped."""

    tags: dict[str, str]
    nick: str | None
    command: str
    channel: str | None
    text: str


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the lines that carry a command of Twitch for a channel."""
    found = _SNIFFED.findall(head) if any(word in head for word in _COMMANDS) else []
    if not found:
        return Sniff(0, [])
    has_tags = b"tmi-sent-ts=" in head
    score = min(95, 55 + 10 * len(found) + (20 if has_tags else 0))
    if not _OPENING.match(head):
        score = 50  # pasted somewhere, perhaps into a table or another chat
    return Sniff(score, [f"{len(found)} IRC lines of a channel"])


def parse_line(text: str) -> Line | None:
    """The parts of a line, or None when it is no line of the protocol."""
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    params = found["params"].split()
    channel = next((one[1:] for one in params if one.startswith("#")), None)
    prefix = found["prefix"] or ""
    nick = prefix.partition("!")[0] if "!" in prefix else None
    return Line(_tags(found["tags"] or ""), nick, found["command"], channel, found["text"] or "")


def _tags(text: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in text.split(";") if pair)
    return {key: _unescaped(value) for key, _, value in pairs if value}


def _unescaped(value: str) -> str:
    if "\\" not in value:
        return value
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found.group(), found.group()[1:]), value)


def read_lines(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """Each line with its bytes; a line that is none of the protocol is said."""
    offset = 0
    with member.open() as stream:
        while line := stream.readline(MAX_RECORD_BYTES + 2):
            body, start = line.rstrip(b"\r\n"), offset
            is_ended = line != body
            offset += len(line)
            if start == 0 and body.startswith(b"\xef\xbb\xbf"):
                body, start = body[3:], 3
            if body:
                yield from _record(body, start, ctx, is_ended=is_ended)


def _record(
    body: bytes, start: int, ctx: Context, *, is_ended: bool
) -> Iterator[RawRecord | RecordError | Note]:
    locator = f"{ctx.locator_prefix}#byte={start}+{len(body)}"
    if len(body) > MAX_RECORD_BYTES:
        yield RecordError(locator, "too_large")
        return
    text = body.decode("utf-8", "replace")
    parsed = parse_line(text)
    if parsed is None:
        yield Note(
            "stray_text" if is_ended or not body.startswith((b"@", b":")) else "truncated", locator, start
        )
        return
    yield RawRecord(locator, parsed, sha256(body).hexdigest(), start, len(body), (), "\0" in text)
    if "\ufffd" in text and b"\xef\xbf\xbd" not in body:
        yield Note("bad_bytes", locator, start)


def map_line(record: RawRecord, ctx: Context) -> Message | Skip:
    """A message, an event, a deletion; everything else the server said is set aside."""
    line: Line = record.obj
    if line.command in ("PRIVMSG", "USERNOTICE", "WHISPER"):
        return _message(line, record, ctx)
    if line.command == "CLEARMSG" and line.tags.get("target-msg-id"):
        return _deletion(line, record, ctx)
    is_known = line.command in SERVER or line.command.isdigit()
    return Skip("system_line" if is_known else "unsupported_variant")


def _message(line: Line, record: RawRecord, ctx: Context) -> Message:
    tags, text = line.tags, _text(line)
    stated = tags.get("tmi-sent-ts")
    handle = line.nick or tags.get("login")
    is_private = line.command == "WHISPER"
    key = tags.get("id") or tags.get("message-id")
    return Message.of(
        record,
        ctx,
        platform="twitch",
        kind="dm" if is_private else "live" if line.command == "USERNOTICE" else "chat",
        message_id=key or ctx.derive_id("twitch", line.channel or "", stated or "", handle or "", text),
        author_id=tags.get("user-id"),
        author_handle=handle,
        author_name=tags.get("display-name") or handle,
        text=text,
        parent_id=tags.get("reply-parent-msg-id"),
        visibility="private" if is_private else "public",
        urls=urls_in(text),
        missing=_missing(tags, key, handle),
        **_place(line),
        **(_time(stated) if stated else {}),
    )


def _deletion(line: Line, record: RawRecord, ctx: Context) -> Message:
    """What a moderator or the author deleted, as the server quotes it; the time is that of the deletion."""
    stated, handle = line.tags.get("tmi-sent-ts"), line.tags.get("login")
    return Message.of(
        record,
        ctx,
        platform="twitch",
        kind="chat",
        role="context",
        message_id=line.tags["target-msg-id"],
        author_handle=handle,
        author_name=handle,
        text=line.text,
        edited_at=utc_from_ms(stated) if stated else None,
        visibility="public",
        urls=urls_in(line.text),
        deleted="deleted",
        missing=("author_id", "created_at"),
        **_place(line),
    )


def _text(line: Line) -> str:
    """The words, without the wrapping of `/me`; an event begins with what Twitch shows of it."""
    words = line.text.removeprefix(ACTION).removesuffix("\x01") if line.text.startswith(ACTION) else line.text
    shown = line.tags.get("system-msg") if line.command == "USERNOTICE" else None
    return "\n".join(part for part in (shown, words) if part)


def _place(line: Line) -> dict[str, Any]:
    return {
        "conversation_id": line.channel,
        "target_id": line.tags.get("room-id"),
        "target_kind": "channel" if line.channel else None,
        "target_handle": line.channel,
    }


def _time(stated: str) -> dict[str, Any]:
    return {
        "created_at": utc_from_ms(stated),
        "created_at_raw": stated,
        "created_at_precision": "ms",
        "created_at_source": "field",
    }


def _missing(tags: dict[str, str], key: str | None, handle: str | None) -> tuple[str, ...]:
    absent = {
        "message_id": not key,
        "author_id": not tags.get("user-id"),
        "author_handle": not handle,
        "created_at": not tags.get("tmi-sent-ts"),
        "target_id": not tags.get("room-id"),
    }
    return tuple(name for name, is_absent in absent.items() if is_absent)


TWITCH_IRC: Final = Format(
    id="twitch-irc",
    version=1,
    platforms=("twitch",),
    label_fr="Twitch : tchat en lignes IRC brutes (justlog, robots)",
    label_en="Twitch: chat as raw IRC lines (justlog, bots)",
    how_to_get_fr="""\
1. Demandez à la personne qui administre la chaîne si un robot garde le tchat (justlog, par exemple).
2. Demandez la version « brute » (raw), du jour et de la chaîne : elle garde les identifiants et l’heure exacte.
3. Déposez le fichier .txt ou .log tel quel.
Ces fichiers gardent aussi les messages que la modération a retirés. Ils ne contiennent rien d’avant l’arrivée du \
robot. État au 1er juin 2025 ; les outils changent.""",
    how_to_get_en="""\
1. Ask the person who runs the channel whether a bot keeps the chat (justlog, for example).
2. Ask for the "raw" version of the day and the channel: it keeps identifiers and exact times.
3. Drop the .txt or .log file as it is.
These files also keep messages that moderators removed. They hold nothing from before the bot came. \
As of 1 June 2025; tools change.""",
    sniff=sniff,
    records=read_lines,
    map=map_line,
    cannot_give=(
        *("lang", "url", "mentions", "hashtags", "media_urls"),
        *("like_count", "share_count", "reply_count", "view_count"),
    ),
)
