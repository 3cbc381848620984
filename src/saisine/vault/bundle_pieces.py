"""What each piece and each message of a bundle proves: its line, its bytes, its place in the signed log.

V02 the line is well formed; V22 the bytes are those of the record; V23 the record is that of the line, the
original of a copy is proved, a disclosed message belongs to its sealed tree; V09 the proof of inclusion holds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from saisine.vault.bundle_files import BundleFault, BundleFiles
from saisine.vault.bundle_messages import Disclosure, disclosure_fault
from saisine.vault.bundle_trust import read_proof, require_inclusion, told
from saisine.vault.checks import all_good
from saisine.vault.log import TAKES_IN_BYTES, Entry, LineError, fault_of, parse_line
from saisine.vault.notes import Head
from saisine.vault.opening import say_moment_en, say_moment_fr
from saisine.vault.records import Record, read_record, record_hash
from saisine.vault.report import Check, counted

_CHECKS: Final = ("V02", "V09", "V22", "V23")
_MESSAGE_FILES: Final = ("record.bin", "disclosure.json", "entry.json")


@dataclass(frozen=True, slots=True)
class Original:
    """An original that stayed at home: the piece made from it, its line, the size of the head that proves it."""

    piece: str
    seq: int
    size: int


@dataclass(slots=True)
class PieceChecks:
    """One pass over `data/items` and `data/messages`, against the heads that hold.

    `shown` are the lines proved under a head: no stamp over that head can be older than they are.
    """

    files: BundleFiles
    heads: dict[int, Head]
    pieces: int = 0
    messages: int = 0
    shown: list[Entry] = field(default_factory=list)
    originals: list[Original] = field(default_factory=list)

    def run(self) -> Iterator[Check]:
        """V02, V09, V22 and V23, each failure naming the piece and its file."""
        items, messages = _folders(self.files, "items"), _folders(self.files, "messages")
        self.pieces, self.messages = len(items), len(messages)
        joined = {record_hash(line) for line in map(self._record_line, items) if line is not None}
        failures: dict[str, list[Check]] = {number: [] for number in _CHECKS}
        for number in items:
            self._keep(failures, lambda number=number: self._check_item(number, joined))  # type: ignore[misc]
        for number in messages:
            self._keep(failures, lambda number=number: self._check_message(number))  # type: ignore[misc]
        words = [counted(self.pieces, "pièce", "item"), counted(self.messages, "message", "message")]
        fr, en = (", ".join(one[language] for one in words if one[0][:2] != "0 ") for language in (0, 1))
        for check, found in failures.items():
            yield from all_good(check, found, fr, en)

    def say_originals(self, dated: dict[int, datetime]) -> Iterator[Check]:
        """One line for each original that stayed at home; `dated` gives the earliest stamp over each head."""
        for one in self.originals:
            fr, en = "il n’est pas encore daté par un tiers", "it is not yet dated by a third party"
            if one.size in dated:
                at = dated[one.size]
                fr, en = f"il existait avant le {say_moment_fr(at)}", f"it existed before {say_moment_en(at)}"
            yield Check.verified(
                "V23",
                f"pièce {one.piece} : son original (ligne {one.seq} du journal) n’est pas joint ; {fr}",
                f"item {one.piece}: its original (line {one.seq} of the log) is not in the bundle; {en}",
            )

    @staticmethod
    def _keep(failures: dict[str, list[Check]], check: Callable[[], None]) -> None:
        try:
            check()
        except BundleFault as fault:
            failures[fault.id].append(told(fault))

    # ------------------------------------------------------------ a piece

    def _record_line(self, number: str) -> bytes | None:
        try:
            return self.files.read(f"data/items/{number}/record.json", "V23")
        except BundleFault:
            return None  # told when the piece itself is checked

    def _check_item(self, number: str, joined: set[str]) -> None:
        folder = f"data/items/{number}"
        entry, line = self._read_entry(f"{folder}/entry.json", TAKES_IN_BYTES)
        record = self._require_record(folder, entry)
        parents = [rank for rank, item in enumerate(record.parents) if item not in joined]
        self._require_content(folder, number, record, parents)
        self._require_proof(f"{folder}/{number}.tlog-proof", entry, line)
        for rank in parents:
            self._require_parent(number, f"{folder}/parent-{rank}", record.parents[rank])

    def _read_entry(self, name: str, acts: Sequence[str] | frozenset[str]) -> tuple[Entry, bytes]:
        line = self.files.read(name, "V02")
        try:
            entry = parse_line(line)
            fault = fault_of(entry)
        except LineError as error:
            raise BundleFault("V02", name, error.fr, str(error)) from error
        if fault is None and entry.act not in acts:
            fault = f"acte {entry.act}", f"act {entry.act}"
        if fault is not None:
            raise BundleFault("V02", name, *fault)
        return entry, line

    def _require_record(self, folder: str, entry: Entry) -> Record:
        name = f"{folder}/record.json"
        line = self.files.read(name, "V23")
        if record_hash(line) != entry.record:
            raise BundleFault(
                "V23", name, "n’est pas la fiche de sa ligne", "the record is not the one of its line"
            )
        try:
            return read_record(line)
        except ValueError as error:
            raise BundleFault("V23", name, "fiche illisible", str(error)) from error

    def _require_content(self, folder: str, number: str, record: Record, parents: Sequence[int]) -> None:
        """One content, and beside it nothing but its proofs and those of the originals that it names."""
        beside = {f"{folder}/{name}" for name in ("record.json", "entry.json", f"{number}.tlog-proof")}
        for rank in parents:
            beside |= {f"{folder}/parent-{rank}.entry.json", f"{folder}/parent-{rank}.tlog-proof"}
        names = [name for name in self.files.under(f"{folder}/") if name not in beside]
        if len(names) != 1:
            shown = ", ".join(name.removeprefix(f"{folder}/") for name in names) or "0"
            raise BundleFault(
                "V22",
                folder + "/",
                f"un seul contenu est attendu : {shown}",
                f"one content is expected: {shown}",
            )
        found = self.files.digest(names[0], "V22"), self.files.size(names[0])
        if found != (record.sha256, record.size):
            raise BundleFault(
                "V22", names[0], "n’est pas le contenu qui a été scellé", "not the content that was sealed"
            )

    def _require_proof(self, name: str, entry: Entry, line: bytes) -> int:
        """The size of the head that proves the line."""
        proof = read_proof(self.files, name, "V09")
        require_inclusion(proof, name, entry.seq, line, "V09")
        size = proof.head.size
        if self.heads.get(size) != proof.head:
            raise BundleFault(
                "V09",
                name,
                f"la tête n’est pas celle de data/log/{size}.note, vérifiée",
                f"the head is not that of data/log/{size}.note, verified",
            )
        self.shown.append(entry)
        return size

    def _require_parent(self, number: str, base: str, item: str) -> None:
        """The original that stayed at home: its line names the record that the copy calls its parent."""
        name = f"{base}.entry.json"
        if name not in self.files:
            raise BundleFault(
                "V23", name, "la preuve de l’original manque", "the proof of the original is missing"
            )
        entry, line = self._read_entry(name, TAKES_IN_BYTES)
        if entry.record != item:
            raise BundleFault(
                "V23", name, "n’est pas la ligne de l’original", "not the line of the original that is named"
            )
        size = self._require_proof(f"{base}.tlog-proof", entry, line)
        self.originals.append(Original(number, entry.seq, size))

    # ------------------------------------------------------------ a message

    def _check_message(self, number: str) -> None:
        folder = f"data/messages/{number}"
        self._require_only(folder, (*_MESSAGE_FILES, f"{number}.tlog-proof"))
        entry, line = self._read_entry(f"{folder}/entry.json", ("rows",))
        name = f"{folder}/disclosure.json"
        try:
            disclosure = Disclosure.from_json(self.files.read(name, "V23"))
        except ValueError as error:
            raise BundleFault("V23", name, "malformé", str(error)) from error
        record = f"{folder}/record.bin"
        fault = disclosure_fault(self.files.read(record, "V23"), disclosure, entry)
        if fault is not None:
            is_line = (entry.root, entry.count) == (disclosure.root.hex(), disclosure.count)
            raise BundleFault("V23", f"{record if is_line else f'{folder}/entry.json'}, {name}", *fault)
        self._require_proof(f"{folder}/{number}.tlog-proof", entry, line)

    def _require_only(self, folder: str, names: Sequence[str]) -> None:
        for name in self.files.under(f"{folder}/"):
            if name.removeprefix(f"{folder}/") not in names:
                raise BundleFault("V23", name, "fichier sans rôle", "a file that has no part in the proof")


def _folders(files: BundleFiles, room: str) -> list[str]:
    return sorted({name.split("/")[2] for name in files.under(f"data/{room}/")})
