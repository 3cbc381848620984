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
    """The first plain part; failing that the first HTML part, stripped."""
    shown = [part for part in _leaves(mail) if not _is_attached(part)]
    plain = next((part for part in shown if part.get_content_type() == "text/plain"), None)
    if plain is not None:
        return Body(_content(plain).strip())
    markup = next((_content(part) for part in shown), None)
    if markup is None:
        return Body("")
    text, links = strip_html(markup)
    return Body(text, markup, tuple(link for link in links if "://" in link), ("html_stripped",))


def _content(part: Mail) -> str:
    data = part.get_payload(decode=True)
    text = _decoded(data, part.get_content_charset()) if isinstance(data, bytes) else str(part.get_payload())
    return text[:MAX_TEXT].replace("\r\n", "\n")


def file_names(mail: Mail) -> list[str]:
    """The name of each attachment, or its type when it has none; nothing of them is read."""
    attached = [part for part in _leaves(mail) if _is_attached(part)]
    return [decode_header(part.get_filename() or part.get_content_type()) for part in attached]


def has_attached_mail(mail: Mail) -> bool:
    """Whether another message is attached whole (`message/rfc822`), as when somebody forwards it as a file."""
    return any(part.get_content_type() == "message/rfc822" for part in _leaves(mail))
