"""Mail: one message (`.eml`) or a whole folder (`mbox`), for threats that come by e-mail.

Headers are decoded and kept on one line, whatever they hide. The text is the subject, then the plain parts, failing
them the HTML parts stripped; where both stand for each other and say different things, the HTML and then the plain
part. Attachments are listed and never read: of each message at most four mebibytes are looked at, and all of it is
hashed. `Date` is the sender's clock: it is compared with the newest `Received`, written by the receiver's own server.

Sources: RFC 5322, RFC 2047, RFC 2046; RFC 4155 (mbox), `From ` lines that a body holds are told by their date.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.errors import CloseBoundaryNotFoundDefect
from email.message import Message as Mail
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any, Final, NamedTuple

import msgspec

from saisine.messages.formats.contract import Context, Format, Message, Note, RawRecord, Skip, Sniff
from saisine.messages.formats.links import unique, urls_in
from saisine.messages.formats.mail_parts import (
    MAX_TEXT,
    Body,
    decode_header,
    file_names,
    has_attached_mail,
    header_encodings,
    header_values,
    is_closed,
    text_of,
)
from saisine.messages.formats.mail_records import NAMES, Letter, opens_headers, read_eml, read_mbox
from saisine.messages.formats.raw import NOTES_OF_ENCODING
from saisine.messages.formats.word_times import split_zone
from saisine.messages.zones import from_local

# Enough of these, and a message without `From:` is a mail still: notices of servers, mails saved by hand.
WITHOUT_AUTHOR: Final = frozenset({"return-path", "received", "to", "subject", "date", "message-id"})
_FIELD: Final = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{1,60}):", re.MULTILINE)
_POSTMARK: Final = re.compile(rb"^From (?:\S.*\d{4})?\r?\n")
# What a program writes, and nobody types above notes: « Date: hier ».
_POSTED: Final = re.compile(
    rb"^(?:(?:received|return-path):|message-id:[ \t]*<|date:[^\n]{0,30}\d [a-z]{3}[^\n]{0,30}\d:\d\d)",
    re.IGNORECASE | re.MULTILINE,
)
_LOOKED_AT: Final = 1 << 16
_BLANK: Final = re.compile(rb"\r?\n\r?\n")
DELAY: Final = timedelta(days=1)  # mail may wait a day in a queue; past that a clock was wrong or chosen
# RFC 5322, section 4.3: "-0000" says that the zone is unknown and the time UTC.
_UNSAID: Final = re.compile(r"\s-0000(?!\d)")
# A zone that the standard library does not read: "CEST", "GMT+0200", "+02:00".
_NAMED: Final = re.compile(
    r"\d:\d{2}(?:\.\d{1,9})?\s{0,9}\(?(?=[A-Za-z+-])((?:[A-Za-z]{1,9}(?: DST\b)?)?(?:[+-]\d{1,2}(?::?\d{2})?)?)"
)
# How old French and German servers name the time of Paris.
_MIDDLE_EUROPE: Final = {
    "MET": timedelta(hours=1),
    **dict.fromkeys(("MEST", "MET DST", "CET DST"), timedelta(hours=2)),
}
SINGLE: Final = ("From", "Date", "Subject", "Message-ID")
_PARSER: Final = BytesParser()


def _score(head: bytes, enough: int = 3) -> Sniff:
    """How much a text opens like a message of RFC 5322: the known names among its first header lines, of which
    `enough` must be there when its author is not."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    if not _FIELD.match(head):
        return Sniff(0, [])
    block = _BLANK.split(head, maxsplit=1)[0]
    if b"<Saved by " in block:
        return Sniff(0, [])  # a web page that a browser saved as MHTML is no mail
    found = {name.decode().lower() for name in _FIELD.findall(block)}
    known = [name for name in NAMES if name in found]
    is_sent = bool({"date", "message-id", "received"} & found)
    is_by_someone = "from" in found and (is_sent or {"to", "subject"} <= found) and len(known) >= 3
    is_posted = is_sent and len(WITHOUT_AUTHOR & found) >= enough and _POSTED.search(block) is not None
    if not is_by_someone and not is_posted:
        return Sniff(0, [])
    return Sniff(min(95, 60 + 5 * len(known)), known)


def sniff_eml(head: bytes, name: str) -> Sniff:
    """One message: header lines from the first byte on; fewer of them do when the file is named as a mail."""
    return _score(head, enough=2 if name.lower().endswith(".eml") else 3)


