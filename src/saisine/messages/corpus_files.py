"""Immutable, encrypted Parquet corpora: one folder per import, written aside and put in place at the end.

    corpora/<id>/manifest.json       what it is made of, without names or texts
    corpora/<id>/part-0000.parquet   100,000 rows sorted by (created_at, message_id), one row group, zstd
    corpora/<id>/ledger.bin          the ledger, encrypted: it holds file names

Each part has its own key, kept in the vault's key store and nowhere in the file (Parquet modular encryption,
AES-GCM-256, encrypted footer): destroying the key ends the part.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO, Any, Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from saisine.errors import SaisineError
from saisine.messages.ledger import Ledger
from saisine.messages.schema import ARROW_SCHEMA, SCHEMA_VERSION

PART_ROWS: Final = 100_000
# A part is closed early when its texts weigh this much: a column of one row group must stay below 2 GiB.
PART_BYTES: Final = 512 << 20
MANIFEST: Final = "manifest.json"
LEDGER: Final = "ledger.bin"
NONCE_BYTES: Final = 12


class PartKeys(Protocol):
    """Keys of parts, each bound to a unit of erasure (`saisine.vault` gives them)."""

    def create(self, unit: str, part: str) -> bytes: ...
    def get(self, unit: str, part: str) -> bytes: ...
    def destroy(self, unit: str, part: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file: its rows, its span of `created_at` (None when no row has one), its bytes' hash."""

    name: str
    rows: int
    sha256: str
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of rows that were erased: an act (random id), when, a reason of the closed list, how many."""

    id: str
    at: datetime
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class CorpusInfo:
    """What a manifest says. `sources` pairs the SHA-256 of each source with its item in the vault, or ""."""

    id: str
    created_at: datetime
    unit: str
    rows: int
    parts: tuple[Part, ...]
    sources: tuple[tuple[str, str], ...]
    mappers: tuple[str, ...]
    ledger_sha256: str
    tombstones: tuple[Tombstone, ...] = ()

    def item_of(self, source_sha256: str) -> str:
        """The vault item that a row's `source_sha256` names; "" when it is not known."""
        return dict(self.sources).get(source_sha256, "")


class CorpusWriter:
    """Writes one corpus in `<id>.tmp`, under a lock that tells a live writer from a killed one."""

    def __init__(self, folder: Path, corpus_id: str, unit: str, keys: PartKeys, *, now: datetime) -> None:
        self.id = corpus_id
        self._final = folder / corpus_id
        self._folder = folder / f"{corpus_id}.tmp"
        self._unit = unit
        self._keys = keys
        self._now = now
        self._batches: list[pa.RecordBatch] = []
        self._waiting = 0
        self._weight = 0
        self._parts: list[Part] = []
        self._mappers: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)
        if self._folder.exists():
            _remove_unfinished(self._folder, keys)
        self._folder.mkdir(mode=0o700)
        self._lock = _hold(self._folder)
        _write_durably(self._folder / "unit", unit.encode())

    @property
    def place(self) -> Path:
        """The folder that is being written: not visible before `publish`."""
        return self._folder

    @property
    def rows(self) -> int:
        return self._waiting + sum(part.rows for part in self._parts)

    def add(self, batch: pa.RecordBatch) -> None:
        """Take some rows of `ARROW_SCHEMA`; a full part is written at once."""
        self._mappers.update(batch.column("mapper").dictionary.to_pylist())
        self._batches.append(batch)
        self._waiting += batch.num_rows
        self._weight += batch.nbytes
        if self._waiting >= PART_ROWS or self._weight >= PART_BYTES:
            self._write_part()

    def _write_part(self) -> None:
        table = pa.Table.from_batches(self._batches).unify_dictionaries()
        self._batches, self._waiting, self._weight = [], 0, 0
        by = [("created_at", "ascending", "at_end"), ("message_id", "ascending", "at_end")]
        order = pc.sort_indices(table, sort_keys=by)
        table = table.take(order).combine_chunks()
        name = f"part-{len(self._parts):04d}.parquet"
        self._parts.append(write_part(self._folder, self.id, self._unit, name, table, self._keys))

    def finish(self, ledger: Ledger, sources: Sequence[tuple[str, str]]) -> CorpusInfo:
        """Write what is left, the ledger and the manifest, each durable; not visible before `publish`."""
        if self._waiting:
            self._write_part()
        body = ledger_bytes(ledger)
        key = self._keys.create(self._unit, part_key_name(self.id, LEDGER))
        nonce = sha256(key + body).digest()[:NONCE_BYTES]  # one message per key
        sealed = nonce + AESGCM(key).encrypt(nonce, body, _aad(self.id, LEDGER))
        _write_durably(self._folder / LEDGER, sealed)
        info = CorpusInfo(
            self.id,
            self._now,
            self._unit,
            self.rows,
            tuple(self._parts),
            tuple(sources),
            tuple(sorted(self._mappers)),
            sha256(body).hexdigest(),
        )
        _write_durably(self._folder / MANIFEST, manifest_bytes(info))
        return info

    def publish(self) -> None:
        """Put the corpus in its place: from here on it is visible, whole."""
        _fsync(self._folder)
        os.rename(self._folder, self._final)
        _fsync(self._final.parent)
        (self._final / "lock").unlink(missing_ok=True)
        self._lock.close()

    def discard(self) -> None:
        """Remove everything written so far and end its keys."""
        _remove_unfinished(self._folder, self._keys)
        self._lock.close()


