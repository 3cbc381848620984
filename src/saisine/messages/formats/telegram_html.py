"""Telegram Desktop: the HTML version of a chat (`messages.html`, `messages2.html`, …), a thousand messages a page.

The JSON version holds more and is preferred; this one is read because it is what people often have. The exact
time stands in the `title` of each message, with its zone since 2021 and in the computer's local time before. A
message that follows another of the same author is `joined` and repeats no name. The chat has a name here, and
no identifier: ours are `<name of the chat>/<number>`, and differ from those of the JSON version.

Source: Telegram Desktop @ 006cadcc, `export_output_html.cpp`.
"""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from hashlib import sha256
from typing import BinaryIO, Final, NamedTuple

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
)
from saisine.messages.formats.links import unique
from saisine.messages.zones import from_local
from saisine.texts import strip_html

CHUNK_BYTES: Final = 1 << 20
TAG_BYTES: Final = 200
MARKS: Final = (
    b'class="page_wrap',
    b'class="history"',
    b'<div class="message ',
    b"date details",
    b"from_name",
)
_START: Final = re.compile(rb'<div class="message ([a-z]+)[^"]*" id="message(-?\d+)">')
_TITLE: Final = re.compile(rb'<div class="text bold">\s*([^<]{0,2000}?)\s*</div>')
# the link to the next page, or the end of history, of its body and of the page
_PAGE_END: Final = re.compile(rb'<a class="pagination|</div>\s*</div>\s*</div>\s*</body>')
_DATE: Final = re.compile(r'<div class="pull_right date details" title="([^"]{1,60})"')
_STATED: Final = re.compile(
    r"(\d{2})\.(\d{2})\.(\d{4}) (\d{2}):(\d{2}):(\d{2})(?: UTC([+-])(\d{2}):(\d{2}))?"
)
_NAME: Final = re.compile(r'<div class="from_name">\s*([^<]*)')
_TEXT: Final = re.compile(r'<div class="text">(.*?)</div>', re.DOTALL)
_CUT_TEXT: Final = re.compile(r'<div class="text">(.*)\Z', re.DOTALL)
_CUT_TAG: Final = re.compile(r"<[^>]*\Z")
_ANSWER: Final = re.compile(r'<div class="answer">\s*(.*?)\s*</div>', re.DOTALL)
_QUESTION: Final = re.compile(r'<div class="question bold">(.*?)</div>', re.DOTALL)
_REPLY: Final = re.compile(r'class="reply_to details">[^<]*<a href="[^"]*go_to_message(\d+)"')
_MEDIA: Final = re.compile(
    r'<a class="(?:media |photo_wrap|video_file_wrap|animated_wrap|sticker_wrap)[^"]*" href="([^"]+)"'
)
_FORWARDED: Final = '<div class="forwarded body">'
# A card that somebody posts: a person, a place, a game, a bill. Of files it holds their name and size, of a place the
# exporter's own word as a title.
_CARD: Final = re.compile(
    r'<(?:a|div) class="media clearfix[^"]*\bmedia_(contact|venue|location|live_location|game|invoice)\b(.*)',
    re.DOTALL,
)
_CARD_LINE: Final = re.compile(r'<div class="(title bold|description|status details)">([^<]*)</div>')
_SIGNED: Final = re.compile(r'<div class="signature details">([^<]*)</div>')
_VIA: Final = re.compile(r"(.*\S) via @(\w+)")


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the classes of a page of history; another page of the same export has none."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"<":
        return Sniff(0, [])  # a chat in which somebody pasted such a page
    found = [mark.decode().strip('< "') for mark in MARKS if mark in head]
    return Sniff(95 if len(found) == len(MARKS) else 70 if len(found) == 4 else 0, found)


class _Piece(NamedTuple):
    """One message of a page: its bytes from its own tag to the next message's."""

    offset: int
    kind: str
    number: str
    body: bytes
    is_whole: bool = True


