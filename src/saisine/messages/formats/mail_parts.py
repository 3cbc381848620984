"""What a person reads of a mail: its text part and the names of its attachments, within bounds.

Nothing of an attachment is decoded; a message attached to another is an attachment. Sources: RFC 2045 to 2047.
"""

import re
from email.errors import HeaderParseError
from email.header import decode_header as decode_words
from email.message import Message as Mail
from typing import Final, NamedTuple

from saisine.messages.formats.charset_labels import decode_labelled
from saisine.texts import decode_line, fold, replace_forbidden, strip_html

MAX_PARTS: Final = 200
MAX_TEXT: Final = 1 << 20
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_SHOWN_HEADERS: Final = ("From", "To", "Cc", "Subject")
# Chinese, Japanese and Thai leave no space between words, and their lines end anywhere: each sign is one.
_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_UNSPACED_SIGN: Final = re.compile(f"[{_UNSPACED}]")
_WORD: Final = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
# A plain part writes the addresses that the HTML keeps behind its words.
_ADDRESS: Final = re.compile(r"(?:https?://|mailto:|www\.)[^\s<>\"]*")
_QUOTING: Final = re.compile(r"(?:a écrit|wrote|schrieb|escribió)\s?:\s*\Z", re.IGNORECASE)
LONG_WORD: Final = 4  # articles and the like are in every text
ENOUGH_WORDS: Final = 3  # fewer long words of a text are not counted apart from its short ones


class Body(NamedTuple):
    """The text of a mail, the HTML it was taken from when no plain part was, its links, its repairs; `has_two_texts`
    when its HTML and its plain part say different things; `encodings` are the words of `decode_labelled`."""

    text: str
    markup: str | None = None
    links: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    has_two_texts: bool = False
    encodings: frozenset[str] = frozenset()


def header_values(mail: Mail, name: str) -> list[str]:
    """The headers of this name as they were sent, in order; bytes beyond ASCII, which no header should have, are read
    as UTF-8, failing that as Windows-1252. (`Mail.get_all` would make each of them U+FFFD.)"""
    values = [str(value) for key, value in mail.raw_items() if key.lower() == name.lower()]
    return [decode_line(value.encode("utf-8", "surrogateescape"))[0] for value in values]


def decode_header(value: str) -> str:
    """A header as people read it: encoded words decoded, on one line whatever they hide."""
    return _decoded_header(value)[0]


def _decoded_header(value: str) -> tuple[str, set[str]]:
    """(the header, how its encoded words were read, in the words of `decode_labelled`)."""
    try:
        pieces = decode_words(value)
    except (ValueError, IndexError, HeaderParseError):  # the last one is a plain Exception
        return _on_one_line(value), set()
    read = [
        decode_labelled(piece, charset) if charset else (_unencoded(piece, value), "")
        for piece, charset in pieces
    ]
    return _on_one_line("".join(text for text, _ in read)), {encoding for _, encoding in read}


def _unencoded(piece: str | bytes, value: str) -> str:
    """What stands beside encoded words: the library gives it as bytes, escaped beyond Latin-1."""
    if isinstance(piece, str):
        return piece
    is_escaped = any(sign > "\xff" for sign in value)
    try:
        return replace_forbidden(piece.decode("raw-unicode-escape" if is_escaped else "latin-1"))
    except UnicodeError:  # an escape that somebody typed
        return piece.decode("latin-1")


def header_encodings(mail: Mail) -> set[str]:
    """How the headers that people see were read: `windows-1252` where that was guessed, `damaged` where signs could not
    be read. (Bytes beyond ASCII which are in no encoded word count as well.)"""
    found: set[str] = set()
    names = {name.lower() for name in _SHOWN_HEADERS}
    for key, value in mail.raw_items():
        if key.lower() in names:
            text, encoding = decode_line(str(value).encode("utf-8", "surrogateescape"))
            found |= {encoding} | (_decoded_header(text)[1] if "=?" in text else set())
    return found


