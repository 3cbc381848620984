"""A sliding window over a JSON stream: values one at a time, with the exact bytes of each (RFC 8259).

The standard library's scanner gives both the value and where it ends, so an array of 2 GB is read in flat
memory. Invalid UTF-8 travels as escaped bytes (PEP 383): what is hashed is what the file holds.
"""

import json
import re
from typing import Any, BinaryIO, Final, NoReturn

CHUNK_BYTES: Final = 1 << 20
# What is turned into text at once; twice as much for a value that does not fit.
PIECE_BYTES: Final = 8 << 10
BEHIND_CHARS: Final = 200
NEAR_END: Final = 12  # an escape such as \\ud83d\\ude00 may be cut anywhere

# A byte-order mark too: files that were put one after the other have one in the middle.
_SPACE: Final = re.compile("[ \t\r\n\ufeff]*")
# Whole strings full of escapes in one step (a Meta export is mostly \u00c3\u00a9). The unrolled loop is linear even
# on a string that never ends. No possessive quantifier: Python 3.11.2, which Debian 12 ships, matches `"]` with
# one where later ones do not, and takes a string that is cut for one that ends.
_INSIDE: Final = r'[^"\\]*(?:\\.[^"\\]*)*'
_STRING_REST: Final = re.compile(_INSIDE, re.DOTALL)
_RUN: Final = re.compile(rf'(?:[^"{{}}\[\]]+|"{_INSIDE}")*', re.DOTALL)
_SCALAR: Final = re.compile(r"[^,\]}\s]*")
_RESUME: Final = re.compile("\n[ \t\ufeff]*(?=[{\\[])")
_OPENING: Final = re.compile(r'[{\[]\s*["{\[]')


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


SCANNER: Final = json.JSONDecoder(parse_constant=_refuse).scan_once  # type: ignore[attr-defined]


class Cut(Exception):
    """The stream ends inside a value."""


class Malformed(Exception):
    """A value that is no JSON. `reason` never quotes it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def explain(error: ValueError) -> str:
    """The parser's words without the text it read."""
    if isinstance(error, json.JSONDecodeError):
        return f"bad_json: {error.msg} (line {error.lineno} column {error.colno})"
    return "bad_json: not a JSON value"


