"""The replies kept beside heads, each with its SHA-256 in a file that `sha256sum -c` reads.

A signature covers only a part of a reply: its status and the certificates that came along can change without
breaking it. `<size>.<tsa>.tsr.sha256` makes any changed bit seen. A `stamped` line of the log holds the same
hash: a reply taken away with its file beside it is missed, and one that outlives its line tells of a cut.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from saisine.vault.faults import SMALL_BYTES, fsync_folder, read_regular, write_durably
from saisine.vault.log import Entry
from saisine.vault.report import Check, counted

SUFFIX: Final = ".sha256"
STAMPED: Final = "stamped"  # the code of the log
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


# ---------------------------------------------------------------- by the log


def noted_stamps(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The `stamped` lines by the hash of the reply that each vouches for; `count` is the size of its head."""
    return {str(one.root): one for one in entries if one.act == "note" and one.code == STAMPED}


def check_noted(
    heads: Path,
    entries: Iterable[Entry],
    replies: Mapping[tuple[int, str], bytes],
    dated: set[tuple[int, str]],
) -> Iterator[Check]:
    """V13, by the log: every reply that a line noted is there, and every reply that dates has its line.

    `dated` are those of `replies` that hold; one of the others over the same head is told by its own number.
    Yields nothing for what fits.
    """
    noted = noted_stamps(entries)
    hashes = {key: hashlib.sha256(reply).hexdigest() for key, reply in replies.items()}
    told = Counter(size for size, name in replies if (size, name) not in dated)
    for root, entry in noted.items():
        if root in hashes.values() or _is_beside(heads, root):
            continue
        size = entry.count if isinstance(entry.count, int) else 0
        told[size] -= 1
        if told[size] < 0:
            yield Check.failed(
                "V13",
                f"l’horodatage de la tête {size}, noté à la ligne {entry.seq}, a disparu ou a été remplacé",
                f"the time stamp of head {size}, noted at line {entry.seq}, is gone or was replaced",
            )
    strange = sum(hashes[key] not in noted for key in dated)
    if strange:
        fr, en = counted(strange, "horodatage", "time stamp")
        yield Check.not_checked(
            "V13",
            f"{fr} sans ligne au journal : une version antérieure de Saisine, un arrêt brutal, ou des lignes "
            "retirées depuis",
            f"{en} without a line in the log: an earlier version of Saisine, a sudden stop, or lines taken out "
            "since",
        )


def _is_beside(heads: Path, root: str) -> bool:
    """Whether a file of hashes still names it, or it came in while this verification ran."""
    wanted = root.encode()
    return any(
        read_regular(path, SMALL_BYTES).startswith(wanted) for path in heads.glob(f"[!.]*.tsr{SUFFIX}")
    )
