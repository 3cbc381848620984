"""UTF-16 (and UTF-32) files brought to UTF-8 before anyone sniffs them (Excel's “Unicode text”, some consoles)."""

import codecs
import io
from dataclasses import replace
from typing import BinaryIO, Final

from saisine.messages.formats.contract import HEAD_BYTES, Member, Note
from saisine.messages.ledger import SourceEntry

# UTF-32 first: its mark begins like that of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encoding_of(head: bytes) -> str | None:
    """`utf-16-le`, `utf-16-be`… when the bytes say so (mark, or every other byte zero), else None."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    sample = head[:512]
    if len(sample) >= 4 and sample.count(0) * 3 >= len(sample):
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        if odd > 4 * even:
            return "utf-16-le"
        if even > 4 * odd:
            return "utf-16-be"
    return None


class _Recoded(io.RawIOBase):
    """UTF-16 in, UTF-8 out; what cannot be read becomes U+FFFD."""

    def __init__(self, raw: BinaryIO, encoding: str) -> None:
        self._raw = raw
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._left:
            chunk = self._raw.read(len(buffer))
            self._left = self._decoder.decode(chunk, final=not chunk).encode("utf-8", "replace")
            if not chunk:
                break
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


def to_utf8(member: Member, head: bytes, entry: SourceEntry) -> tuple[Member, bytes]:
    """(member, head) in UTF-8; a conversion is noted in the ledger, and places are those of the result."""
    encoding = encoding_of(head)
    if encoding is None:
        return member, head

    def opener() -> BinaryIO:
        return io.BufferedReader(_Recoded(member.open(), encoding), 1 << 20)

    entry.note(Note("recoded", encoding.upper()))
    recoded = replace(member, open=opener, locator_prefix=f"{member.locator_prefix}({encoding})")
    return recoded, recoded.read(HEAD_BYTES)
