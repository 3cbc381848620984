"""Hashes as WARC headers, indexes and packages write them: `sha1:` and `sha256:` in base32, hex or base64.

Sources: ISO 28500 (WARC 1.1), section 5.8; the CDXJ of py-wacz, where SHA-1 may stand without a label.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from hashlib import _Hash

# Read and computed. Anything else is told as not checked, never taken for granted.
SIZES: Final = {"sha1": 20, "sha256": 32, "sha512": 64}
_BASE32: Final = re.compile(r"[A-Za-z2-7]+")
_BASE32_DIGITS: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHIJKLMNOPQRSTUV")
_URL_SAFE: Final = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True)
class Digest:
    """A hash that was announced: the name of its algorithm, and its bytes."""

    algorithm: str
    value: bytes

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """From `sha1:3I42…`, `sha256:e3b0…`, or 32 bare base32 signs. None when the algorithm is not read.

        Raises ValueError when the value cannot be a hash of that algorithm.
        """
        label, separator, written = text.strip().partition(":")
        if not separator:
            label, written = "sha1", label
        name = label.lower().replace("-", "")
        if name not in SIZES:
            return None
        return cls(name, _bytes_of(written.strip(), SIZES[name]))

    def hasher(self) -> "_Hash":
        # WARC files carry SHA-1 of old: it names a damage, the SHA-256 of the whole file is the proof
        return hashlib.new(self.algorithm, usedforsecurity=False)


def _bytes_of(written: str, size: int) -> bytes:
    """By its length: hex, base32 or base64 (both alphabets), which never have the same one."""
    bare = written.rstrip("=")
    try:
        if len(bare) == 2 * size:
            value = bytes.fromhex(bare)
        elif len(bare) == -(-size * 8 // 5):
            value = _from_base32(bare, size)
        else:
            value = base64.b64decode(bare.translate(_URL_SAFE) + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"no hash: {written[:100]!r}") from error
    if len(value) != size:
        raise ValueError(f"no hash: {written[:100]!r}")
    return value


def _from_base32(written: str, size: int) -> bytes:
    """As one number in base 32: four times as fast as `base64.b32decode`, which is Python (20,000 per index)."""
    if not _BASE32.fullmatch(written):
        raise ValueError(f"no base32: {written!r}")
    number = int(written.upper().translate(_BASE32_DIGITS), 32)
    unused = 5 * len(written) - 8 * size
    if number & ((1 << unused) - 1):
        raise ValueError(f"no base32: {written!r}")
    return (number >> unused).to_bytes(size, "big")
