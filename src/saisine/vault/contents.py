"""The checks of contents: V22 to V24 of docs/vault.md, in one pass with those of objects (V18 to V21).

With the keys, the plaintext of each object must have the hash and size of its record.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import BinaryIO

import msgspec
import pyrage

from saisine.errors import SaisineError
from saisine.vault.checks import all_good
from saisine.vault.faults import read_regular, said
from saisine.vault.keys import KeyStore
from saisine.vault.log import TAKES_IN_BYTES, Entry
from saisine.vault.object_checks import Findings, ObjectChecks
from saisine.vault.objects import open_object
from saisine.vault.records import Record, read_record, record_hash
from saisine.vault.report import Check, CheckState, counted
from saisine.vault.row_checks import Opener, Original, RowsFinder, check_rows
from saisine.vault.snapshot import Snapshot
from saisine.vault.standing import Standing

Progress = Callable[[int, int | None, str], None]
# What looks into one kind of piece: it gets the plaintext as a stream and gives numbered findings
# (number, state, French, English). The vault imports nothing to its right: callers pass them in.
Checker = Callable[[BinaryIO], Iterable[tuple[str, CheckState, str, str]]]


class ContentChecks:
    """V18 to V24 over one snapshot. `keys` is None when contents are not opened, `why` says the reason."""

    def __init__(
        self,
        snapshot: Snapshot,
        keys: KeyStore | None,
        why: tuple[str, str],
        progress: Progress | None,
        checkers: Mapping[str, Checker],
        finder: RowsFinder | None = None,
    ) -> None:
        self._snapshot = snapshot
        self._keys = keys
        self._why = why
        self._progress = progress
        self._found = Findings()
        self._records: dict[str, list[bytes] | None] = {}
        self._checkers = checkers
        self._looked_into: list[Check] = []
        self._finder = finder
        self._not_reread: list[Check] = []
        self._by_item = {
            str(entry.record): entry for entry in snapshot.good_entries() if entry.act in TAKES_IN_BYTES
        }
        self._standing = Standing()
        for entry in snapshot.good_entries():
            self._standing.take(entry)
        self._erased = set(self._standing.erased)
        self._objects = ObjectChecks(snapshot, self._standing, self._found)
        self._seen = 0
        self.ledgers = 0  # pieces that list what an import read; known with the keys alone

    def run(self) -> Iterator[Check]:
        self._check_keys()
        known = {str(one.record) for one in self._snapshot.good_entries()}
        entries = [
            one for one in self._snapshot.good_entries() if not isinstance(one.unit, msgspec.UnsetType)
        ]
        for number, entry in enumerate(entries, 1):
            self._check_entry(entry, known)
            if self._progress is not None and (number % 100 == 0 or number == len(entries)):
                self._progress(number, len(entries), "verify")
        yield from self._tell()

    # ------------------------------------------------------------ one line

    def _check_entry(self, entry: Entry, known: set[str]) -> None:
        unit = str(entry.unit)
        record = self._check_record(entry, known)
        if not isinstance(entry.object, str):
            return
        if unit in self._erased or self._is_item(entry, self._standing.erased_items):
            self._objects.named.add(entry.object)
            self._objects.check_gone(entry.object, entry)
            return
        if self._is_item(entry, self._standing.barred) and not self._objects.path(entry.object).exists():
            self._objects.away += 1  # a restored backup never holds what may not be kept
            return
        plain = self._objects.check(entry.object, entry, self._identity(unit, entry))
        if plain is None or record is None or entry.act not in (*TAKES_IN_BYTES, "rows"):
            return
        self._found.contents += 1
        self.ledgers += record.kind == "records" and not self._is_item(entry, self._standing.barred)
        if (plain.hash.hexdigest(), plain.size) != (record.sha256, record.size):
            self._found.fail(
                "V22",
                f"{_label_fr(entry, record)} : le contenu n’est pas celui de sa fiche",
                f"{_label_en(entry, record)}: the content is not the one of its record",
            )
        elif entry.act == "rows":
            self._check_rows(entry, record)
        elif record.kind in self._checkers:
            self._look_into(entry, record)

    def _check_rows(self, entry: Entry, record: Record) -> None:
        """V23 for the tree over an export's messages: its root, and its rows in the originals."""
        found = check_rows(
            entry,
            self._opener(entry, record),
            original_of=self._original_of if self._finder else None,
            finder=self._finder,
        )
        for check in found:
            if check.state == "failed":
                self._found.failures.setdefault("V23", []).append(check)
            elif check.state == "not_checked":
                self._not_reread.append(check)

    def _opener(self, entry: Entry, record: Record) -> Opener:
        identity = self._identity(str(entry.unit), entry)
        path = self._objects.path(str(entry.object))

        def opened() -> BinaryIO:
            if identity is None:
                raise SaisineError("object_damaged", object=path.name, reason="key")
            return open_object(path, identity, record.size, record.sha256)

        return opened

    def _original_of(self, item: str) -> Original | None:
        """The sealed source of rows; None when it was erased or set aside."""
        standing = self._standing
        entry = self._by_item.get(item)
        if entry is None or item in standing.erased_items or item in standing.barred:
            return None
        if entry.unit in standing.erased or isinstance(entry.rec, msgspec.UnsetType):
            return None
        lines = self._records.get(entry.rec.object)
        if lines is None or entry.rec.line >= len(lines):
            raise SaisineError("record_unreadable", seq=entry.seq, reason="V22")
        record = read_record(lines[entry.rec.line])
        return Original(record.name, record.size, self._opener(entry, record))

    def _is_item(self, entry: Entry, items: Container[str]) -> bool:
        return isinstance(entry.record, str) and entry.record in items

    def _look_into(self, entry: Entry, record: Record) -> None:
        """V24 for one piece; barred pieces are never opened."""
        identity = self._identity(str(entry.unit), entry)
        if identity is None or self._is_item(entry, self._standing.barred):
            return
        path = self._objects.path(str(entry.object))
        try:
            with open_object(path, identity, record.size, record.sha256) as stream:
                found = list(self._checkers[record.kind](stream))
        except SaisineError as error:
            found = [("V24", "failed", error.what("fr"), error.what("en"))]
        for number, state, fr, en in found:
            label_fr, label_en = _label_fr(entry, record), _label_en(entry, record)
            if state == "failed":
                self._looked_into.append(
                    Check.failed("V24", f"{label_fr}, {number} : {fr}", f"{label_en}, {number}: {en}")
                )
            elif state == "not_checked":
                self._looked_into.append(
                    Check.not_checked("V24", f"{label_fr}, {number} : {fr}", f"{label_en}, {number}: {en}")
                )
        self._seen += 1

    def _identity(self, unit: str, entry: Entry) -> "pyrage.x25519.Identity | None":
        if self._keys is None:
            return None
        try:
            return self._keys.identity_of(unit)
        except SaisineError as error:
            self._found.fail(
                "V22",
                f"ligne {entry.seq} : clé illisible ({error.what('fr')})",
                f"line {entry.seq}: the key cannot be read ({error.what('en')})",
            )
            return None

    # ------------------------------------------------------------ records

    def _check_record(self, entry: Entry, known: set[str]) -> Record | None:
        """V23 for one line: the record has the hash that the line gives, a full nonce, known parents."""
        if isinstance(entry.rec, msgspec.UnsetType):
            return None
        name, unit = entry.rec.object, str(entry.unit)
        if name not in self._records:
            self._records[name] = self._load_records(name, unit, entry)
        lines = self._records[name]
        if lines is None:
            return None
        self._found.records += 1
        fault = _fault_of_record(lines, entry, known)
        if fault is not None:
            fr, en = fault
            self._found.fail("V23", f"ligne {entry.seq} : {fr}", f"line {entry.seq}: {en}")
            return None
        return read_record(lines[entry.rec.line])

    def _load_records(self, name: str, unit: str, entry: Entry) -> list[bytes] | None:
        if unit in self._erased:
            self._objects.named.add(name)
            self._objects.check_gone(name, entry)
            return None
        identity = self._identity(unit, entry)
        if self._objects.check(name, entry, None) is None and (
            identity is None or self._objects.is_bad(name)
        ):
            return None
        try:
            body = read_regular(self._objects.path(name))
            return bytes(pyrage.decrypt(body, [identity])).split(b"\n")[:-1]
        except (OSError, pyrage.DecryptError) as error:
            words = said(error)
            self._found.fail(
                "V22", f"fiches {name} : {words['reason_fr']}", f"records {name}: {words['reason_en']}"
            )
            return None

    # ------------------------------------------------------------ telling

    def _tell(self) -> Iterator[Check]:
        found = self._found
        yield from self._objects.tell()
        if self._keys is None:
            for number in ("V22", "V23"):
                yield Check.not_checked(number, *self._why)
        else:
            yield from all_good("V22", found.of("V22"), *counted(found.contents, "contenu", "content"))
            yield from all_good("V23", found.of("V23"), *counted(found.records, "fiche", "record"))
            yield from self._not_reread
        yield from self._tell_looked_into()

    def _tell_looked_into(self) -> Iterator[Check]:
        """V24"""
        if not self._checkers:
            yield Check.not_checked(
                "V24", "aucun contrôle propre aux captures n’a été fourni", "no capture check was given"
            )
        elif self._keys is None:
            yield Check.not_checked("V24", *self._why)
        else:
            failures = [check for check in self._looked_into if check.state == "failed"]
            yield from all_good("V24", failures, *counted(self._seen, "capture", "capture"))
            yield from (check for check in self._looked_into if check.state == "not_checked")

    def _check_keys(self) -> None:
        """V22, first half: every key file opens and is the one of its name."""
        for name, error in self._keys.faults() if self._keys else ():
            if any(unit in name for unit in self._erased):  # told by V21
                continue
            self._found.fail(
                "V22",
                f"fichier de clé keys/{name} : {error.what('fr')}",
                f"key file keys/{name}: {error.what('en')}",
            )


def _fault_of_record(lines: list[bytes], entry: Entry, known: set[str]) -> tuple[str, str] | None:
    if isinstance(entry.rec, msgspec.UnsetType) or entry.rec.line >= len(lines):
        return "aucune fiche à cette place", "no record at that place"
    line = lines[entry.rec.line]
    if record_hash(line) != entry.record:
        return (
            "la fiche n’a pas l’empreinte que la ligne donne",
            "the record has another hash than the line gives",
        )
    try:
        record = read_record(line)
        nonce = bytes.fromhex(record.nonce)
    except ValueError as error:
        return "la fiche est mal formée", str(error)
    if len(nonce) != 32:
        return "le nombre aléatoire n’a pas 32 octets", "the nonce is not 32 bytes"
    unknown = [parent for parent in record.parents if parent not in known]
    return (f"parent inconnu {unknown[0]}", f"unknown parent {unknown[0]}") if unknown else None


def _label_fr(entry: Entry, record: Record) -> str:
    return f"ligne {entry.seq} « {record.name} »"


def _label_en(entry: Entry, record: Record) -> str:
    return f"line {entry.seq} “{record.name}”"
