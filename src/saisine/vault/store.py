"""The vault's public verbs: create, open, seal, read, find, prove, sign, stamp, export, hold, erase."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from saisine.errors import SaisineError
from saisine.vault import erasure
from saisine.vault import opening as found_at_opening
from saisine.vault.authorities import choose_authority
from saisine.vault.core import Clock, OpenVault, Progress, Random, open_keys
from saisine.vault.faults import disk_faults, fsync_folder, is_writable, write_durably
from saisine.vault.identity import FORMAT, Format, clear_unfinished
from saisine.vault.journal import create_journal
from saisine.vault.keys import BoundPartKeys, KeyStore, PartKeys, create_keys, new_id
from saisine.vault.log import REFS_PER_LINE, as_mapping, format_moment
from saisine.vault.notes import Head, TlogProof
from saisine.vault.objects import object_path, open_object
from saisine.vault.receipts import Receipt, receipt_code
from saisine.vault.records import Sealed, SealItem, State
from saisine.vault.secret_files import require_passphrase
from saisine.vault.stamps import Stamper, StampResult, dated_size, stamp_newest
from saisine.vault.writer import groups

if TYPE_CHECKING:
    from saisine.vault.bundle import BundleReport
    from saisine.vault.erasure import Erasure
    from saisine.vault.redaction import Rule
    from saisine.vault.rows import RowGroup


class Vault(OpenVault):
    """A sealed store in one folder. Safe between threads and processes; a context manager.

    >>> with Vault.open(folder, clock=clock) as vault:
    ...     sealed = vault.seal(SealItem("page.png", path, kind="screenshot"))
    ...     vault.receipt().code
    """

    def __init__(
        self, folder: Path, format_: Format, keys: KeyStore, *, clock: Clock, random: Random
    ) -> None:
        super().__init__(folder, format_, keys, clock=clock, random=random)
        self._dated: tuple[int, int] = (-1, 0)
        self._stamper: Stamper | None = None
        self.writer.quote = self._newest_cosigned

    def _newest_cosigned(self) -> tuple[str, datetime] | None:
        """What later records quote to prove that they were made after: see `saisine.vault.keeping`."""
        from saisine.vault.keeping import newest_cosigned

        return newest_cosigned(self, self.clock())

    # ------------------------------------------------------------ create, open, close

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        clock: Clock,
        random: Random = os.urandom,
        passphrase: str | None = None,
    ) -> "Vault":
        """Make an empty vault and open it. Raises `vault_exists`, `passphrase_short`, or what the disk refuses."""
        if passphrase is not None:
            require_passphrase(passphrase)
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
        random: Random = os.urandom,
        passphrase: str | None = None,
        recovery: str | None = None,
        stamper: Stamper | None = None,
        progress: Progress | None = None,
    ) -> "Vault":
        """Open a vault; set interrupted writes aside and say so in `opening`.

        `recovery` is an officer’s age identity, in place of the passphrase. Raises `vault_missing`, `vault_newer`,
        `vault_damaged`, `vault_keys_damaged`, `passphrase_needed`
        or `passphrase_wrong`. A damaged log opens for reading only: writing then raises `vault_damaged`.
        """
        format_ = Format.load(folder)
        read_only = not is_writable(folder)
        keys = open_keys(folder, passphrase, recovery=recovery, read_only=read_only, progress=progress)
        vault = cls(folder, format_, keys, clock=clock, random=random)
        vault._stamper = stamper
        vault.opening = tuple(vault.examine(read_only=read_only, passphrase=passphrase))
        return vault

    def close(self) -> None:
        """End the use of this vault: what its opening found was told."""
        if self.opening and self.is_writable:
            found_at_opening.forget_untold(self.journal)

    def __enter__(self) -> "Vault":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------ keys of what is derived

    @property
    def part_keys(self) -> PartKeys:
        """The keys of the Parquet parts made from a unit."""
        return BoundPartKeys(self.keys, self.random)

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
        `on_unreadable` and left out. A full or read-only disk is refused before the commit point, and so is a
        vault known to be forked (`vault_forked`).
        """
        self.require_unforked()
        todo = list(items)
        unit = unit or self.new_unit(is_durable=False)
        sealed: list[Sealed] = []
        for group in groups(todo):
            sealed += self.writer.seal_group(group, unit, actor, on_unreadable)
            if progress is not None:
                progress(len(sealed), len(todo), "seal")
        self.sign_head()
        return sealed

    def sealed_in(self, unit: str) -> dict[str, Sealed]:
        """What a unit already holds, by SHA-256 of the plaintext: an import that starts again skips these."""
        self.journal.refresh()
        rows = (row for row in self.catalogue.rows() if row.unit == unit)
        return {row.sha256: row for row in self._with_state(rows)}

    # ------------------------------------------------------------ read

    def items(self) -> list[Sealed]:
        """Everything sealed, but what was erased or may not be kept, in the order of the log."""
        self.journal.refresh()
        return self._with_state(row for row in self.catalogue.rows() if not row.is_barred)

    def find(self, ref: str) -> Sealed:
        """One sealed thing by line number, or by item, SHA-256 or object, whole or from 8 signs on.

        Raises `item_unknown`, `item_erased` or `item_ambiguous`.
        """
        self.journal.refresh()
        found = self.catalogue.find(ref.strip().lower())
        return self._with_state([found])[0]

    def open_item(self, item: str) -> BinaryIO:
        """The plaintext as a stream, checked while it is read. Raises `item_unknown`, `object_missing`,
        `object_damaged`, `unit_erased`."""
        sealed = self.find(item)
        if sealed.is_barred:
            raise SaisineError("item_barred", item=sealed.item)
        entry = self.journal.entries[sealed.seq]
        path = object_path(self.folder / "objects", str(entry.object))
        return open_object(path, self.keys.identity_of(sealed.unit), sealed.size, sealed.sha256)

    def read_bytes(self, item: str, limit: int = 64 << 20) -> bytes:
        """The whole plaintext. Raises `item_too_large` above `limit` bytes, and as `open_item`."""
        sealed = self.find(item)
        if sealed.size > limit:
            raise SaisineError("item_too_large", size=sealed.size, limit=limit)
        with self.open_item(sealed.item) as stream:
            return stream.read()

    def record_line(self, item: str) -> bytes:
        """The record of a sealed thing, as canonical JSON without LF: its SHA-256 is `item`."""
        return self.catalogue.record_line(self.journal.entries[self.find(item).seq])

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
        self.write_lines([fields])

    def note(self, code: str, *, count: int | None = None, actor: str = "") -> None:
        """Write a line that only carries a code (lower-case ASCII, no free text)."""
        fields: dict[str, Any] = {"act": "note", "code": code}
        fields |= {"count": count} if count is not None else {}
        self.write_lines([fields | ({"actor": actor} if actor else {})])

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

    # ------------------------------------------------------------ heads, stamps, proofs

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

    def stamp(self, only: Collection[str] | None = None) -> list[StampResult]:
        """Ask every configured authority (or `only` these) to date the newest head and all lines before it.

        Without network the head stays in the queue: the next call asks for the head that is newest then.
        """
        results = stamp_newest(
            self, now=self.clock(), random=self.random, stamper=self._stamper, only=only, clock=self.clock
        )
        for result in results:
            if result.offset_ms is not None:
                self.writer.clock_offset_ms = result.offset_ms
        return results

    def add_authority(
        self,
        name: str,
        url: str,
        root_pem: bytes,
        *,
        intermediates: Sequence[bytes] = (),
        facts: Mapping[str, Any] | None = None,
        actor: str = "",
    ) -> None:
        """Choose a time-stamp authority and pin its certificates; the log keeps the hash of all of it.

        From then on `stamp` sends 32-byte hashes to `url`. Raises `authority_malformed`.
        """
        choose_authority(self, name, url, root_pem, intermediates=intermediates, facts=facts, actor=actor)

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

    # ------------------------------------------------------------ hold, erase, bar: saisine.vault.erasure

    def hold(self, unit: str, reason: str, *, until: date | None = None, actor: str = "") -> None:
        """Keep a unit for a procedure: it cannot be erased. Raises `unit_unknown`, `unit_erased`."""
        erasure.hold(self, unit, reason, until=until, actor=actor)

    def release(self, unit: str, reason: str, *, actor: str = "") -> None:
        """End a hold. Raises `unit_not_held`."""
        erasure.release(self, unit, reason, actor=actor)

    def erase(self, unit: str, code: str, *, note: str = "", actor: str = "") -> "Erasure":
        """Destroy a unit for good: keys and files. Raises `unit_held`, `erase_reason`, `unit_unknown`."""
        return erasure.erase(self, unit, code, note=note, actor=actor)

    def bar(self, item: str, *, actor: str = "") -> list[str]:
        """Mark a piece that may not be kept, without opening it: from now on it can only be destroyed."""
        return erasure.bar(self, self.find(item), actor=actor)

    def destroy_barred(self, item: str, *, actor: str = "") -> "list[Erasure]":
        """Erase a marked piece, and every piece of the same bytes. Raises `item_not_barred`."""
        return erasure.destroy_barred(self, self.find(item), actor=actor)

    def keep_rows(self, groups: "Sequence[RowGroup]", *, unit: str, actor: str = "") -> None:
        """Seal the salted tree over an export's messages: see `saisine.vault.rows`."""
        from saisine.vault.rows import keep_rows

        keep_rows(self, groups, unit=unit, actor=actor)

    def redact(self, item: str, rules: "Sequence[Rule]", *, actor: str = "") -> Sealed:
        """Seal a copy with parts hidden; the original stays as it is. See `saisine.vault.redact`."""
        from saisine.vault.redact import redact

        return redact(self, item, rules, actor=actor)

    # ------------------------------------------------------------ export

    def export(
        self,
        items: Sequence[str],
        target: Path,
        *,
        extras: Mapping[str, bytes | Path] | None = None,
        messages: Sequence[Mapping[str, bytes]] = (),
        recipient: str = "",
        purpose: str = "",
        actor: str = "",
        progress: Progress | None = None,
    ) -> "BundleReport":
        """Write a bundle that anyone can check offline, and log it. See `saisine.vault.bundle`.

        `messages` are members of disclosed messages (`saisine.vault.rows`)."""
        from saisine.vault.bundle import build_bundle

        report = build_bundle(
            self,
            items,
            target,
            extras=extras or {},
            messages=messages,
            now=self.clock(),
            progress=progress,
        )
        facts = {"recipient": recipient, "purpose": purpose, "manifest_sha256": report.manifest_sha256}
        self.log_export(report.items, facts, actor)
        return report