def write_part(folder: Path, corpus_id: str, unit: str, name: str, table: pa.Table, keys: PartKeys) -> Part:
    """Write sorted rows as one part under a key of its own, durable on return."""
    path = folder / name
    key = keys.create(unit, part_key_name(corpus_id, name))
    pq.write_table(
        table,
        path,
        compression="zstd",
        row_group_size=max(1, table.num_rows),
        use_dictionary=DICTIONARY_COLUMNS,
        write_statistics=False,
        data_page_version="1.0",
        encryption_properties=pe.create_encryption_properties(key, aad_prefix=_aad(corpus_id, name)),
    )
    _fsync(path)
    span = pc.min_max(table["created_at"]).as_py()
    with path.open("rb") as written:
        digest = file_sha256(written)
    return Part(name, table.num_rows, digest, span["min"], span["max"])


# zstd over plain pages beats a dictionary on columns whose values do not repeat
DICTIONARY_COLUMNS: Final = [
    *(one.name for one in ARROW_SCHEMA if pa.types.is_dictionary(one.type)),
    "author_id",
    "author_handle",
    "author_name",
    "target_id",
    "target_handle",
    "created_at_source",
]


def part_key_name(corpus_id: str, name: str) -> str:
    return f"{corpus_id}/{name}"


def _aad(corpus_id: str, name: str) -> bytes:
    """Binds the bytes to their place: a part cannot be passed off as another."""
    return part_key_name(corpus_id, name).encode()


def ledger_bytes(ledger: Ledger) -> bytes:
    return json.dumps(ledger.as_json(), ensure_ascii=False, sort_keys=True).encode(
        "utf-8", "backslashreplace"
    )


