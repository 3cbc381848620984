"""Files into a workspace: sealed first, then read into one encrypted corpus per import.

`read_paths` (from `saisine.messages.reading`) reads without keeping anything.
"""

import errno
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from saisine.cycles import without_cycle_search
from saisine.errors import SaisineError
from saisine.messages.archive_streams import Limits
from saisine.messages.corpus import Corpora
from saisine.messages.corpus_files import CorpusInfo, CorpusWriter, ledger_bytes, manifest_bytes
from saisine.messages.filetypes import type_of
from saisine.messages.formats.contract import HEAD_BYTES
from saisine.messages.ledger import Ledger
from saisine.messages.reading import (
    Reading,
    Source,
    expand,
    forced_format,
    hash_file,
    read_paths,
)
from saisine.messages.rows import row_groups
from saisine.messages.side_files import write_side
from saisine.messages.withheld import SUPPRESSED, Sieve
from saisine.messages.zones import load_zone
from saisine.vault import Sealed, SealItem, Vault
from saisine.vault.rows import keep_rows

__all__ = ["ImportResult", "Reading", "import_paths", "read_paths"]

Progress = Callable[[int, int | None, str], None]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did: the pieces sealed (or found sealed), the ledger, the corpora (one, or none when no
    message was found), and the unit of erasure they all belong to."""

    sealed: list[Sealed]
    ledger: Ledger
    corpora: list[str]
    unit: str


@dataclass(frozen=True, slots=True)
class _File:
    """A file to import, as it was when the import began."""

    path: Path
    name: str
    item: SealItem
    state: tuple[int, int]


def import_paths(
    paths: Sequence[Path],
    *,
    vault: Vault,
    corpora: Corpora,
    clock: Callable[[], datetime],
    format_id: str | None = None,
    profile: Path | None = None,
    unit: str | None = None,
    actor: str = "",
    progress: Progress | None = None,
    names: Mapping[Path, str] | None = None,
    resume: bool = False,
    zone: str = "Europe/Paris",
    limits: Limits | None = None,
) -> ImportResult:
    """Seal every file, then read the readable ones into one corpus, with its ledger kept and sealed.

    With `resume` and the same `unit`, what was sealed before is not sealed again, and a corpus already made
    from the same sources is given back. Raises what `read_paths` and `Vault.seal_many` raise, and
    `corpus_disk_full` or `corpus_not_written`: the pieces then stay sealed.
    """
    tell = progress or (lambda done, total, what: None)
    now = clock()
    reading = Reading((), now, load_zone(zone), limits or Limits(), forced_format(format_id, profile))
    files = [_as_file(path, name) for path, name in expand(paths, reading.ledger, names)]
    unit = unit or vault.new_unit()
    before = vault.sealed_in(unit) if resume else {}
    sealed = _seal(files, before, reading.ledger, vault, unit, actor, tell)
    pieces = [one for _, one in sealed]
    corpus_id = _corpus_id(unit, pieces, corpora, resume=resume)
    if resume and corpus_id in {info.id for info in corpora.list()}:
        ledger = corpora.ledger(corpus_id)
        groups = row_groups(corpora.folder / corpus_id, corpora.info(corpus_id), corpora.keys)
        keep_rows(vault, groups, unit=unit, actor=actor)
        _seal_ledger(vault, ledger, unit, actor)
        return ImportResult(pieces, ledger, [corpus_id], unit)
    # a person who names the format asks for another reading of what is there
    known = _read_before(corpora, pieces) if reading.forced is None else frozenset()
    reading.sources = [
        Source(file.path, file.name, one.sha256, one.size)
        for file, one in sealed
        if _is_unchanged(file, one, reading.ledger) and not _is_read_already(file, one, known, reading.ledger)
    ]
    with without_cycle_search():
        is_stored = _store(reading, pieces, vault, corpora, corpus_id, unit, actor, tell)
    return ImportResult(pieces, reading.ledger, [corpus_id] if is_stored else [], unit)


# ------------------------------------------------------------------ sealing


def _as_file(path: Path, name: str) -> _File:
    """The file with its type; one that cannot be opened is found out by the vault."""
    try:
        found = path.stat()
        state = (found.st_size, found.st_mtime_ns)
        with path.open("rb") as stream:
            kind = type_of(stream.read(HEAD_BYTES))
    except OSError:
        return _File(path, name, SealItem(name, path), (-1, -1))
    return _File(path, name, SealItem(name, path, kind=kind.kind, media_type=kind.media_type), state)


def _seal(
    files: Sequence[_File],
    before: Mapping[str, Sealed],
    ledger: Ledger,
    vault: Vault,
    unit: str,
    actor: str,
    tell: Progress,
) -> list[tuple[_File, Sealed]]:
    """Seal what the unit does not hold yet; each file with its piece, in the order given."""
    held = {file.path: before[digest] for file in files if before and (digest := _digest(file)) in before}
    todo = [file for file in files if file.path not in held]
    left_out: set[int] = set()

    def on_unreadable(item: SealItem, error: SaisineError) -> None:
        left_out.add(id(item))
        ledger.source(item.name, "", 0).unread = "unreadable"

    new: list[Sealed] = []
    if todo:
        items = [file.item for file in todo]
        new = vault.seal_many(items, unit=unit, actor=actor, progress=tell, on_unreadable=on_unreadable)
    pieces = iter(new)
    held |= {file.path: next(pieces) for file in todo if id(file.item) not in left_out}
    return [(file, held[file.path]) for file in files if file.path in held]


def _digest(file: _File) -> str:
    try:
        return hash_file(file.path)
    except OSError:
        return ""


def _is_unchanged(file: _File, piece: Sealed, ledger: Ledger) -> bool:
    """Whether the file on disk is still the one that was sealed: only what is kept may be read."""
    try:
        found = file.path.stat()
        same = (found.st_size, found.st_mtime_ns) == file.state and found.st_size == piece.size
    except OSError:
        same = False
    if not same:
        ledger.source(file.name, piece.sha256, piece.size).unread = "changed"
    return same


def _read_before(corpora: Corpora, pieces: Sequence[Sealed]) -> frozenset[str]:
    """The SHA-256 of those of these pieces that gave a corpus its messages: a file that no format knew lies in its
    unit too, and is told again as what it is."""
    wanted = {piece.sha256 for piece in pieces}
    found: set[str] = set()
    for info in corpora.list():
        met = {sha256_ for sha256_, _ in info.sources} & (wanted - found)
        if met:
            found |= _gave_messages(corpora, info, met)
    return frozenset(found)


def _gave_messages(corpora: Corpora, info: CorpusInfo, met: set[str]) -> set[str]:
    """Which of these sources were read into a corpus; all of them when its ledger cannot be opened."""
    try:
        sources = corpora.ledger(info.id).sources
    except SaisineError:
        return met
    return {entry.sha256 for entry in sources if entry.format is not None and entry.sha256 in met}


def _is_read_already(file: _File, piece: Sealed, known: frozenset[str], ledger: Ledger) -> bool:
    """Whether these very bytes gave their messages before: read again, they would double every figure."""
    if piece.sha256 not in known or piece.kind != "original" or not piece.size:
        return False
    ledger.source(file.name, piece.sha256, piece.size).unread = "read_before"
    return True


def _seal_ledger(vault: Vault, ledger: Ledger, unit: str, actor: str) -> None:
    """The ledger is a piece of the same unit; the same ledger is not sealed twice."""
    body = ledger_bytes(ledger)
    if sha256(body).hexdigest() not in vault.sealed_in(unit):
        item = SealItem("ledger.json", body, kind="records", media_type="application/json")
        vault.seal(item, unit=unit, actor=actor)


# ------------------------------------------------------------------ storing


def _corpus_id(unit: str, pieces: Sequence[Sealed], corpora: Corpora, *, resume: bool) -> str:
    """The same unit and sources give the same id, so that an import that starts again finds its corpus."""
    sources = "".join(sorted({piece.sha256 for piece in pieces}))
    name = sha256(f"{unit}{sources}".encode()).hexdigest()[:16]
    taken = {info.id for info in corpora.list()}
    number = 1
    while not resume and (name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return name if number == 1 else f"{name}-{number}"


def _store(
    reading: Reading,
    pieces: Sequence[Sealed],
    vault: Vault,
    corpora: Corpora,
    corpus_id: str,
    unit: str,
    actor: str,
    tell: Progress,
) -> bool:
    """Read everything into one corpus and put it in place; False when there was no message."""
    writer: CorpusWriter | None = None
    try:
        sieve = Sieve(corpora)
        for found in reading.record_batches():
            sifted = sieve.sift(found)
            sifted.tell(reading.ledger)
            if not sifted.batch.num_rows:
                continue
            if writer is None:
                writer = CorpusWriter(corpora.folder, corpus_id, unit, corpora.keys, now=reading.now)
            writer.add(sifted.batch)
            tell(writer.rows, None, "read")
        if writer is None:
            _seal_ledger(vault, reading.ledger, unit, actor)
            return False
        info = writer.finish(reading.ledger, [(piece.sha256, piece.item) for piece in pieces])
        known = [one for source in reading.sources if (one := sieve.of_source(source.sha256))]
        if known:  # of several, whose keys differ, the first: the others stay with their corpus
            # the whole of another corpus may be gone, not of this one
            kept = msgspec.structs.replace(known[0], is_all=False)
            write_side(writer.place, info, SUPPRESSED, msgspec.json.encode(kept), corpora.keys)
        # each message has its leaf before anyone sees it: none is ever shown that cannot be proved alone
        keep_rows(vault, row_groups(writer.place, info, corpora.keys), unit=unit, actor=actor)
        _seal_ledger(vault, reading.ledger, unit, actor)
        digest = sha256(manifest_bytes(info)).hexdigest()
        vault.record_artifact(f"corpora/{corpus_id}/manifest.json", digest, unit=unit, actor=actor)
        writer.publish()
        writer = None
    except OSError as error:
        raise _refusal(error, corpora.folder) from error
    finally:
        if writer is not None:
            writer.discard()
    return True


def _refusal(error: OSError, folder: Path) -> SaisineError:
    code = "corpus_disk_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "corpus_not_written"
    return SaisineError(code, folder=folder, reason=error.strerror or type(error).__name__)