def read_messages(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """Each message of the page in flat memory; a page that stops inside one is said."""
    title = _TITLE.search(member.read(HEAD_BYTES))
    ctx.memory["title"] = html.unescape(title.group(1).decode("utf-8", "replace")) if title else None
    ctx.memory["author"] = ctx.memory["first"] = None
    with member.open() as stream:
        piece = None
        for piece in _pieces(stream):
            locator = f"{ctx.locator_prefix}#byte={piece.offset}+{len(piece.body)}"
            if piece.kind == "too_large":
                yield RecordError(f"{ctx.locator_prefix}#byte={piece.offset}", "too_large")
                continue
            yield RawRecord(
                locator,
                piece,
                sha256(piece.body).hexdigest(),
                piece.offset,
                len(piece.body),
                (),
                b"\0" in piece.body,
            )
    if piece is not None and not piece.is_whole:
        yield Note("truncated", f"{ctx.locator_prefix}#byte={piece.offset}", piece.offset)


def _pieces(stream: BinaryIO) -> Iterator[_Piece]:
    """The page cut at the tag that opens each message; only messages have it, texts are escaped."""
    buffer, offset, seen = b"", 0, 0
    opened: tuple[int, str, str] | None = None
    is_large = False
    while chunk := stream.read(CHUNK_BYTES):
        buffer += chunk
        for found in _START.finditer(buffer, seen):
            if opened is not None:
                body = b"" if is_large else buffer[opened[0] - offset : found.start()].rstrip()
                yield _Piece(opened[0], "too_large" if is_large else opened[1], opened[2], body)
            opened, is_large = (offset + found.start(), found[1].decode(), found[2].decode()), False
            seen = found.end()
        # kept: the message that is open, and the last signs, where a tag may be cut by the end of the chunk
        tail = max(seen, len(buffer) - TAG_BYTES)
        is_large = is_large or (opened is not None and offset + tail - opened[0] > MAX_RECORD_BYTES)
        keep = tail if opened is None or is_large else opened[0] - offset
        buffer, offset, seen = buffer[keep:], offset + keep, tail - keep
    if opened is not None:
        end = _PAGE_END.search(buffer)
        body = b"" if is_large else buffer[: end.start() if end else None].rstrip()
        yield _Piece(
            opened[0], "too_large" if is_large else opened[1], opened[2], body, is_whole=end is not None
        )


# ------------------------------------------------------------------ mapping


def map_message(record: RawRecord, ctx: Context) -> Message | Skip | list[Message | Skip | Note]:
    """One message with its chat's name; service lines and the separators of days are set aside."""
    piece: _Piece = record.obj
    if piece.kind != "default":
        ctx.memory["author"] = ctx.memory["first"] = None
        return Skip("system_line" if piece.kind == "service" else "unsupported_variant")
    page = piece.body.decode("utf-8", "replace")
    own = page.partition(_FORWARDED)[0]  # inside it stand the name and the date of the one who wrote first
    name = _NAME.search(own)
    if name is not None:
        ctx.memory["author"] = html.unescape(name.group(1)).strip()
    author = ctx.memory["author"]
    stated = _DATE.search(own)
    if stated is None:
        return Skip("unsupported_variant")
    created_at, precision, is_assumed = _time(stated.group(1), ctx.zone)
    message = _message(piece, page, author, record, ctx, stated.group(1), created_at, precision)
    return [message, Note("zone_assumed", record.locator)] if is_assumed else message


def _message(
    piece: _Piece,
    page: str,
    author: str | None,
    record: RawRecord,
    ctx: Context,
    stated: str,
    created_at: datetime,
    precision: str,
) -> Message:
    title = ctx.memory["title"]
    text, links, markup = _text(page, is_whole=piece.is_whole)
    is_cut_off = not piece.is_whole and not markup
    author, bot = _without_bot(author)
    first = _first_author(page, ctx)
    signed = _SIGNED.search(page)
    reply = _REPLY.search(page)
    return Message.of(
        record,
        ctx,
        platform="telegram",
        kind="chat",
        message_id=f"{title or ''}/{piece.number}",
        author_name=author,
        text=text,
        text_raw=markup if markup and markup != text else None,
        text_repairs=("html_stripped",) if markup and markup != text else (),
        created_at=created_at,
        created_at_raw=stated,
        created_at_precision=precision,
        created_at_source="field",
        parent_id=f"{title or ''}/{reply.group(1)}" if reply else None,
        conversation_id=title,
        target_kind="thread",
        target_handle=title,
        urls=unique(link for link in links if "://" in link),
        # who wrote first, who signed a post of a channel, the bot through which it was sent
        mentions=unique(
            filter(None, [first, html.unescape(signed.group(1)).strip() if signed else None, bot])
        ),
        media_urls=[html.unescape(path) for path in _MEDIA.findall(page)],
        missing=tuple(
            name
            for name, is_absent in {
                "author_name": not author,
                "target_handle": not title,
                "text": is_cut_off,
                "repost_of_id": first
                is not None,  # words of somebody else, who is named and whose message is not
            }.items()
            if is_absent
        ),
    )


def _without_bot(author: str | None) -> tuple[str | None, str | None]:
    """(the account's name, the bot through which it sent): `Ada via @gif`."""
    found = _VIA.fullmatch(author) if author else None
    return (found[1], found[2]) if found else (author, None)


def _first_author(page: str, ctx: Context) -> str | None:
    """Who wrote what is forwarded, empty when no page says it; None when nothing is. Of several in a row only the
    first names the author."""
    _, mark, inside = page.partition(_FORWARDED)
    name = _NAME.search(inside) if mark else None
    if not mark:
        ctx.memory["first"] = None
    elif name is not None:
        ctx.memory["first"] = html.unescape(name.group(1)).strip()
    return (ctx.memory["first"] or "") if mark else None


def _card(page: str) -> str:
    """The words of a card, as `telegram` gives them; empty when there is none."""
    found = _CARD.search(page)
    if found is None:
        return ""
    lines = [
        (key.partition(" ")[0], html.unescape(text).strip().removesuffix(" - vCard"))
        for key, text in _CARD_LINE.findall(found[2])
    ]
    said = [text for key, text in lines if text and not (key == "title" and "location" in found[1])]
    return (" " if found[1] == "contact" else "\n").join(said)


def _text(page: str, *, is_whole: bool) -> tuple[str, list[str], str]:
    """(plain text, link addresses, the markup it was taken from); a poll gives its question and its answers, a page
    that is cut in the middle of a text what there is of it."""
    found = _TEXT.search(page) or (None if is_whole else _CUT_TEXT.search(page))
    question = None if found is not None else _QUESTION.search(page)
    if question is not None:
        markup = "<br>".join([question.group(1).strip(), *_ANSWER.findall(page)])
    elif found is not None:
        markup = (found.group(1) if is_whole else _CUT_TAG.sub("", found.group(1))).strip()
    else:
        return _card(page), [], ""
    if "<" not in markup:
        return html.unescape(markup), [], html.unescape(markup)
    text, links = strip_html(markup)
    return text, links, markup


def _time(stated: str, zone: tzinfo) -> tuple[datetime, str, bool]:
    """(time, precision, whether the zone was assumed). Raises ValueError for a date of another shape."""
    found = _STATED.fullmatch(stated)
    if found is None:
        raise ValueError("date")
    day, month, year, hour, minute, second = map(int, found.groups()[:6])
    sign, hours, minutes = found.groups()[6:]
    if sign is None:
        local, is_twice = from_local(datetime(year, month, day, hour, minute, second), zone)  # noqa: DTZ001
        return local, "hour" if is_twice else "s", True
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    return (
        datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset)).astimezone(UTC),
        "s",
        False,
    )