def is_cut(error: ValueError, length: int) -> bool:
    """Whether this parse error may only say that the text stops too early."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.msg.startswith("Unterminated string") or error.pos >= length - NEAR_END


def escaped_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


class Window:
    """The part of a stream that is in memory; `offset` is the byte offset of the next sign.

    The next signs are held as text, those behind them as the bytes that were read: a run of values that is decoded
    at once never becomes text.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._is_read = False
        self._text = ""
        self._pos = 0
        self._ended = False
        self.offset = 0
        self.passed_data = 0
        self._fill()
        if self._text.startswith("\ufeff"):
            self._pos, self.offset = 1, 3

    def _fill(self) -> bool:
        """Bring in one more piece of text; False when the stream has ended."""
        wanted = max(PIECE_BYTES, len(self._text) - self._pos)
        while True:
            if len(self._buffer) - self._at < wanted:
                self._read()
            end = self._whole_signs(min(self._at + wanted, len(self._buffer)))
            if end > self._at or self._is_read:
                break
        if end == self._at:
            self._ended = True
            return False
        piece = self._buffer[self._at : end].decode("utf-8", "surrogateescape")
        kept = max(0, self._pos - BEHIND_CHARS)
        self._text, self._pos, self._at = self._text[kept:] + piece, self._pos - kept, end
        return True

    def _read(self) -> None:
        if not self._is_read:
            chunk = self._stream.read(CHUNK_BYTES)
            self._is_read = not chunk
            self._buffer, self._at = self._buffer[self._at :] + chunk, 0

    def _whole_signs(self, end: int) -> int:
        """The last place up to `end` where no sign of UTF-8 is cut in two."""
        for start in range(end - 1, max(self._at, end - 4) - 1, -1):
            first = self._buffer[start]
            if first & 0xC0 != 0x80:
                length = 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
                is_cut = start + length > end and not (self._is_read and end == len(self._buffer))
                return start if is_cut else end
        return end

    def _advance(self, end: int) -> str:
        passed = self._text[self._pos : end]
        self._pos = end
        self.offset += len(passed) if passed.isascii() else len(escaped_bytes(passed))
        return passed

    @property
    def held(self) -> int:
        """About how many signs are in memory from here on."""
        return len(self._text) - self._pos + len(self._buffer) - self._at

    def ahead(self, limit: int = -1) -> bytes:
        """The bytes of these signs, at most so many; -1 for all. Raises UnicodeEncodeError where the next ones are
        no UTF-8; those behind them are not looked at."""
        if len(self._buffer) - self._at < CHUNK_BYTES // 4:
            self._read()
        end = None if limit < 0 else self._pos + limit
        first = self._text[self._pos : end].encode()
        return first + self._buffer[self._at : None if limit < 0 else self._at + max(0, limit - len(first))]

    def rest(self, limit: int) -> bytes | None:
        """All that is left of the stream; None when that is more than `limit` bytes, or no UTF-8."""
        pieces, length = [self._buffer[self._at :]], len(self._buffer) - self._at
        while not self._is_read and length <= limit:
            pieces.append(self._stream.read(CHUNK_BYTES))
            length += len(pieces[-1])
            self._is_read = not pieces[-1]
        self._buffer, self._at = b"".join(pieces), 0
        try:
            data = self.ahead()
        except UnicodeEncodeError:
            return None
        return data if self._is_read and len(data) <= limit else None

    def behind(self, count: int) -> str:
        """At most so many of the signs just passed."""
        return self._text[max(0, self._pos - count) : self._pos]

    def pass_over(self, passed: bytes) -> None:
        """Step over these bytes, which `ahead` gave and which are whole signs of UTF-8."""
        self.offset += len(passed)
        held = len(self._text[self._pos :].encode())
        if len(passed) < held:
            self._pos += len(passed.decode())
            return
        self._at += len(passed) - held
        self._text = passed[-BEHIND_CHARS:].decode("utf-8", "ignore")
        self._pos = len(self._text)

    def peek(self) -> str:
        """The next sign that is no space; "" at the end."""
        while True:
            end = _SPACE.match(self._text, self._pos).end()  # type: ignore[union-attr]
            self._advance(end)
            if end < len(self._text):
                return self._text[end]
            if not self._fill():
                return ""

    def take(self, sign: str) -> None:
        """Step over an expected sign. Raises `Cut` or `Malformed`."""
        found = self.peek()
        if found != sign:
            raise Cut if not found else Malformed(f"bad_json: expected {sign}")
        self._advance(self._pos + 1)

    def value(self, limit: int) -> tuple[Any, str]:
        """(next value, its text) of at most `limit` signs. Raises `Cut`, `Malformed`, `RecursionError`."""
        if not self.peek():
            raise Cut
        while True:
            try:
                found, end = SCANNER(self._text, self._pos)
            except StopIteration as stop:
                length = len(self._text)
                if stop.value < length - NEAR_END or not self._more(limit):
                    self._fail("bad_json: not a JSON value", cut=stop.value >= length - NEAR_END)
            except ValueError as error:
                cut = is_cut(error, len(self._text))
                if not (cut and self._more(limit)):
                    self._fail(explain(error), cut=cut)
            else:
                if end < len(self._text) or not self._fill():
                    if end - self._pos > limit:
                        raise Malformed("too_large")
                    return found, self._advance(end)

    def _more(self, limit: int) -> bool:
        """Fill for a value that does not fit yet; False when it is over the limit or the stream has ended."""
        return len(self._text) - self._pos <= limit and self._fill()

    def _fail(self, reason: str, *, cut: bool) -> NoReturn:
        if not cut:
            raise Malformed(reason)
        if self._ended:
            raise Cut
        raise Malformed("too_large")

    def skip_value(self) -> None:
        """Step over the next value in flat memory, by its brackets alone. Raises `Cut`."""
        sign = self.peek()
        if not sign:
            raise Cut
        if sign not in '"{[':
            self._skip_scalar()
            return
        if sign == '"':
            self._advance(self._pos + 1)
            self._skip_string()
            return
        self.skip_out(0)

    def skip_out(self, depth: int) -> None:
        """Step over what is left of a value so many brackets deep. Raises `Cut`."""
        while True:
            found = self._next_structure()
            if found == '"':
                self._skip_string()
            else:
                depth += 1 if found in "{[" else -1
            if depth <= 0:
                return

    def _next_structure(self) -> str:
        """Step past the next bracket, or past the quote of a string that the window does not hold whole."""
        while True:
            end = _RUN.match(self._text, self._pos).end()  # type: ignore[union-attr]
            self._advance(end)
            if end < len(self._text):
                return self._advance(end + 1)
            if not self._fill():
                raise Cut

    def _skip_scalar(self) -> None:
        """Step over a number or a word; one sign at least, so that a stray sign is passed."""
        self._advance(self._pos + 1)
        while True:
            end = _SCALAR.match(self._text, self._pos).end()  # type: ignore[union-attr]
            self._advance(end)
            if end < len(self._text) or not self._fill():
                return

    def _skip_string(self) -> None:
        """Step past the end of a string whose first quote is behind."""
        while True:
            end = _STRING_REST.match(self._text, self._pos).end()  # type: ignore[union-attr]
            self._advance(end)
            if self._text[end : end + 1] == '"':
                self._advance(end + 1)
                return
            if not self._fill():
                raise Cut

    def indent(self) -> str:
        """The spaces before the next value on its line; "" where it does not begin one."""
        self.peek()
        _, line_feed, before = self.behind(BEHIND_CHARS).rpartition("\n")
        return before if line_feed and not before.strip(" \t") else ""

    def skip_to_line(self, indent: str, limit: int) -> bool:
        """From a value that is no JSON, whose brackets tell nothing, go to the next one that begins a line as far in;
        False, and nothing is stepped over, where there is none in so many signs, or lines are not set in."""
        if not indent:
            return False
        sibling, place = re.compile(rf"\n{indent}(?=[{{\[])"), 0
        while True:
            found = sibling.search(self._text, self._pos + place)
            if found:
                self._advance(found.end())
                return True
            place = max(0, len(self._text) - self._pos - len(indent) - 2)
            if place > limit or not self._fill():
                return False

    def resume(self) -> bool:
        """Go to the next line that begins with { or [; False when there is none. `passed_data` then says how many of
        the lines passed hold data all the same, such as a time written before each record."""
        self.passed_data = 0
        while True:
            found = _RESUME.search(self._text, self._pos)
            if found:
                self._pass_text(found.end())
                return True
            keep = max(self._pos, self._text.rfind("\n", self._pos))
            self._pass_text(keep)
            if not self._fill():
                self._pass_text(len(self._text))
                return False

    def _pass_text(self, end: int) -> None:
        passed = self._advance(end)
        self.passed_data += sum(_OPENING.search(line) is not None for line in passed.split("\n"))