def sniff_mbox(head: bytes, name: str) -> Sniff:
    """A folder: a `From ` line, with a date or bare as Thunderbird writes it, then a message."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    postmark = _POSTMARK.match(head)
    if postmark is None:
        return Sniff(0, [])
    inside = head[postmark.end() :]
    is_bare = not postmark.group().rstrip()[len(b"From") :]
    if is_bare and not opens_headers(inside[:_LOOKED_AT].splitlines(keepends=True)):
        return Sniff(0, [])
    inner = _score(inside)
    return Sniff(inner.score, ["From line", *inner.reasons])


# ------------------------------------------------------------------ mapping


def map_mail(record: RawRecord, ctx: Context) -> Skip | list[Message | Skip | Note]:
    """One message; a header that should be alone and is repeated is said, the last one is kept."""
    letter: Letter = record.obj
    mail = _PARSER.parsebytes(letter.kept)
    if not mail.keys():
        return Skip("empty_record")
    body = text_of(mail)
    found: list[Message | Skip | Note] = [_message(mail, body, letter, record, ctx)]
    if any(len(header_values(mail, name)) > 1 for name in SINGLE):
        found.append(Note("duplicate_keys", record.locator))
    stated = _date(_header(mail, "Date"), ctx.zone)
    if _header(mail, "Date") and stated is None:
        found.append(Note("mail_date_unread", record.locator))
    used = stated or _received_at(mail, ctx.zone)
    if used is not None and used.is_assumed:
        found.append(Note("zone_assumed", record.locator))
    if body.has_two_texts:
        found.append(Note("alternatives_differ", record.locator))
    encodings = body.encodings | header_encodings(mail)
    found += [
        Note(code, record.locator, record.offset)
        for encoding, code in NOTES_OF_ENCODING.items()
        if encoding in encodings
    ]
    if is_closed(mail, body):
        found.append(Note("mail_closed", record.locator))
    if letter.is_long or len(body.text) >= MAX_TEXT:
        found.append(Note("mail_beginning", record.locator))
    if has_attached_mail(mail):
        found.append(Note("attached_mail", record.locator))
    is_unclosed = any(isinstance(one, CloseBoundaryNotFoundDefect) for one in mail.defects)
    if is_unclosed and not letter.is_long:
        found.append(Note("truncated", record.locator, record.offset))
    return found


def _message(mail: Mail, body: Body, letter: Letter, record: RawRecord, ctx: Context) -> Message:
    name, address = next(iter(_people(mail, "From")), ("", ""))
    receivers = [one for _, one in (*_people(mail, "To"), *_people(mail, "Cc"))]
    subject, key = _header(mail, "Subject"), _id(_header(mail, "Message-ID"))
    text = "\n\n".join(part for part in (subject, body.text) if part)
    above = _ids(_header(mail, "References")) or _ids(_header(mail, "In-Reply-To"))
    stated = _header(mail, "Date")
    built = Message.of(
        record,
        ctx,
        platform="email",
        kind="dm",
        message_id=key or ctx.derive_id("email", "", stated, address or name, text),
        author_handle=address or None,
        author_name=name or address or None,
        text=text,
        text_raw=body.markup,
        text_repairs=body.repairs,
        lang=_header(mail, "Content-Language")[:2].lower() or None,
        parent_id=next(iter(_ids(_header(mail, "In-Reply-To"))), above[-1] if above else None),
        conversation_id=above[0] if above else key,
        target_kind="account",
        target_handle=receivers[0] if receivers else None,
        mentions=unique(receivers),
        visibility="private",
        urls=unique([*urls_in(text), *body.links]),
        media_urls=file_names(mail),
        missing=(
            *_missing(key, address, receivers, is_long=letter.is_long),
            *(("text",) if not body.text and (letter.is_long or is_closed(mail, body)) else ()),
        ),
        **_time(mail, stated, ctx.zone),
    )
    return _compared(built, _received_at(mail, ctx.zone))


def _header(mail: Mail, name: str) -> str:
    """The last header of this name, decoded, on one line."""
    values = header_values(mail, name)
    return decode_header(values[-1]) if values else ""


def _people(mail: Mail, name: str) -> list[tuple[str, str]]:
    """(name, address) of a header of addresses. Encoded words are decoded after the commas are read: a name
    may hide an address."""
    values = [value.replace("\r", " ").replace("\n", " ") for value in header_values(mail, name)]
    found = getaddresses(values[-1:] if name == "From" else values)
    return [(decode_header(shown), decode_header(address)) for shown, address in found if address or shown]


def _ids(text: str) -> list[str]:
    return re.findall(r"<([^<>\s]{1,998})>", text)


def _id(text: str) -> str | None:
    return next(iter(_ids(text)), text.strip() or None)


class Moment(NamedTuple):
    """A time in UTC; `is_assumed` when its zone is that of the import, `is_twice` when that hour occurs twice there."""

    at: datetime
    is_assumed: bool = False
    is_twice: bool = False


def _time(mail: Mail, stated: str, zone: tzinfo) -> dict[str, Any]:
    """The stated date; failing that, the day the receiver's server took the message in."""
    own = _date(stated, zone)
    found = own or _received_at(mail, zone)
    if found is None:
        return {"created_at_raw": stated or None}
    return {
        "created_at": found.at,
        "created_at_raw": stated if own else decode_header(header_values(mail, "Received")[0])[-200:],
        "created_at_precision": "hour" if found.is_twice else "s",
        "created_at_source": "field",
    }


