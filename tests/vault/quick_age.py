"""An age file under a passphrase, with a derivation of a few milliseconds instead of a second.

Same format, smaller cost (https://age-encryption.org/v1, section on scrypt recipients): what reads one reads
the other. The real cost is paid by `test_keys.py` where it is the subject, and by the command line's tests.
"""

import hashlib
import hmac
import os
from base64 import b64encode
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FACTOR: Final = 10
CHUNK: Final = 64 << 10


def lock(body: bytes, passphrase: str, progress: object = None) -> bytes:
    """As `deriving.lock_with`."""
    key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    wrap = hashlib.scrypt(
        passphrase.encode(), salt=b"age-encryption.org/v1/scrypt" + salt, n=1 << FACTOR, r=8, p=1, dklen=32
    )
    stanza = ChaCha20Poly1305(wrap).encrypt(bytes(12), key, None)
    header = f"age-encryption.org/v1\n-> scrypt {_text(salt)} {FACTOR}\n{_text(stanza)}\n---".encode()
    mac = hmac.digest(_expand(key, b"", b"header"), header, "sha256")
    cipher = ChaCha20Poly1305(_expand(key, nonce, b"payload"))
    pieces = [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)] or [b""]
    sealed = [
        cipher.encrypt(number.to_bytes(11, "big") + bytes([number == len(pieces) - 1]), piece, None)
        for number, piece in enumerate(pieces)
    ]
    return header + f" {_text(mac)}\n".encode() + nonce + b"".join(sealed)


def _expand(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(key)


def _text(body: bytes) -> str:
    return b64encode(body).decode().rstrip("=")
