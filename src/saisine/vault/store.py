"""The vault's public verbs: create, open, seal, read, find, prove, sign, stamp, export."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from saisine.errors import SaisineError
from saisine.vault import opening as found_at_opening
from saisine.vault.catalogue import Catalogue
from saisine.vault.faults import disk_faults, fsync_folder, is_writable, write_durably
from saisine.vault.identity import FORMAT, Format, clear_unfinished
from saisine.vault.journal import Journal, Reading, create_journal
from saisine.vault.keys import BoundPartKeys, KeyStore, PartKeys, create_keys, new_id
from saisine.vault.log import REFS_PER_LINE, as_mapping, format_moment
from saisine.vault.notes import Checkpoint, Head, NoteError, TlogProof, VerifierKey
from saisine.vault.objects import object_path, open_object
from saisine.vault.opening import OpeningNote
from saisine.vault.receipts import Receipt, receipt_code
from saisine.vault.records import Sealed, SealItem, State, build_act_record, record_hash
from saisine.vault.stamps import Stamper, StampResult, add_authority, ask_authorities, dated_size
from saisine.vault.writer import CLOCK_TOLERANCE_S, Writer, groups, require_code

if TYPE_CHECKING:
    from saisine.vault.bundle import BundleReport

Clock = Callable[[], datetime]
Progress = Callable[[int, int | None, str], None]


class Vault:
    """A sealed store in one folder. Safe between threads and processes; a context manager.

    >>> with Vault.open(folder, clock=clock) as vault:
    ...     sealed = vault.seal(SealItem("page.png", path, kind="screenshot"))
    ...     vault.receipt().code
    """

    def __init__(
        self, folder: Path, format_: Format, keys: KeyStore, *, clock: Clock, random: Callable[[int], bytes]
    ) -> None:
        self.folder = folder
        self.origin = format_.origin
        self.opening: tuple[OpeningNote, ...] = ()
        self.journal = Journal(folder)
        self._keys = keys
        self._clock = clock
        self._random = random
        self._catalogue = Catalogue(self.journal, keys)
        self._writer = Writer(self.journal, keys, self._catalogue, clock=clock, random=random)
        self._refusal: SaisineError | None = None
        self._dated: tuple[int, int] = (-1, 0)
        self._stamper: Stamper | None = None

    # ------------------------------------------------------------ create, open, close

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        clock: Clock,
        random: Callable[[int], bytes] = os.urandom,
        passphrase: str | None = None,
    ) -> "Vault":
        """Make an empty vault and open it. Raises `vault_exists`, or what the disk refuses."""
        with disk_faults(folder.parent):
            clear_unfinished(folder)
            origin = f"vault.saisine.invalid/{new_id(random)}"
            for part in ("objects", "trust/tsa", "trust/witnesses", "keys", "lost"):
                (folder / part).mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            (folder / "keys").chmod(0o700)
            create_journal(folder)
            key = create_keys(folder / "keys", origin, random, passphrase)
            write_durably(folder / "trust" / "vault.vkey", f"{key.to_text()}\n".encode())
            write_durably(folder / "trust" / "vault.pem", key.to_pem().encode())
            # Last: a folder without FORMAT is no vault, whatever a stop left in it.
            write_durably(folder / "FORMAT", f"{FORMAT}\n{origin}\n{format_moment(clock())}\n".encode())
            fsync_folder(folder.parent)
        return cls.open(folder, clock=clock, random=random, passphrase=passphrase)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        clock: Clock,
        random: Callable[[int], bytes] = os.urandom,
        passphrase: str | None = None,
        stamper: Stamper | None = None,
    ) -> "Vault":
        """Open a vault; set interrupted writes aside and say so in `opening`.

        Raises `vault_missing`, `vault_newer`, `vault_damaged`, `vault_keys_damaged`, `passphrase_needed`
        or `passphrase_wrong`. A damaged log opens for reading only: writing then raises `vault_damaged`.
        """
        format_ = Format.load(folder)
        read_only = not is_writable(folder)
        keys = KeyStore.open(folder / "keys", passphrase, read_only=read_only)
        vault = cls(folder, format_, keys, clock=clock, random=random)
        vault._stamper = stamper
        try:
            vault.opening = tuple(vault._examine(read_only=read_only))
        except BaseException:
            keys.close()
            raise
        return vault

    def close(self) -> None:
        self._keys.close()

    def __enter__(self) -> "Vault":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _examine(self, *, read_only: bool) -> Iterator[OpeningNote]:
        if read_only:
            self._refusal = SaisineError("vault_not_writable", folder=self.folder, reason="read-only")
            yield OpeningNote.of("read_only")
            yield from self._read_log()
            return
        try:
            with disk_faults(self.folder), self.journal.locked():
                yield from self._repair()
        except SaisineError as error:
            if error.code != "vault_busy":
                raise
            yield OpeningNote.of("busy")
            yield from self._read_log()

    def _read_log(self) -> Iterator[OpeningNote]:
        """Load the log without touching anything; refuse writing when it does not fit."""
        with disk_faults(self.folder):
            found = self.journal.load()
        reason = found_at_opening.find_damage(self.journal, found, self._verifier_key())
        if reason is not None:
            yield self._freeze(reason)

    def _freeze(self, reason: str) -> OpeningNote:
        """From now on this vault only reads, up to the fault."""
        self._refusal = SaisineError("vault_damaged", reason=reason)
        self.journal.is_damaged = True
        return OpeningNote.of("damaged", reason=reason)

    def _repair(self) -> Iterator[OpeningNote]:
        """Under the lock: load, set aside, sign what has no head."""
        found = self.journal.load()
        reason = found_at_opening.find_damage(self.journal, found, self._verifier_key())
        if reason is not None:
            yield self._freeze(reason)
            return
        known = self._keys.units()
        without = {entry.unit for entry in self.journal.entries if isinstance(entry.unit, str)} - set(known)
        if without:
            self._refusal = SaisineError("vault_keys_older", count=len(without))
            yield OpeningNote.of("keys_older", count=len(without))
            return
        yield from self._set_aside(found)
        self._sign()

    def _set_aside(self, found: Reading) -> Iterator[OpeningNote]:
        now = self._clock()
        back_s = (self.journal.entries[-1].moment - now).total_seconds() if self.journal.entries else 0.0
        if back_s > CLOCK_TOLERANCE_S:
            yield OpeningNote.of("clock_back", seconds=round(back_s))
        torn = found_at_opening.keep_torn_tail(self.journal, found, now)
        if torn is not None:
            self._writer.append([{"act": "note", "code": "repair_torn"}])
            yield torn
        aside = found_at_opening.sweep(self.journal, now)
        if aside is not None:
            self._writer.append([{"act": "note", "code": "repair_interrupted", "count": aside.files}])
            yield found_at_opening.interrupted_note(aside)

    # ------------------------------------------------------------ what this vault is

    @property
    def is_protected(self) -> bool:
        """Whether a passphrase protects the keys; without one they lie readable in the folder."""
        return self._keys.is_protected

    @property
    def is_writable(self) -> bool:
        return self._refusal is None

    @property
    def part_keys(self) -> PartKeys:
        """The keys of the Parquet parts made from a unit."""
        return BoundPartKeys(self._keys, self._random)

    def new_unit(self) -> str:
        """A new unit of erasure, its key durable before anything is sealed for it."""
        self._require_writable()
        unit = new_id(self._random)
        self._keys.add_unit(unit, format_moment(self._clock()))
        return unit

    # ------------------------------------------------------------ seal

    def seal(self, item: SealItem, *, unit: str | None = None, actor: str = "") -> Sealed:
        """Seal one thing; on return it is durable, logged and in a signed head."""
        return self.seal_many([item], unit=unit, actor=actor)[0]

    def seal_many(
        self,
        items: Iterable[SealItem],
        *,
        unit: str | None = None,
        actor: str = "",
        progress: Progress | None = None,
        on_unreadable: Callable[[SealItem, SaisineError], None] | None = None,
    ) -> list[Sealed]:
        """Seal many things by groups of 1,000, each durable before the next begins.

        A source that cannot be read stops the call (`source_unreadable`), or is handed to
        `on_unreadable` and left out. A full or read-only disk is refused before the commit point.
        """
        self._require_writable()
        todo = list(items)
        unit = unit or self.new_unit()
        sealed: list[Sealed] = []
        for group in groups(todo):
            sealed += self._writer.seal_group(group, unit, actor, on_unreadable)
            if progress is not None:
                progress(len(sealed), len(todo), "seal")
        self.sign_head()
        return sealed

    def sealed_in(self, unit: str) -> dict[str, Sealed]:
        """What a unit already holds, by SHA-256 of the plaintext: an import that starts again skips these."""
        self.journal.refresh()
        rows = (row for row in self._catalogue.rows() if row.unit == unit)
        return {row.sha256: row for row in self._with_state(rows)}

    # ------------------------------------------------------------ read

    def items(self) -> list[Sealed]:
        """Everything sealed and not erased, in the order of the log."""
        self.journal.refresh()
        return self._with_state(self._catalogue.rows())

    def find(self, ref: str) -> Sealed:
        """One sealed thing by item, line number, SHA-256, or a unique prefix of 8 signs or more.

        Raises `item_unknown` or `item_ambiguous`.
        """
        self.journal.refresh()
        found = self._catalogue.find(ref.strip().lower())
        return self._with_state([found])[0]

    def open_item(self, item: str) -> BinaryIO:
        """The plaintext as a stream, checked while it is read. Raises `item_unknown`, `object_missing`,
        `object_damaged`, `unit_erased`."""
        sealed = self.find(item)
        entry = self.journal.entries[sealed.seq]
        path = object_path(self.folder / "objects", str(entry.object))
        return open_object(path, self._keys.identity_of(sealed.unit), sealed.size, sealed.sha256)

    def read_bytes(self, item: str, limit: int = 64 << 20) -> bytes:
        """The whole plaintext. Raises `item_too_large` above `limit` bytes, and as `open_item`."""
        sealed = self.find(item)
        if sealed.size > limit:
            raise SaisineError("item_too_large", size=sealed.size, limit=limit)
        with self.open_item(sealed.item) as stream:
            return stream.read()

    def record_line(self, item: str) -> bytes:
        """The record of a sealed thing, as canonical JSON without LF: its SHA-256 is `item`."""
        return self._catalogue.record_line(self.journal.entries[self.find(item).seq])

    def entry_line(self, seq: int) -> bytes:
        """One line of the log without its LF."""
        self.journal.refresh()
        return self.journal.line(seq)

    def log_entries(self) -> Iterator[dict[str, Any]]:
        """Every line of the log as plain values."""
        self.journal.refresh()
        return map(as_mapping, list(self.journal.entries))

    # ------------------------------------------------------------ acts beside sealing

    def log_access(self, unit_or_item: str, count: int = 1, actor: str = "") -> None:
        """Note that originals were opened: one line per person, unit and session."""
        unit = unit_or_item if len(unit_or_item) == 26 else self.find(unit_or_item).unit
        fields = {"act": "access", "unit": unit, "count": count, **({"actor": actor} if actor else {})}
        self._write([fields])

    def note(self, code: str, *, count: int | None = None, actor: str = "") -> None:
        """Write a line that only carries a code (lower-case ASCII, no free text)."""
        fields: dict[str, Any] = {"act": "note", "code": code}
        fields |= {"count": count} if count is not None else {}
        self._write([fields | ({"actor": actor} if actor else {})])

    def record_artifact(self, name: str, sha256: str, *, unit: str | None = None, actor: str = "") -> str:
        """Log the hash of a file made from sealed things (a corpus part, a dossier); return its record."""
        facts = {"name": name, "sha256": sha256}
        base: dict[str, Any] = {"act": "note", "code": "artifact"}
        return self.write_act("artifact", facts, [base], unit=unit, actor=actor)

    def log_export(self, refs: Sequence[str], facts: Mapping[str, object], actor: str = "") -> str:
        """Log that a bundle was made; who and why stand in the encrypted record, whose hash is returned."""
        groups = [refs[start : start + REFS_PER_LINE] for start in range(0, len(refs), REFS_PER_LINE)] or [()]
        lines = [{"act": "export", "refs": list(group), "count": len(refs)} for group in groups]
        return self.write_act("export", facts, lines, actor=actor)

    def write_act(
        self,
        kind: str,
        facts: Mapping[str, object],
        lines: Sequence[dict[str, Any]],
        *,
        unit: str | None = None,
        actor: str = "",
    ) -> str:
        """Lines that share one encrypted record (no object). Returns the hash of that record."""
        self._require_writable()
        require_code(actor)
        unit = unit or self.new_unit()
        record = build_act_record(self._random(32), kind, facts)
        recipient = self._keys.recipient_of(unit)
        shared = {"unit": unit, "record": record_hash(record), **({"actor": actor} if actor else {})}
        with disk_faults(self.folder), self._writer.batch() as batch:
            self._writer.commit(batch, [record], recipient, [{**line, **shared} for line in lines])
        self.sign_head()
        return record_hash(record)

    def _write(self, fields: Sequence[Mapping[str, Any]]) -> None:
        self._require_writable()
        for one in fields:
            require_code(one.get("actor", ""))
            require_code(one.get("code", ""))
        with disk_faults(self.folder), self.journal.locked():
            self.journal.refresh()
            self._writer.append(fields)
        self.sign_head()

    def _require_writable(self) -> None:
        if self._refusal is not None:
            raise self._refusal

    # ------------------------------------------------------------ heads, stamps, proofs

    def sign_head(self) -> Head | None:
        """Sign the log as it stands; the newest head when it already covers every line; None when empty."""
        self._require_writable()
        with disk_faults(self.folder), self.journal.locked():
            self.journal.refresh()
            return self._sign()

    def _sign(self) -> Head | None:
        journal = self.journal
        if journal.size == 0:
            return None
        if journal.has_head(journal.size):
            return journal.head(journal.size)
        head = Head.sign(Checkpoint(self.origin, journal.size, journal.tree.root()), self._keys.signing_key)
        journal.keep_head(head)
        return head

    def _verifier_key(self) -> VerifierKey | None:
        try:
            return VerifierKey.from_text((self.folder / "trust" / "vault.vkey").read_text("utf-8"))
        except (OSError, UnicodeDecodeError, NoteError):
            return None

    def last_head(self) -> Head:
        """The newest head; signs one when lines have none yet. Raises `vault_empty`."""
        head = self.sign_head() if self.is_writable else self.journal.last_head()
        if head is None:
            raise SaisineError("vault_empty")
        if head.size > self.journal.size:  # a damaged log: the lines under this head cannot all be read
            raise self._refusal or SaisineError("vault_damaged", reason=f"head {head.size}")
        return head

    def receipt(self) -> Receipt:
        """The receipt of everything up to now. Raises `vault_empty`."""
        return self._receipt_of(self.last_head())

    def receipt_at(self, size: int) -> Receipt:
        """The receipt given when the log had `size` lines. Raises `vault_empty` when no head was signed there."""
        self.journal.refresh()
        if not self.journal.has_head(size):
            raise SaisineError("vault_empty")
        return self._receipt_of(self.journal.head(size))

    def _receipt_of(self, head: Head) -> Receipt:
        at = self.journal.entries[head.size - 1].moment
        return Receipt(self.origin, head.size, head.root.hex(), at, receipt_code(head), head.to_text())

    def proof(self, item: str) -> str:
        """The `.tlog-proof` of a sealed thing against the newest head."""
        return self.proof_of(self.find(item).seq, self.last_head()).to_text()

    def proof_of(self, seq: int, head: Head) -> TlogProof:
        """The proof that line `seq` is in `head`."""
        return TlogProof(seq, tuple(self.journal.tree.inclusion(seq, head.size)), head)

    def stamp(self) -> list[StampResult]:
        """Ask every configured authority to date the newest head; it dates all lines before it too.

        Without network the head stays in the queue: the next call asks for the head that is newest then.
        """
        head = self.last_head()
        results = ask_authorities(self.folder, head, self._stamper, self._random)
        for result in results:
            if result.state == "refused":
                self._write([{"act": "note", "code": "stamp_refused"}])
        return results

    def add_authority(
        self, name: str, url: str, root_pem: bytes, *, facts: Mapping[str, Any] | None = None
    ) -> None:
        """Choose a time-stamp authority and pin its root; the log keeps the hash of that certificate.

        From then on `stamp` sends 32-byte hashes to `url`. Raises `authority_malformed`.
        """
        self._require_writable()
        with disk_faults(self.folder):
            add_authority(self.folder, name, url, root_pem, facts=facts)
        self._write([{"act": "note", "code": "authority", "root": hashlib.sha256(root_pem).hexdigest()}])

    def state_of(self, seq: int) -> State:
        """`dated` when the line is in a head whose time stamp verifies, else `not_yet_dated`."""
        return "dated" if seq < self._dated_size() else "not_yet_dated"

    def _dated_size(self) -> int:
        changed = self.journal.heads.stat().st_mtime_ns
        if self._dated[0] != changed:
            self._dated = (changed, dated_size(self.folder, self.journal))
        return self._dated[1]

    def _with_state(self, rows: Iterable[Sealed]) -> list[Sealed]:
        dated = self._dated_size()
        return [replace(row, state="dated") if row.seq < dated else row for row in rows]

    # ------------------------------------------------------------ export

    def export(
        self,
        items: Sequence[str],
        target: Path,
        *,
        extras: Mapping[str, bytes | Path] | None = None,
        recipient: str = "",
        purpose: str = "",
        actor: str = "",
        progress: Progress | None = None,
    ) -> "BundleReport":
        """Write a bundle that anyone can check offline, and log it. See `saisine.vault.bundle`."""
        from saisine.vault.bundle import build_bundle

        report = build_bundle(self, items, target, extras=extras or {}, now=self._clock(), progress=progress)
        facts = {"recipient": recipient, "purpose": purpose, "manifest_sha256": report.manifest_sha256}
        self.log_export(report.items, facts, actor)
        return report
