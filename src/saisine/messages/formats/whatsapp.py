"""WhatsApp: a conversation exported as text (`_chat.txt`, « Discussion WhatsApp avec … .txt »).

The way dates are written follows the phone's language: order of day and month, 12 or 24 hours, brackets (iOS)
or a dash (Android). The file is read once to settle what its lines alone cannot say — see `whatsapp_lines` —
and once for the messages. Times are local to the phone. A text that continues over several lines is one
message. Nothing has an identifier: it is derived from conversation, time, author and text. A conversation of Signal
that signal-export wrote has the same lines: it is read here too, as of another platform.

Sources: samples of joweich/chat-miner @ 17c52a1d; line shapes of Pustur/whatsapp-chat-parser @ 140675c1.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from saisine.messages.formats.contract import (
    HEAD_BYTES,
    MAX_RECORD_BYTES,
    NOTES_OF_ENCODING,
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
from saisine.messages.formats.table_rows import lines_of
from saisine.messages.formats.whatsapp_lines import MARKS, Header, Layout, is_of_our_calendar, parse_header
from saisine.messages.formats.whatsapp_words import (
    attachment_in,
    before_omitted,
    is_deletion,
    is_omitted_media,
    is_system_text,
    is_titled_day_first,
    without_edit_mark,
    without_reactions,
)
from saisine.messages.zones import from_local
from saisine.texts import decode_line

SNIFFED_LINES: Final = 400
# What systems add to the name of a copy: « (1) » (browsers), « - Copie (2) » (Windows), « copie 2 » (Finder),
# « (copie) » (Linux), in the languages of the titles below.
_COPY: Final = (
    r"(?: ?\(\d+\)| [-–—] (?:copie|copy|kopie|c[oó]pia)(?: \(?\d{1,3}\)?)?"
    r"|(?-i: (?:copie|copy|kopie|c[oó]pia)(?: \d{1,3})?)"  # the Finder; a group may be called « Team Copy »
    r"| \((?:(?:une )?autre |another |\d+(?:e|rd|st|nd|th) )?(?:copie|copy)(?: \d+)?\))"
)
# « Discussion WhatsApp avec Ada.txt », "WhatsApp Chat with Ada.txt", "WhatsApp Chat - Ada.zip!_chat.txt"
_TITLE: Final = re.compile(
    r"(?:WhatsApp Chat with|Discussion WhatsApp avec|WhatsApp Chat -|Chat de WhatsApp con|WhatsApp-Chat mit"
    rf"|Chat WhatsApp con|Conversa do WhatsApp com|WhatsApp-chat met) (.+?){_COPY}{{0,4}}\.(?:txt|zip)",
    re.IGNORECASE,
)
_PHONE: Final = re.compile(r"\+?[\d\s().\u00a0\u202f‑-]{6,24}")
_FOREIGN: Final = re.compile(r"#\w+ \w+:")  # "[2023-10-18 12:58:11] #channel ada: …": a log of Twitch chat


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the share of lines that open with a date, a time and an author; the name says nothing."""
    lines = [line for line in _decoded(head)[0].splitlines()[:SNIFFED_LINES] if line.strip()]
    if not lines or parse_header(lines[0]) is None:
        return Sniff(0, [])
    headers = [found for line in lines if (found := parse_header(line)) is not None]
    written = [one for one in headers if one.author is not None and not _FOREIGN.match(one.rest)]
    if not written:
        return Sniff(0, [])
    forms = {one.form for one in headers}
    share = len(headers) / len(lines)
    score = 60 + min(30, 10 * len(written)) - (40 if len(forms) > 1 else 0) - (20 if share < 0.1 else 0)
    return Sniff(score, [f"{len(headers)} dated lines", f"{len(written)} with an author", *sorted(forms)])


# ------------------------------------------------------------------ records


def read_messages(member: Member, ctx: Context) -> Iterator[RawRecord | RecordError | Note]:
    """Each dated line with those that continue it; `record.obj` is its header and the text below it."""
    is_day_first = is_titled_day_first(ctx.path)
    layout = Layout.learn(_headers(member), ctx.now, is_day_first=is_day_first)
    ctx.memory["layout"], ctx.memory["title"] = layout, _title(ctx.path)
    # a file that WhatsApp named is one of WhatsApp, however its dates are written
    ctx.memory["is_signal"] = layout.is_signal and ctx.memory["title"] is None
    if layout.is_by_language:
        yield Note("day_first_by_language", ctx.locator_prefix)
    for offset, header, body in _grouped(member):
        locator = f"{ctx.locator_prefix}#byte={offset}+{len(body)}"
        if header is None:
            yield Note("stray_text", locator, offset)
        elif len(body) > MAX_RECORD_BYTES:
            yield RecordError(f"{ctx.locator_prefix}#byte={offset}", "too_large")
        else:
            text, said = _decoded(body)
            if "\n" not in text:
                text = text.replace("\r", "\n")
            below = text.partition("\n")[2]
            yield RawRecord(
                locator, (header, below), sha256(body).hexdigest(), offset, len(body), (), "\0" in text
            )
            if said is not None:
                yield Note(said, locator, offset)


