"""A corpus derived again from its sealed sources with the mappers of today, and what would change.

The new reading lies aside (`remaps/<id>/`), complete and encrypted, until a person accepts or refuses it: no search
finds it. `saisine.casework.remaps` puts it in place, with the decisions that refer to its rows.
"""

import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from saisine.errors import SaisineError
from saisine.messages.archive_streams import Limits
from saisine.messages.corpus import Corpora
from saisine.messages.corpus_files import (
    LEDGER,
    MANIFEST,
    CorpusInfo,
    CorpusWriter,
    PartKeys,
    load_ledger,
    load_manifest,
    manifest_bytes,
    part_key_name,
    sweep_unfinished,
)
from saisine.messages.differences import Compared, Difference, Numbers, Side, compare
from saisine.messages.interrupted import PLAN, SCRATCH
from saisine.messages.ledger import Ledger, Totals
from saisine.messages.reading import Reading, Source, forced_format
from saisine.messages.side_files import read_side, replace_durably, write_side
from saisine.messages.withheld import GONE, SUPPRESSED, Sieve, Suppressed, load_suppressed
from saisine.messages.zones import load_zone
from saisine.vault import Sealed, Vault

PROPOSAL: Final = "proposal.bin"
MOVES: Final = "moves.bin"
SIDES: Final = (PROPOSAL, MOVES, SUPPRESSED, PLAN)
# Files of the deposit whose messages belong to another corpus, or that were not what had been sealed.
_NOT_OURS: Final = frozenset({"read_before", "changed"})
# Kinds that hold no message: copying them to read them again would only cost time.
_NO_MESSAGES: Final = frozenset({"screenshot", "document"})
_PIECE_BYTES: Final = 1 << 20
_NAME_BYTES: Final = 200
_CHOSEN: Final = "chosen by a person"  # how the ledger marks a format that somebody named

Progress = Callable[[int, int | None, str], None]


class Proposal(msgspec.Struct, frozen=True):
    """A new reading that waits for a decision. `base_sha256` is the manifest it was compared with;
    `left_out` counts rows that were erased and are not brought back; `is_partial` as in its ledger."""

    corpus: str
    candidate: str
    base_sha256: str
    at: datetime
    difference: Difference
    totals: Totals
    left_out: int
    is_partial: bool


