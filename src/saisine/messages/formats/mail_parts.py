"""What a person reads of a mail: its text part and the names of its attachments, within bounds.

Nothing of an attachment is decoded; a message attached to another is an attachment. Sources: RFC 2045 to 2047.
"""

import re
from email.errors import HeaderParseError
from email.header import decode_header as decode_words
from email.message import Message as Mail
from typing import Final, NamedTuple

from saisine.texts import decode_line, strip_html

MAX_PARTS: Final = 200
MAX_TEXT: Final = 1 << 20
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_ASCII: Final = frozenset({"us-ascii", "ascii"})
_LATIN_1: Final = frozenset({"iso-8859-1", "iso8859-1", "latin-1", "latin1"})
_FALLBACKS: Final = ("utf-8", "windows-1252")


class Body(NamedTuple):
    """The text of a mail, the HTML it was taken from when there was no plain part, its links, its repairs."""

    text: str
    markup: str | None = None
    links: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()


def header_values(mail: Mail, name: str) -> list[str]:
    """The headers of this name as they were sent, in order; bytes beyond ASCII, which no header should have, are read
    as UTF-8, failing that as Windows-1252. (`Mail.get_all` would make each of them U+FFFD.)"""
    values = [str(value) for key, value in mail.raw_items() if key.lower() == name.lower()]
    return [decode_line(value.encode("utf-8", "surrogateescape"))[0] for value in values]


def decode_header(value: str) -> str:
    """A header as people read it: encoded words decoded, on one line whatever they hide."""
    try:
        pieces = decode_words(value)
    except (ValueError, IndexError, HeaderParseError):  # the last one is a plain Exception
        return _on_one_line(value)
    words = [piece if isinstance(piece, str) else _decoded(piece, charset) for piece, charset in pieces]
    return _on_one_line("".join(words))


def _on_one_line(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()


def _decoded(data: bytes, charset: str | None) -> str:
    """Bytes by the charset they claim, else by the usual ones; a claim may be false or unknown."""
    if charset and charset.lower() in _ASCII and not data.isascii():
        charset = None  # what some programs name by default: bytes beyond ASCII say that it is false
    # what is declared as Latin-1 is Windows-1252 (WHATWG, Encoding): ’ and € are controls of the other
    if charset and charset.lower() in _LATIN_1:
        charset = "windows-1252"
    for name in (charset, *_FALLBACKS):
        try:
            if name:
                return data.decode(name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def _leaves(mail: Mail) -> list[Mail]:
    """The parts that are no container, in order, at most 200; never inside an attached message."""
    found: list[Mail] = []
    waiting: list[Mail] = [mail]
    while waiting and len(found) < MAX_PARTS:
        part = waiting.pop(0)
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting[:0] = [one for one in inner if isinstance(one, Mail)]
        else:
            found.append(part)
    return found


def _is_attached(part: Mail) -> bool:
    if part.get_content_type() not in ("text/plain", "text/html"):
        return True
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def text_of(mail: Mail) -> Body:
    """The plain parts, one below the other; in place of one that is empty or not there, the HTML that stands for it,
    stripped. Of an alternative one part is read."""
    shown = [part for part in _chosen(mail) if not _is_attached(part)]
    texts: list[str] = []
    markups: list[str] = []
    links: list[str] = []
    for part in shown:
        written = _content(part)
        if part.get_content_type() == "text/html":
            written, found = strip_html(written)
            markups.append(_content(part))
            links += [link for link in found if "://" in link]
        if written.strip():
            texts.append(written.strip())
    markup = "\n".join(markups) if markups and len(markups) == len(shown) else None
    repairs = (*(("html_stripped",) if markups else ()), *(("fragments_joined",) if len(texts) > 1 else ()))
    return Body("\n\n".join(texts), markup, tuple(links), repairs)


def _chosen(mail: Mail) -> list[Mail]:
    """The leaves that are shown: of `multipart/alternative`, the plain part unless it is empty, else the HTML."""
    found: list[Mail] = []
    waiting: list[Mail] = [mail]
    while waiting and len(found) < MAX_PARTS:
        part = waiting.pop(0)
        inner = part.get_payload()
        if part.get_content_maintype() != "multipart" or not isinstance(inner, list):
            found.append(part)
            continue
        parts = [one for one in inner if isinstance(one, Mail)]
        waiting[:0] = [_best(parts)] if part.get_content_subtype() == "alternative" and parts else parts
    return found


def _best(parts: list[Mail]) -> Mail:
    """Of the same words written in several ways: the plain ones, else what comes last, which is the richest."""
    plain = (part for part in parts if part.get_content_type() == "text/plain" and _content(part).strip())
    return next(plain, parts[-1])


def _content(part: Mail) -> str:
    data = part.get_payload(decode=True)
    text = _decoded(data, part.get_content_charset()) if isinstance(data, bytes) else str(part.get_payload())
    return text[:MAX_TEXT].replace("\r\n", "\n")


def file_names(mail: Mail) -> list[str]:
    """The name of each attachment, or its type when it has none; nothing of them is read."""
    attached = [part for part in _leaves(mail) if _is_attached(part)]
    return [decode_header(part.get_filename() or part.get_content_type()) for part in attached]


# Bodies that only their receiver's programs open: encrypted, or wrapped by an old Outlook.
_CLOSED: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/ms-tnef"})


def is_closed(mail: Mail, body: Body) -> bool:
    """Whether the words of a mail may be in a part that is not read here."""
    if mail.get_content_type() == "multipart/encrypted" or mail.get_content_type() in _CLOSED:
        return True
    if any(part.get_content_type() in _CLOSED for part in _leaves(mail)):
        return not body.text
    return body.text.startswith("-----BEGIN PGP MESSAGE-----")


def has_attached_mail(mail: Mail) -> bool:
    """Whether another message is attached whole (`message/rfc822`), as when somebody forwards it as a file."""
    return any(part.get_content_type() == "message/rfc822" for part in _leaves(mail))