def _lines(member: Member) -> Iterator[tuple[int, bytes]]:
    """(byte offset, line) of the file, without the byte-order mark; a line over the limit is cut past it."""
    offset = 0
    head = member.read(HEAD_BYTES)
    with member.open() as stream:
        lines: Iterator[bytes] = iter(lambda: stream.readline(MAX_RECORD_BYTES + 2), b"")
        if b"\r" in head and b"\n" not in head:  # saved again by an editor of old Macintosh files
            lines = lines_of(stream, "\r")
        for line in lines:
            skipped = 3 if offset == 0 and line.startswith(b"\xef\xbb\xbf") else 0
            yield offset + skipped, line[skipped:]
            offset += len(line)


def _headers(member: Member) -> Iterator[Header]:
    for _, line in _lines(member):
        found = parse_header(_decoded(line)[0])
        if found is not None:
            yield found


def _grouped(member: Member) -> Iterator[tuple[int, Header | None, bytes]]:
    """(byte offset, header, exact bytes) of each message; what stands before the first has no header."""
    start, header, parts, length = 0, None, [b""], 0
    for offset, line in _lines(member):
        found = parse_header(_decoded(line)[0])
        if found is None:
            length += len(line)
            if length <= MAX_RECORD_BYTES:
                parts.append(line)
            elif len(parts[-1]) <= MAX_RECORD_BYTES:
                # past the limit only the fact matters: the record is refused
                parts.append(b"." * (MAX_RECORD_BYTES + 1))
            continue
        if body := b"".join(parts).rstrip(b"\r\n"):
            yield start, header, body
        start, header, parts, length = offset, found, [line], len(line)
    if body := b"".join(parts).rstrip(b"\r\n"):
        yield start, header, body


def _decoded(body: bytes) -> tuple[str, str | None]:
    """(text with plain line ends, what is to be said of its bytes)."""
    text, encoding = decode_line(body)
    return text.replace("\r\n", "\n"), NOTES_OF_ENCODING.get(encoding)


def _title(path: str) -> str | None:
    """The name of the conversation as the file's name tells it: a hint, people rename."""
    found = list(_TITLE.finditer(path))
    return found[-1].group(1).strip() if found else None


# ------------------------------------------------------------------ mapping


def map_message(record: RawRecord, ctx: Context) -> Message | Skip | list[Message | Skip | Note]:
    """One message; a line without author, or one that WhatsApp wrote, is set aside."""
    header, below = record.obj
    layout: Layout = ctx.memory["layout"]
    author, first = layout.split_author(header)
    if author is None:
        return Skip("system_line")
    written = f"{first}\n{below}" if below else first
    if is_system_text(written):
        return Skip("system_line")
    is_ours = is_of_our_calendar(header.numbers, ctx.now)
    message = _message(record, ctx, author, written, layout.moment(header) if is_ours else None, header)
    note = (
        "zone_assumed"
        if message.created_at is not None
        else "ambiguous_dates"
        if is_ours
        else "other_calendar"
    )
    return [message, Note(note, record.locator)]


def _message(
    record: RawRecord, ctx: Context, author: str, written: str, moment: datetime | None, header: Header
) -> Message:
    is_signal: bool = ctx.memory["is_signal"]
    platform = "other" if is_signal else "whatsapp"
    shown = _shown(without_reactions(written) if is_signal else written)
    raw_time, title = header.stated, ctx.memory["title"]
    phone = author if _PHONE.fullmatch(author) and any(sign.isdigit() for sign in author) else None
    return Message.of(
        record,
        ctx,
        platform=platform,
        kind="chat" if ctx.memory["layout"].is_group else "dm",
        message_id=ctx.derive_id(platform, title or "", raw_time, author, written),
        author_handle=phone,
        author_name=author,
        text=shown["text"],
        text_raw=written if written != shown["text"] else None,
        created_at_raw=raw_time,
        **_time(moment, header, ctx),
        conversation_id=title,
        target_kind="thread",
        target_handle=title,
        visibility="private",
        urls=urls_in(shown["text"]),
        media_urls=shown["media"],
        deleted=shown["deleted"],
        missing=(
            *(() if phone else ("author_handle",)),
            *(() if moment else ("created_at",)),
            *(() if title else ("conversation_id", "target_handle")),
            *shown["missing"],
        ),
    )