def propose(
    vault: Vault,
    corpora: Corpora,
    remaps: Path,
    corpus: str,
    *,
    scratch: Path,
    now: datetime,
    format_id: str | None = None,
    profile: Path | None = None,
    zone: str = "Europe/Paris",
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Proposal:
    """Read the sealed sources of a corpus again, beside it, and compare. An earlier proposal for it is dropped.

    `scratch` is the workspace's temporary folder: sources are read from a copy there, removed on return. When
    nothing differs the new reading is dropped. Raises `corpus_unknown`, `remap_source_gone`, `remap_profile`,
    `remap_empty`, and what reading and writing refuse.
    """
    vault.require_writable()
    info = corpora.info(corpus)
    ledger = corpora.ledger(corpus)
    for old in pending(remaps, corpora.keys, corpus):
        drop(remaps, old.candidate, corpora.keys)
    forced = forced_format(format_id or (None if profile else _chosen_format(ledger)), profile)
    # read as on the day of the import: what a platform calls “three hours ago” is counted from there
    reading = Reading((), info.created_at, load_zone(zone), limits or Limits(), forced)
    folder = corpora.folder / corpus
    suppressed = load_suppressed(folder, info, corpora.keys)
    pieces = _sources_of(vault, info, ledger)
    writer = CorpusWriter(
        remaps, _next_id(corpora.folder, remaps, corpus), info.unit, corpora.keys, now=info.created_at
    )
    try:
        with _copied(vault, pieces, scratch) as reading.sources:
            left_out = _read(reading, writer, Sieve(corpora, again=info), progress)
        if not writer.rows:
            raise SaisineError("remap_empty", corpus=corpus)
        found = _finish(writer, reading.ledger, info, suppressed, corpora.keys)
        compared = compare(Side(folder, info, corpora.keys), Side(writer.place, found, corpora.keys))
        made = _proposal(info, found, compared, reading.ledger, left_out, now)
        _keep(writer.place, found, made, compared, corpora.keys)
        if not made.difference.is_empty:
            writer.publish()
            return made
    except BaseException:
        _discard(writer, corpora.keys, info.unit)
        raise
    _discard(writer, corpora.keys, info.unit)
    return made


def _chosen_format(ledger: Ledger) -> str | None:
    """The format that a person had named at the import. Raises `remap_profile` when it was a profile of hers."""
    from saisine.messages.formats import FORMATS

    chosen = {entry.format for entry in ledger.sources if _CHOSEN in entry.reasons and entry.format}
    for name in chosen - {one.id for one in FORMATS}:
        raise SaisineError("remap_profile", format=name)
    return chosen.pop() if len(chosen) == 1 else None


def _sources_of(vault: Vault, info: CorpusInfo, ledger: Ledger) -> list[Sealed]:
    """The sealed exports of a corpus, in the order of its import. Raises `remap_source_gone`."""
    foreign = {entry.sha256 for entry in ledger.sources if entry.unread in _NOT_OURS}
    ours = {entry.sha256 for entry in ledger.sources if entry.unread not in _NOT_OURS}
    pieces = []
    for digest, item in info.sources:
        if digest in foreign - ours:
            continue
        try:
            piece = vault.find(item)
        except SaisineError as error:
            raise SaisineError("remap_source_gone", corpus=info.id) from error
        if piece.is_barred:
            raise SaisineError("remap_source_gone", corpus=info.id)
        if piece.size and piece.kind not in _NO_MESSAGES:
            pieces.append(piece)
    return pieces


def _next_id(corpora: Path, remaps: Path, corpus: str) -> str:
    base = corpus.partition("-r")[0]
    number = 1
    while any((folder / f"{base}-r{number}").exists() for folder in (corpora, remaps)):
        number += 1
    return f"{base}-r{number}"


# ---------------------------------------------------------------- reading


@contextmanager
def _copied(vault: Vault, pieces: Sequence[Sealed], scratch: Path) -> Iterator[list[Source]]:
    """The sources as files, for as long as they are read: archives need to go back and forth in them."""
    scratch.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=scratch) as folder:
        found = []
        for number, piece in enumerate(pieces):
            place = Path(folder) / str(number)
            place.mkdir()
            path = place / _file_name(piece.name)
            with vault.open_item(piece.item) as source, path.open("wb") as out:
                shutil.copyfileobj(source, out, _PIECE_BYTES)
            found.append(Source(path, piece.name, piece.sha256, piece.size))
        yield found


def _file_name(name: str) -> str:
    """The file's own name: formats look at it. Its end counts most, so that is what a long one keeps."""
    last = name.rpartition("/")[2].replace("\0", "")
    return last.encode()[-_NAME_BYTES:].decode(errors="ignore").lstrip(".") or "original"


def _read(reading: Reading, writer: CorpusWriter, sieve: Sieve, progress: Progress | None) -> int:
    """Read everything into the new corpus; how many rows are left out because they were erased."""
    left_out = 0
    for batch in reading.record_batches():
        sifted = sieve.sift(batch)
        sifted.tell(reading.ledger)
        left_out += sifted.withheld
        if sifted.batch.num_rows:
            writer.add(sifted.batch)
        if progress is not None:
            progress(writer.rows, None, "read")
    return left_out


def _finish(
    writer: CorpusWriter, ledger: Ledger, base: CorpusInfo, suppressed: Suppressed | None, keys: PartKeys
) -> CorpusInfo:
    """The manifest of the new reading keeps the sources, the day of the import and the tombstones of the old."""
    found = replace(writer.finish(ledger, base.sources), tombstones=base.tombstones)
    replace_durably(writer.place / MANIFEST, manifest_bytes(found))
    if suppressed is not None:
        write_side(writer.place, found, SUPPRESSED, msgspec.json.encode(suppressed), keys)
    return found