def manifest_bytes(info: CorpusInfo) -> bytes:
    document = {
        "schema_version": SCHEMA_VERSION,
        "id": info.id,
        "created_at": info.created_at.isoformat(),
        "unit": info.unit,
        "rows": info.rows,
        "mappers": info.mappers,
        "sources": [{"sha256": digest, "item": item} for digest, item in info.sources],
        "parts": [
            {
                "name": part.name,
                "rows": part.rows,
                "sha256": part.sha256,
                "first_at": part.first_at.isoformat() if part.first_at else None,
                "last_at": part.last_at.isoformat() if part.last_at else None,
            }
            for part in info.parts
        ],
        "ledger_sha256": info.ledger_sha256,
        "tombstones": [
            {"id": one.id, "at": one.at.isoformat(), "reason": one.reason, "count": one.count}
            for one in info.tombstones
        ],
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def load_manifest(folder: Path) -> CorpusInfo:
    """The description of one corpus. Raises `corpus_damaged` or `corpus_newer`."""
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
        if found["schema_version"] > SCHEMA_VERSION:
            raise SaisineError("corpus_newer", corpus=folder.name)
        return CorpusInfo(
            found["id"],
            datetime.fromisoformat(found["created_at"]),
            found["unit"],
            found["rows"],
            tuple(_part_from(part) for part in found["parts"]),
            tuple((source["sha256"], source["item"]) for source in found["sources"]),
            tuple(found["mappers"]),
            found["ledger_sha256"],
            tuple(_tombstone_from(one) for one in found["tombstones"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SaisineError("corpus_damaged", corpus=folder.name) from error


def _part_from(part: dict[str, Any]) -> Part:
    first, last = (
        None if part[name] is None else datetime.fromisoformat(part[name]) for name in ("first_at", "last_at")
    )
    return Part(part["name"], part["rows"], part["sha256"], first, last)


def _tombstone_from(one: dict[str, Any]) -> Tombstone:
    return Tombstone(one["id"], datetime.fromisoformat(one["at"]), one["reason"], one["count"])


def load_ledger(folder: Path, info: CorpusInfo, keys: PartKeys) -> Ledger:
    """The ledger kept with a corpus. Raises `corpus_damaged`, or what the key store refuses."""
    key = keys.get(info.unit, part_key_name(info.id, LEDGER))
    try:
        body = (folder / LEDGER).read_bytes()
        plain = AESGCM(key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], _aad(info.id, LEDGER))
        return Ledger.from_json(json.loads(plain))
    except (OSError, ValueError, InvalidTag) as error:
        raise SaisineError("corpus_damaged", corpus=info.id) from error


def open_part(folder: Path, info: CorpusInfo, part: Part, keys: PartKeys) -> pq.ParquetFile:
    """One part, decrypted as it is read. Raises `corpus_damaged`, or what the key store refuses."""
    key = keys.get(info.unit, part_key_name(info.id, part.name))
    try:
        return pq.ParquetFile(
            folder / part.name,
            decryption_properties=pe.create_decryption_properties(key, aad_prefix=_aad(info.id, part.name)),
            pre_buffer=False,
        )
    except (OSError, pa.ArrowException) as error:
        raise SaisineError("corpus_damaged", corpus=info.id) from error


# ------------------------------------------------------------------ unfinished corpora


def sweep_unfinished(folder: Path, keys: PartKeys) -> list[str]:
    """Remove corpora whose writer was stopped, and end their keys; a writer at work is left alone."""
    removed = []
    for path in sorted(folder.glob("*.tmp")) if folder.is_dir() else []:
        if _is_written_now(path):
            continue
        _remove_unfinished(path, keys)
        removed.append(path.name.removesuffix(".tmp"))
    return removed


def _remove_unfinished(folder: Path, keys: PartKeys) -> None:
    try:
        unit = (folder / "unit").read_text("ascii")
    except (OSError, UnicodeDecodeError):
        unit = ""
    corpus_id = folder.name.removesuffix(".tmp")
    count = len(list(folder.glob("part-*.parquet")))
    if unit:
        for name in (*(f"part-{number:04d}.parquet" for number in range(count + 1)), LEDGER):
            keys.destroy(unit, part_key_name(corpus_id, name))
    shutil.rmtree(folder)


def _hold(folder: Path) -> IO[bytes]:
    lock = (folder / "lock").open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lock


def _is_written_now(folder: Path) -> bool:
    try:
        with (folder / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


# ------------------------------------------------------------------ disk


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_durably(path: Path, body: bytes) -> None:
    with path.open("wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())


def file_sha256(stream: IO[bytes]) -> str:
    return file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