def _time(moment: datetime | None, header: Header, ctx: Context) -> dict[str, Any]:
    """The time in the zone given for the import; the autumn hour that occurs twice is not exact."""
    if moment is None:
        return {}
    found, is_twice = from_local(moment, ctx.zone)
    precision = "hour" if is_twice else "min" if header.second is None else "s"
    return {"created_at": found, "created_at_precision": precision, "created_at_source": "field"}


def _shown(written: str) -> dict[str, Any]:
    """What a person reads of a message, and what WhatsApp put in place of a picture or of a deleted text."""
    text = written.lstrip(MARKS)
    plain: dict[str, Any] = {"text": text, "media": (), "deleted": "none", "missing": ()}
    if is_deletion(text):
        return plain | {"text": "", "deleted": "deleted", "missing": ("text",)}
    if is_omitted_media(text):
        return plain | {"text": "", "missing": ("media_urls",)}
    if (before := before_omitted(text)) is not None:
        return plain | {"text": before, "missing": ("media_urls",)}
    text, is_edited = without_edit_mark(text)
    name, caption = attachment_in(text)
    return plain | {
        "text": text if name is None else caption,
        "media": () if name is None else (name,),
        "missing": ("edited_at",) if is_edited else (),
    }


WHATSAPP: Final = Format(
    id="whatsapp",
    version=3,
    platforms=("whatsapp", "other"),
    label_fr="WhatsApp, ou Signal par signal-export : une conversation exportée (texte)",
    label_en="WhatsApp, or Signal by signal-export: an exported conversation (text)",
    how_to_get_fr="""\
À faire avant que les messages ne disparaissent : chacun peut supprimer pour tout le monde, et les messages \
éphémères s’effacent seuls.
1. Sur le téléphone, ouvrez la conversation. Android : menu « ⋮ » > « Plus » > « Exporter discussion ». \
iPhone : touchez le nom en haut, puis « Exporter la discussion » tout en bas.
2. Choisissez « Sans médias » pour commencer : le fichier est petit et contient plus de messages.
3. Enregistrez le fichier .txt ou .zip, ou envoyez-le à vous-même.
4. Déposez-le tel quel, sans le renommer ni l’ouvrir dans un tableur : son nom donne celui de la conversation.
5. Notez la langue et le fuseau horaire du téléphone : les dates du fichier n’indiquent pas de fuseau.
Le fichier contient au plus 40 000 messages (10 000 avec médias). Il ne contient ni les messages déjà supprimés, ni \
les votes. C’est un texte que chacun peut modifier : gardez aussi des captures d’écran. \
État au 1er juin 2025 ; les écrans changent.""",
    how_to_get_en="""\
To be done before messages disappear: anyone may delete for everyone, and disappearing messages go by themselves.
1. On the phone open the chat. Android: menu "⋮" > "More" > "Export chat". iPhone: touch the name at the top, then \
"Export chat" at the very bottom.
2. Choose "Without media" to begin: the file is small and holds more messages.
3. Save the .txt or .zip file, or send it to yourself.
4. Drop it as it is, without renaming it or opening it in a spreadsheet: its name gives that of the chat.
5. Note the phone's language and time zone: the dates of the file carry no zone.
The file holds at most 40,000 messages (10,000 with media). It holds neither messages already deleted nor polls. It \
is a text that anyone may change: keep screenshots too. As of 1 June 2025; screens change.""",
    sniff=sniff,
    records=read_messages,
    map=map_message,
    cannot_give=(
        *("message_id", "author_id", "lang", "url", "parent_id", "target_id"),
        *("like_count", "share_count", "reply_count", "view_count"),
    ),
    samples=(
        ("samples/whatsapp-txt/test_[mmddyy]_24hrs.txt", {"mapped": 7, "system_line": 2}),
        ("samples/whatsapp-txt/test_ddmmyy_24hrs.txt", {"mapped": 7, "system_line": 2}),
        ("samples/whatsapp-txt/test_mmddyyyy_12hrs.txt", {"mapped": 7, "system_line": 2}),
    ),
)