def _proposal(
    base: CorpusInfo, found: CorpusInfo, compared: Compared, ledger: Ledger, left_out: int, now: datetime
) -> Proposal:
    return Proposal(
        base.id,
        found.id,
        digest_of(base),
        now,
        compared.difference,
        ledger.totals(),
        left_out,
        ledger.is_partial or ledger.totals().failed > 0,
    )


def _keep(place: Path, found: CorpusInfo, made: Proposal, compared: Compared, keys: PartKeys) -> None:
    moves = zlib.compress(compared.moves.astype("<i8").tobytes(), 1)
    write_side(place, found, MOVES, moves, keys)
    write_side(place, found, PROPOSAL, msgspec.json.encode(made), keys)


def digest_of(info: CorpusInfo) -> str:
    """The SHA-256 of a manifest, as the log keeps it."""
    return sha256(manifest_bytes(info)).hexdigest()


# ---------------------------------------------------------------- what waits


def pending(remaps: Path, keys: PartKeys, corpus: str | None = None) -> list[Proposal]:
    """The readings that wait for a decision, of one corpus or of all; none of a unit that was erased."""
    found = []
    for path in sorted(remaps.glob(f"*/{PROPOSAL}")) if remaps.is_dir() else []:
        if path.parent.suffix == ".tmp":
            continue
        try:
            proposal = load_proposal(path.parent, keys)
        except SaisineError as error:
            if error.code not in GONE:
                raise
            continue
        if corpus in (None, proposal.corpus):
            found.append(proposal)
    return found


def load_proposal(folder: Path, keys: PartKeys) -> Proposal:
    """The proposal that lies in a folder. Raises `corpus_damaged`, or what the key store refuses."""
    body = read_side(folder, load_manifest(folder), PROPOSAL, keys)
    if body is None:
        raise SaisineError("corpus_damaged", corpus=folder.name)
    return msgspec.json.decode(body, type=Proposal)


def load_moves(folder: Path, keys: PartKeys) -> Numbers:
    """Where each row of the old reading is in the new one, by number; -1 when it is gone."""
    body = read_side(folder, load_manifest(folder), MOVES, keys)
    if body is None:
        raise SaisineError("corpus_damaged", corpus=folder.name)
    return np.frombuffer(zlib.decompress(body), "<i8").astype(np.int64)


def require_current(proposal: Proposal, corpora: Corpora) -> None:
    """Raises `remap_stale` when the corpus is no longer the one that was compared."""
    if digest_of(corpora.info(proposal.corpus)) != proposal.base_sha256:
        raise SaisineError("remap_stale", corpus=proposal.corpus)


def end_keys(folder: Path, keys: PartKeys) -> None:
    """End every key of a corpus. Done again after a stop, it ends the same."""
    try:
        info = load_manifest(folder)
    except SaisineError:
        return  # its folder was being removed: the keys went before
    for name in (*(part.name for part in info.parts), LEDGER, *SIDES):
        keys.destroy(info.unit, part_key_name(info.id, name))


def drop(remaps: Path, candidate: str, keys: PartKeys) -> None:
    """Forget a reading that was refused, or that is no longer right: its keys end, its files go."""
    end_keys(remaps / candidate, keys)
    shutil.rmtree(remaps / candidate, ignore_errors=False)


def _discard(writer: CorpusWriter, keys: PartKeys, unit: str) -> None:
    if writer.place.is_dir():
        for name in SIDES:
            keys.destroy(unit, part_key_name(writer.id, name))
        writer.discard()


def sweep(remaps: Path, keys: PartKeys, scratch: Path) -> None:
    """Remove what a stopped reading left: unfinished folders, and copies of sources in the scratch folder."""
    sweep_unfinished(remaps, keys)
    for left in scratch.glob(f"{SCRATCH}*") if scratch.is_dir() else []:
        shutil.rmtree(left, ignore_errors=True)


def ledger_of(folder: Path, keys: PartKeys) -> Ledger:
    """The ledger of a new reading."""
    return load_ledger(folder, load_manifest(folder), keys)
