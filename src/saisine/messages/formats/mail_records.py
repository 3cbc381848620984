"""Messages of a mail file with their exact bytes: one `.eml`, or the messages of an mbox, in flat memory.

A message with large attachments passes any limit of one record: its first four mebibytes are kept for reading,
and the hash is of the whole. Source: RFC 4155, and the `From ` lines of Thunderbird and Google Takeout.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import islice
from typing import BinaryIO, Final, NamedTuple

from saisine.messages.formats.raw import Context, Member, Note, RawRecord, RecordError

KEPT_BYTES: Final = 4 << 20
CHUNK_BYTES: Final = 1 << 20
# "From ada@e.test Tue Jan 02 03:04:05 2024", Thunderbird "From - Tue Jan …",
# Takeout "From 17…@xxx Tue Jan 02 03:04:05 +0000 2024"
POSTMARK: Final = re.compile(
    rb'From (?:"[^"\r\n]{1,200}"|\S+) +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b[^\r\n]{5,40}\d{4}(?: [+-]\d{4})?\s*$'
)
_FIELD: Final = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,60}):")
# Thunderbird often writes "From " alone; a text may too, so the lines below it must be those of a mail.
_BARE: Final = re.compile(rb"From \r?\n")
_LOOKED_AHEAD: Final = 30
_THUNDERBIRD: Final = (
    b"x-mozilla-status",
    b"x-mozilla-status2",
    b"x-mozilla-keys",
    b"x-account-key",
    b"x-uidl",
)
NAMES: Final = (
    *("from", "to", "date", "subject", "message-id", "received", "mime-version", "return-path"),
    *("delivered-to", "content-type", "reply-to", "x-mailer", "dkim-signature", "authentication-results"),
)
_KNOWN: Final = frozenset((*_THUNDERBIRD, *(name.encode() for name in NAMES)))
_QUOTED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)
Found = RawRecord | RecordError | Note


class Letter(NamedTuple):
    """The first bytes of one message; `is_long` when more of it was only hashed."""

    kept: bytes
    is_long: bool


class _Open:
    """A message while its lines come."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.length = 0
        self.kept = bytearray()
        self.hash = sha256()
        self.blank = bytearray()

    def add(self, data: bytes) -> None:
        self.length += len(data)
        self.hash.update(data)
        if len(self.kept) < KEPT_BYTES:
            self.kept += data[: KEPT_BYTES - len(self.kept)]

    def record(self, prefix: str, *, is_quoted: bool) -> RawRecord:
        kept = bytes(self.kept)
        if is_quoted:
            kept = _QUOTED.sub(rb"\1", kept)  # mboxrd puts a ">" before the lines that could be taken for one
        letter = Letter(kept, self.length > KEPT_BYTES)
        locator = f"{prefix}#byte={self.offset}+{self.length}"
        return RawRecord(
            locator, letter, self.hash.hexdigest(), self.offset, self.length, (), is_suspect=b"\0" in kept
        )


def read_eml(member: Member, ctx: Context) -> Iterator[Found]:
    """The whole file as one message."""
    with member.open() as stream:
        start = 3 if stream.read(3) == b"\xef\xbb\xbf" else 0
    with member.open() as stream:
        stream.read(start)
        letter = _Open(start)
        while chunk := stream.read(CHUNK_BYTES):
            letter.add(chunk)
    yield letter.record(ctx.locator_prefix, is_quoted=False)


def read_mbox(member: Member, ctx: Context) -> Iterator[Found]:
    """Each message after its `From ` line, which comes first in the file or after an empty line."""
    with member.open() as stream:
        yield from _letters(stream, ctx.locator_prefix)


class _Lines:
    """The lines of a stream, and those that come next: thirty at most are held, of two mebibytes in all."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._waiting: deque[bytes] = deque()

    def take(self) -> bytes:
        """The next line, empty at the end of the file."""
        return self._waiting.popleft() if self._waiting else self._stream.readline(CHUNK_BYTES)

    def ahead(self, count: int) -> list[bytes]:
        """The lines that follow, without taking them; fewer at the end of the file."""
        held = sum(map(len, self._waiting))
        while len(self._waiting) < count and held < CHUNK_BYTES:
            line = self._stream.readline(CHUNK_BYTES)
            if not line:
                break
            self._waiting.append(line)
            held += len(line)
        return [*islice(self._waiting, count)]


def _letters(stream: BinaryIO, prefix: str) -> Iterator[Found]:
    letter: _Open | None = None
    offset, after_blank, is_dated = 0, True, False
    lines = _Lines(stream)
    while line := lines.take():
        if offset == 0 and line.startswith(b"\xef\xbb\xbf"):
            line, offset = line[3:], 3
        if _opens_letter(line, lines, after_blank=after_blank, is_dated=is_dated):
            is_dated = is_dated or (letter is None and _is_dated(line))
            if letter is not None and letter.length:
                yield letter.record(prefix, is_quoted=True)
            letter = _Open(offset + len(line))
        elif letter is None:
            yield Note("stray_text", f"{prefix}#byte={offset}", offset)
        else:
            _add_line(letter, line)
        after_blank = not line.strip(b"\r\n") or (letter is not None and letter.length == 0)
        offset += len(line)
    if letter is not None and letter.length:
        yield letter.record(prefix, is_quoted=True)


def _is_dated(line: bytes) -> bool:
    """Whether a folder whose first line this is dates all its mails: « From - date », of Thunderbird, does not."""
    return POSTMARK.match(line) is not None and not line.startswith(b"From - ")


def _opens_letter(line: bytes, lines: _Lines, *, after_blank: bool, is_dated: bool) -> bool:
    """Whether a `From ` line begins a message. With a date: behind an empty line, or where a header follows it (folders
    that were joined, or written without that line). Without: see `opens_headers`."""
    if not line.startswith(b"From "):
        return False
    if POSTMARK.match(line):
        return after_blank or any(_FIELD.match(one) for one in lines.ahead(1))
    if not _BARE.fullmatch(line):
        return False
    following = lines.ahead(_LOOKED_AHEAD)
    # without the empty line, or where the others are dated, only the headers that Thunderbird itself puts first tell it
    # from a text
    is_likely = after_blank and not is_dated
    return opens_headers(following) and (is_likely or _name_of(following[0]) in _THUNDERBIRD)


def opens_headers(lines: Sequence[bytes]) -> bool:
    """Whether lines begin with two headers or more, one of them a known header of mails."""
    names: list[bytes] = []
    for line in lines[:_LOOKED_AHEAD]:
        name = _name_of(line)
        if name:
            names.append(name)
        elif not names or not line.startswith((b" ", b"\t")) or not line.strip():
            break  # what begins with a space continues the header above it
    return len(names) > 1 and not _KNOWN.isdisjoint(names)


def _name_of(line: bytes) -> bytes:
    found = _FIELD.match(line)
    return found[1].lower() if found else b""


def _add_line(letter: _Open, line: bytes) -> None:
    """The empty line before the next `From ` belongs to the folder, not to the message."""
    if line.strip(b"\r\n") or len(letter.blank) > CHUNK_BYTES:
        letter.add(bytes(letter.blank) + line)
        letter.blank.clear()
    else:
        letter.blank += line