TELEGRAM_HTML: Final = Format(
    id="telegram-html",
    version=3,
    platforms=("telegram",),
    label_fr="Telegram Desktop : une conversation (pages HTML)",
    label_en="Telegram Desktop: one chat (HTML pages)",
    how_to_get_fr="""\
La version « JSON » est préférable : elle garde les identifiants. Si vous n’avez que les pages HTML, elles sont lues.
1. Sur l’ordinateur, ouvrez la conversation, menu « ⋮ » > « Exporter l’historique de la discussion ».
2. À « Format », choisissez « JSON » si vous pouvez recommencer ; sinon gardez les pages déjà reçues.
3. Déposez le dossier entier : messages.html, messages2.html et les suivants. Les pages se suivent.
Les pages d’avant 2021 n’ont que l’heure locale de l’ordinateur. Elles ne contiennent ni les messages effacés, ni \
les discussions secrètes, ni les modifications. État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
The "JSON" version is better: it keeps the identifiers. If you only have the HTML pages, they are read.
1. On the computer open the chat, menu "⋮" > "Export chat history".
2. At "Format" choose "JSON" if you can do it again; else keep the pages you have.
3. Drop the whole folder: messages.html, messages2.html and the next. Pages follow each other.
Pages from before 2021 have the computer's local time only. They hold neither deleted messages, nor secret chats, nor \
edits. As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=read_messages,
    map=map_message,
    cannot_give=(
        *("author_id", "author_handle", "lang", "url", "edited_at", "target_id", "visibility"),
        *("hashtags", "like_count", "share_count", "reply_count", "view_count"),
    ),
)