def _date(text: str, zone: tzinfo) -> Moment | None:
    """The date of a header. Without any zone, that of the import is applied; with the name of one that is not known,
    or of several in the world, the date is unknown: it may be twelve hours off."""
    try:
        found = parsedate_to_datetime(text)
        if found.tzinfo is not None:
            return Moment(found.astimezone(UTC))
        if _UNSAID.search(text):
            return Moment(found.replace(tzinfo=UTC))
        named = _NAMED.search(text)
        if named is None:
            return Moment(*_in_zone(found, zone))
        known = _zone_of(named[1])
        return None if known is None else Moment(found.replace(tzinfo=known).astimezone(UTC))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None  # an unreadable date is an unknown date; its words stay in created_at_raw


def _in_zone(local: datetime, zone: tzinfo) -> tuple[datetime, bool, bool]:
    at, is_twice = from_local(local, zone)
    return at, True, is_twice


def _zone_of(name: str) -> tzinfo | None:
    """The zone of this name, for those that the standard library of mail does not know."""
    if name.upper() in _MIDDLE_EUROPE:
        return timezone(_MIDDLE_EUROPE[name.upper()])
    return split_zone(f"0:00 {'UTC' if name[:1] in '+-' else ''}{name}")[1]


def _received_at(mail: Mail, zone: tzinfo) -> Moment | None:
    """The date of the topmost `Received`: the others may have been written by anyone."""
    values = header_values(mail, "Received")
    return _date(values[0].rpartition(";")[2].strip(), zone) if values else None


def _compared(built: Message, received: Moment | None) -> Message:
    if built.time_flag or built.created_at is None or received is None:
        return built
    if abs(received.at - built.created_at) <= DELAY:
        return built
    return msgspec.structs.replace(built, time_flag="differs")


def _missing(key: str | None, address: str, receivers: list[str], *, is_long: bool) -> tuple[str, ...]:
    absent = {
        "message_id": not key,
        "author_handle": not address,
        "target_handle": not receivers,
        "media_urls": is_long,  # past four mebibytes nothing was looked at
    }
    return tuple(name for name, is_absent in absent.items() if is_absent)


_HOW_FR: Final = """\
À faire avant de vider la corbeille ou les indésirables : certaines messageries les effacent après 30 jours.
1. Ouvrez le message. Gmail : menu « ⋮ » > « Télécharger le message ». Outlook sur le web : « … » > « Enregistrer » > \
« Télécharger au format EML ». Thunderbird : « Autres » > « Enregistrer sous… ». Apple Mail : « Fichier » > \
« Enregistrer sous… » > « Source du message ».
2. Gardez le fichier .eml tel quel. Ne transférez pas le message : le transfert perd les en-têtes, donc son chemin.
3. Pour beaucoup de messages : Google Takeout > « Messages » donne un fichier .mbox ; Thunderbird range les siens ainsi.
4. Déposez les fichiers ici. Les pièces jointes sont listées, jamais ouvertes.
Le nom et l’adresse de l’expéditeur peuvent être faux : seuls les en-têtes « Received » de votre propre serveur \
comptent. État au 1er juin 2025 ; les écrans changent."""
_HOW_EN: Final = """\
To be done before the bin or the spam folder is emptied: some services delete after 30 days.
1. Open the message. Gmail: menu "⋮" > "Download message". Outlook on the web: "…" > "Save" > "Download as EML". \
Thunderbird: "More" > "Save as…". Apple Mail: "File" > "Save as…" > "Raw message source".
2. Keep the .eml file as it is. Do not forward the message: that loses the headers, and with them its path.
3. For many messages: Google Takeout > "Mail" gives an .mbox file; Thunderbird keeps its own that way.
4. Drop the files here. Attachments are listed, never opened.
The sender's name and address may be false: only the "Received" headers of your own server count. \
As of 1 June 2025; screens change."""
_CANNOT: Final = (
    *("author_id", "url", "hashtags", "edited_at", "target_id"),
    *("like_count", "share_count", "reply_count", "view_count"),
)

EML: Final = Format(
    id="eml",
    version=3,
    platforms=("email",),
    label_fr="Courriel : un message enregistré (.eml)",
    label_en="Mail: one saved message (.eml)",
    how_to_get_fr=_HOW_FR,
    how_to_get_en=_HOW_EN,
    sniff=sniff_eml,
    records=read_eml,
    map=map_mail,
    cannot_give=_CANNOT,
)

MBOX: Final = Format(
    id="mbox",
    version=3,
    platforms=("email",),
    label_fr="Courriel : un dossier de messages (mbox)",
    label_en="Mail: a folder of messages (mbox)",
    how_to_get_fr=_HOW_FR,
    how_to_get_en=_HOW_EN,
    sniff=sniff_mbox,
    records=read_mbox,
    map=map_mail,
    cannot_give=_CANNOT,
)
