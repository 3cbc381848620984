"""The checks of a sealed capture, as the vault asks for them (V24): a stream in, findings out.

The vault imports nothing to its right: it is handed `checkers_in(scratch)` by its caller. A zip is read from
its end; so a stream that cannot go back is first copied, **in clear**, into an anonymous temporary file of the
folder given: it has no name there, and the system frees it when it is closed or when the program dies.
"""

import errno
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import disk_usage
from typing import BinaryIO, Final, cast

from saisine.capture.containers import Limits
from saisine.capture.findings import NAMES, Check
from saisine.capture.wacz import check_wacz
from saisine.errors import SaisineError
from saisine.vault.report import CheckState

Finding = tuple[str, CheckState, str, str]  # number, state, French, English
Checker = Callable[[BinaryIO], Iterable[Finding]]
ScratchChecker = Callable[[BinaryIO, Path], Iterable[Finding]]

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PIECE_BYTES: Final = 1 << 20
_KEPT_FREE_BYTES: Final = 256 << 20  # the disk of a person at work is never filled to the brim


class _TooLarge(Exception):
    """The copy would exceed what is read, or the room on disk."""


def check_sealed_wacz(stream: BinaryIO, scratch: Path, limits: Limits | None = None) -> list[Finding]:
    """C01 to C12 of a sealed WACZ, from the first byte of `stream` on.

    Without room for the copy every number is « not checked », with the reason. Whatever `stream.read` raises
    (a damaged object of the vault) goes through. Raises `capture_unreadable`, `capture_scratch`.
    """
    measure = limits or Limits()
    try:
        with _seekable(stream, scratch, measure) as file:
            return [_finding(check) for check in check_wacz(file, limits=replace(measure, free_bytes=None))]
    except _TooLarge:
        fr = "pas assez de place pour une copie de travail, ou capture démesurée"
        en = "not enough room for a working copy, or outsize capture"
        return [(number, "not_checked", fr, en) for number in NAMES]


def _finding(check: Check) -> Finding:
    return check.n, check.state, check.what_fr, check.what_en


@contextmanager
def _seekable(stream: BinaryIO, scratch: Path, limits: Limits) -> Iterator[BinaryIO]:
    if stream.seekable():
        yield stream
        return
    with ExitStack() as closing:
        try:
            copy = closing.enter_context(tempfile.TemporaryFile(dir=scratch))
            free = disk_usage(scratch).free - _KEPT_FREE_BYTES
        except OSError as error:
            raise SaisineError("capture_scratch", folder=scratch, reason=error.strerror) from error
        room = free if limits.free_bytes is None else limits.free_bytes
        _copy(stream, cast(BinaryIO, copy), min(limits.total_bytes, room), scratch)
        yield cast(BinaryIO, copy)


def _copy(stream: BinaryIO, copy: BinaryIO, room: int, scratch: Path) -> None:
    while piece := stream.read(_PIECE_BYTES):
        room -= len(piece)
        if room < 0:
            raise _TooLarge
        try:
            copy.write(piece)
        except OSError as error:
            if error.errno in _FULL:
                raise _TooLarge from error
            raise SaisineError("capture_scratch", folder=scratch, reason=error.strerror) from error


def _bound(checker: ScratchChecker, scratch: Path) -> Checker:
    return lambda stream: checker(stream, scratch)


# By kind of record, as `saisine.vault.records.KINDS` names them.
CHECKERS: Final[Mapping[str, ScratchChecker]] = {"wacz": check_sealed_wacz}


def checkers_in(scratch: Path) -> dict[str, Checker]:
    """What the vault takes: the same checkers, with the folder of their temporary files already given."""
    return {kind: _bound(checker, scratch) for kind, checker in CHECKERS.items()}
