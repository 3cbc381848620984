"""Small encrypted files beside the parts of a corpus, each under a key of its own that ends with its unit.

They hold what a manifest may not: places and identifiers of messages, and what an interrupted act has to finish.
"""

import os
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from saisine.errors import SaisineError
from saisine.messages.corpus_files import NONCE_BYTES, CorpusInfo, PartKeys, part_key_name


def write_side(folder: Path, info: CorpusInfo, name: str, body: bytes, keys: PartKeys) -> None:
    """Write or replace one such file, whole or not at all; durable on return."""
    bound = part_key_name(info.id, name)
    key = keys.create(info.unit, bound)
    nonce = sha256(key + body).digest()[:NONCE_BYTES]  # another body under this key never has the same nonce
    replace_durably(folder / name, nonce + AESGCM(key).encrypt(nonce, body, bound.encode()))


def read_side(folder: Path, info: CorpusInfo, name: str, keys: PartKeys) -> bytes | None:
    """What `write_side` kept; None when there is none. Raises `corpus_damaged`, or what the key store refuses."""
    path = folder / name
    if not path.is_file():
        return None
    bound = part_key_name(info.id, name)
    key = keys.get(info.unit, bound)
    try:
        body = path.read_bytes()
        return AESGCM(key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], bound.encode())
    except (OSError, ValueError, InvalidTag) as error:
        raise SaisineError("corpus_damaged", corpus=info.id) from error


def remove_side(folder: Path, info: CorpusInfo, name: str, keys: PartKeys) -> None:
    """End its key, then its file. Done again after a stop, it ends the same."""
    keys.destroy(info.unit, part_key_name(info.id, name))
    (folder / name).unlink(missing_ok=True)


def replace_durably(path: Path, body: bytes) -> None:
    """A file whole or not at all, flushed with its folder."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Make renames and removals in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
