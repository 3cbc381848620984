"""The replies kept beside heads, each with its SHA-256 in a file that `sha256sum -c` reads.

A signature covers only a part of a reply: its status and the certificates that came along can change without
breaking it. `<size>.<tsa>.tsr.sha256` makes any changed bit seen.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from saisine.vault.faults import SMALL_BYTES, fsync_folder, read_regular, write_durably
from saisine.vault.report import Check

SUFFIX: Final = ".sha256"
_LINE: Final = re.compile(rb"([0-9a-f]{64})  ([A-Za-z0-9.-]+)\n")


def reply_path(heads: Path, size: int, authority: str) -> Path:
    return heads / f"{size}.{authority}.tsr"


def keep_reply(heads: Path, size: int, authority: str, reply: bytes) -> None:
    """Write a reply and its hash, both durable. A stop in between leaves a reply without its hash."""
    path = reply_path(heads, size, authority)
    beside = path.with_name(path.name + SUFFIX)
    if beside.exists():  # an older reply over the same head: never two that do not fit
        beside.unlink()
        fsync_folder(heads)
    write_durably(path, reply)
    write_durably(beside, f"{hashlib.sha256(reply).hexdigest()}  {path.name}\n".encode())


def check_kept_replies(heads: Path) -> Iterator[Check]:
    """V13, the other half: every reply is the one that was received, bit for bit. Raises `OSError`.

    Yields nothing for a reply that fits; `failed` with its name for one that changed or is gone.
    """
    replies = {path.name for path in heads.glob("[!.]*.tsr")}
    listed = {path.name.removesuffix(SUFFIX) for path in heads.glob(f"[!.]*.tsr{SUFFIX}")}
    for name in sorted(replies | listed):
        if name not in replies:
            yield Check.failed("V13", f"{name} : cette réponse a disparu", f"{name}: this reply is gone")
        elif name not in listed:
            yield Check.not_checked(
                "V13",
                f"{name} : son empreinte n’a pas été gardée ; un changement hors signature ne se verrait pas",
                f"{name}: its hash was not kept; a change outside the signature would not be seen",
            )
        elif not _fits(heads / name):
            yield Check.failed(
                "V13",
                f"{name} : la réponse ou son empreinte ({name}{SUFFIX}) a changé depuis sa réception",
                f"{name}: the reply or its hash ({name}{SUFFIX}) has changed since it was received",
            )


def _fits(path: Path) -> bool:
    match = _LINE.fullmatch(read_regular(path.with_name(path.name + SUFFIX), SMALL_BYTES))
    if match is None or match[2] != path.name.encode():
        return False
    return match[1] == hashlib.sha256(read_regular(path, SMALL_BYTES)).hexdigest().encode()