def _on_one_line(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()


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
    stripped. Of an alternative one part is read, or both where they say different things: see `_read_of`."""
    read = _chosen(mail)
    shown = [part for part in read.parts if not _is_attached(part)]
    texts: list[str] = []
    markups: list[str] = []
    links: list[str] = []
    encodings: set[str] = set()
    for part in shown:
        written, encoding = _content(part)
        encodings.add(encoding)
        if part.get_content_type() == "text/html":
            markups.append(written)
            written, found = strip_html(written)
            links += [link for link in found if "://" in link]
        if written.strip():
            texts.append(written.strip())
    if read.lines:
        texts.append("\n".join(read.lines))
    markup = "\n".join(markups) if markups and len(markups) == len(shown) else None
    is_stripped = bool(markups or read.lines)
    repairs = (
        *(("html_stripped",) if is_stripped else ()),
        *(("fragments_joined",) if len(texts) > 1 else ()),
    )
    return Body("\n\n".join(texts), markup, tuple(links), repairs, read.has_two_texts, frozenset(encodings))


class _Read(NamedTuple):
    """What is read of a mail: its leaves, then the lines that only its HTML says; whether some alternative says two
    things."""

    parts: list[Mail]
    lines: list[str]
    has_two_texts: bool


def _chosen(mail: Mail) -> _Read:
    found: list[Mail] = []
    lines: list[str] = []
    has_two_texts = False
    waiting: list[Mail] = [mail]
    while waiting and len(found) < MAX_PARTS:
        part = waiting.pop(0)
        inner = part.get_payload()
        if part.get_content_maintype() != "multipart" or not isinstance(inner, list):
            found.append(part)
            continue
        parts = [one for one in inner if isinstance(one, Mail)]
        if part.get_content_subtype() == "alternative" and parts:
            best = _best(parts)
            read = _read_of(best, [one for one in parts if one is not best])
            has_two_texts = has_two_texts or read.has_two_texts
            parts = read.parts
            lines += read.lines
        waiting[:0] = parts
    return _Read(found, lines, has_two_texts)


def _best(parts: list[Mail]) -> Mail:
    """Of the same words written in several ways: the plain ones, else what comes last, which is the richest."""
    plain = (part for part in parts if _is_plain(part) and _content(part)[0].strip())
    return next(plain, parts[-1])


def _is_plain(part: Mail) -> bool:
    return part.get_content_type() == "text/plain"


def _read_of(plain: Mail, others: list[Mail]) -> _Read:
    """The plain part, unless the HTML beside it says something else: then the HTML, and the plain part below when it
    has words of its own. Where most words are on both sides, the plain part and the lines that the HTML alone has.

    Mail programs show the HTML. A plain part that asks to open the mail elsewhere, or that was written to pass a
    filter, would hide it.
    """
    if not _is_plain(plain):
        return _Read([plain], [], has_two_texts=False)
    # the last of them is the richest; none of these parts is looked at again, however deep they go
    leaves = ([leaf for leaf in _leaves(one) if _is_html(leaf)] for one in reversed(others))
    pages = next(filter(None, leaves), [])
    said = _content(plain)[0]
    markups = [_content(page)[0] for page in pages]
    shown = "\n".join(strip_html(one)[0] for one in markups)
    ours, theirs = _words(said), _words(shown)
    if ours and _is_within(shown, said):
        return _Read([plain], [], has_two_texts=False)
    if not _differ(ours, theirs):
        own = "\n".join(strip_html(_without_quotes(one))[0] for one in markups)
        return _Read([plain], _lines_apart(own, ours), has_two_texts=False)
    has_more = not ours <= theirs if ours else bool(fold(said))
    return _Read([*pages, plain] if has_more else pages, [], has_two_texts=True)


def _is_within(page: str, plain: str) -> bool:
    """Whether each line of a page stands in the plain part, word after word."""
    whole = f" {' '.join(_sequence(plain))} "
    lines = (" ".join(_sequence(line)) for line in page.split("\n"))
    return all(f" {line} " in whole for line in lines if line)


def _sequence(text: str) -> list[str]:
    return _WORD.findall(_ADDRESS.sub(" ", fold(text)))


def _without_quotes(markup: str) -> str:
    """The markup without what it quotes of other mails: these are somebody else's words."""
    kept, at = [], 0
    while (start := markup.find("<blockquote", at)) >= 0:
        end = markup.find("</blockquote>", start)
        if end < 0:
            break
        kept.append(markup[at:start])
        at = end
    return "".join([*kept, markup[at:]])


def _lines_apart(page: str, plain: frozenset[str]) -> list[str]:
    """The lines of a page that are no line of the plain part, whatever stands around both (a signature, a footer)."""
    lines = ((line, _words(line)) for line in page.split("\n"))
    return [
        line.strip()
        for line, words in lines
        if len(words) >= ENOUGH_WORDS and len(words & plain) * 2 < len(words) and not _QUOTING.search(line)
    ]


def _is_html(part: Mail) -> bool:
    return part.get_content_type() == "text/html" and not _is_attached(part)


def _words(text: str) -> frozenset[str]:
    """The words of a text as they are compared: folded, letters and digits alone, addresses of pages left out."""
    return frozenset(_sequence(text))


def _differ(plain: frozenset[str], page: frozenset[str]) -> bool:
    """Whether one text says what the other does not: less than half of its words are there. One word against one other
    word proves nothing."""
    if not page or not plain:
        return bool(page)
    if len(plain | page) < ENOUGH_WORDS:
        return False
    return _is_elsewhere(page, plain) or _is_elsewhere(plain, page)


def _is_elsewhere(words: frozenset[str], other: frozenset[str]) -> bool:
    long = {word for word in words if len(word) >= LONG_WORD or _UNSPACED_SIGN.match(word)}
    counted = (words, long) if len(long) >= ENOUGH_WORDS else (words,)
    return any(len(one & other) * 2 < len(one) for one in counted)


def _content(part: Mail) -> tuple[str, str]:
    """(the text of a part, how it was read: see `decode_labelled`)."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return str(part.get_payload())[:MAX_TEXT].replace("\r\n", "\n"), ""
    text, encoding = decode_labelled(data, _charset(part))
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT]
        if encoding == "damaged" and "\ufffd" not in text:
            encoding = ""  # what is damaged lies beyond
    return text.replace("\r\n", "\n"), encoding


def _charset(part: Mail) -> str | None:
    try:
        return part.get_content_charset()
    except ValueError:  # a name that holds NUL
        return None


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
