"""What the log has sealed, joined with the encrypted records: rows to list and to find.

Names and hashes of plaintext lie only in encrypted records; they are read once per records object (up to
1,000 at a time) and kept in memory, never written in clear beside the vault.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from saisine.errors import SaisineError
from saisine.vault.journal import Journal
from saisine.vault.keys import KeyStore
from saisine.vault.log import TAKES_IN_BYTES, Entry, RecordPlace
from saisine.vault.objects import object_path, read_object
from saisine.vault.opening import on_day
from saisine.vault.records import Record, Sealed, read_record, record_hash

PREFIX_SIGNS = 8


@dataclass(slots=True)
class _Gone:
    """Why the records of one object cannot be read."""

    reason: str


class Catalogue:
    """Rows of sealed things over one journal and its keys."""

    def __init__(self, journal: Journal, keys: KeyStore) -> None:
        self._journal = journal
        self._keys = keys
        self._records: dict[str, Sequence[bytes] | _Gone] = {}
        self._rows: list[Sealed] = []
        self._by_item: dict[str, Sealed] = {}
        self._read = 0
        self._lock = threading.RLock()

    def keep_records(self, place: str, lines: Sequence[bytes]) -> None:
        """Remember the records just written, so that they are not decrypted to be read back."""
        with self._lock:
            self._records[place] = tuple(lines)

    def rows(self) -> list[Sealed]:
        """One row per thing taken in, except what was erased."""
        standing = self._journal.standing
        with self._lock:
            self._read_on()
            if not (standing.erased or standing.erased_items or standing.barred):
                return list(self._rows)
            return [
                replace(row, is_barred=row.item in standing.barred)
                for row in self._rows
                if row.unit not in standing.erased and row.item not in standing.erased_items
            ]

    def _read_on(self) -> None:
        fresh = self._journal.entries[self._read :]
        self._read += len(fresh)
        for row in (self.row(entry) for entry in fresh if entry.act in TAKES_IN_BYTES):
            self._rows.append(row)
            self._by_item.setdefault(row.item, row)

    def forget(self, unit: str) -> None:
        """Drop what was remembered of a unit that is erased."""
        with self._lock:
            gone = {
                entry.rec.object
                for entry in self._journal.entries
                if entry.unit == unit and not isinstance(entry.rec, msgspec.UnsetType)
            }
            for name in gone:
                self._records.pop(name, None)
            self._rows = [row for row in self._rows if row.unit != unit]
            self._by_item = {row.item: row for row in self._rows}

    def row(self, entry: Entry) -> Sealed:
        """The row of one entry that took bytes in; `kind` is `unreadable` when its record is gone."""
        try:
            return row_of(entry, read_record(self.record_line(entry)))
        except (SaisineError, ValueError):
            return row_of(entry, Record(nonce="", kind="unreadable"))

    def record_line(self, entry: Entry) -> bytes:
        """The record of an entry. Raises `record_unreadable` when it is missing, damaged or another's."""
        if isinstance(entry.rec, msgspec.UnsetType):
            raise SaisineError("record_unreadable", seq=entry.seq, reason="no record")
        lines = self._lines(entry.rec, str(entry.unit))
        if isinstance(lines, _Gone):
            raise SaisineError("record_unreadable", seq=entry.seq, reason=lines.reason)
        if entry.rec.line >= len(lines) or record_hash(lines[entry.rec.line]) != entry.record:
            raise SaisineError("record_unreadable", seq=entry.seq, reason="SHA-256")
        return lines[entry.rec.line]

    def _lines(self, place: RecordPlace, unit: str) -> "Sequence[bytes] | _Gone":
        with self._lock:
            found = self._records.get(place.object)
            if found is None:
                found = self._records[place.object] = self._decrypt(place, unit)
            return found

    def _decrypt(self, place: RecordPlace, unit: str) -> "Sequence[bytes] | _Gone":
        path = object_path(self._journal.folder / "objects", place.object)
        try:
            return tuple(read_object(path, self._keys.identity_of(unit)).split(b"\n")[:-1])
        except SaisineError as error:
            return _Gone(error.sentence("en"))

    def find(self, ref: str) -> Sealed:
        """By item, line, SHA-256 of the content, or the object that `log` shows.

        Raises `item_unknown`, `item_erased` or `item_ambiguous`.
        """
        if whole := self._of_item(ref):
            return whole
        rows = self.rows()
        if ref.isdecimal() and len(ref) < PREFIX_SIGNS:
            matches = [row for row in rows if row.seq == int(ref)]
        elif len(ref) >= PREFIX_SIGNS:
            matches = [row for row in rows if row.item.startswith(ref)]
            # The same bytes may have been sealed twice: the first time is the one that proves most.
            matches = matches or [row for row in rows if row.sha256.startswith(ref)]
            matches = matches or [row for row in rows if self._object_of(row).startswith(ref)]
        else:
            matches = []
        if not matches:
            raise self._erased(ref) or SaisineError("item_unknown", ref=ref)
        if len({row.sha256 for row in matches}) > 1:
            raise SaisineError("item_ambiguous", ref=ref, count=len(matches))
        return matches[0]

    def _of_item(self, item: str) -> Sealed | None:
        """The row of a whole item: a dossier of 500 exhibits asks seven times for each."""
        standing = self._journal.standing
        with self._lock:
            self._read_on()
            row = self._by_item.get(item)
        if row is None or row.unit in standing.erased or item in standing.erased_items:
            return None
        return replace(row, is_barred=True) if item in standing.barred else row

    def _object_of(self, row: Sealed) -> str:
        return str(self._journal.entries[row.seq].object)

    def _erased(self, ref: str) -> SaisineError | None:
        """What to say of a reference to something that was erased; its SHA-256 went with its record."""
        standing = self._journal.standing
        for entry in self._journal.entries:
            if entry.act not in TAKES_IN_BYTES or not _is_named(entry, ref):
                continue
            at = standing.erased_at.get(str(entry.record), standing.erased_at.get(str(entry.unit)))
            if at is not None:
                day = on_day(self._journal.entries[at].moment)
                return SaisineError("item_erased", ref=ref, seq=entry.seq, erased=at, **day)
        return None


def _is_named(entry: Entry, ref: str) -> bool:
    if len(ref) < PREFIX_SIGNS:
        return ref.isdecimal() and int(ref) == entry.seq
    return str(entry.record).startswith(ref) or str(entry.object).startswith(ref)


def row_of(entry: Entry, record: Record) -> Sealed:
    """One row from a line and its record."""
    return Sealed(
        seq=entry.seq,
        item=str(entry.record),
        sha256=record.sha256,
        size=record.size,
        media_type=record.media_type,
        name=record.name,
        kind=record.kind,
        sealed_at=entry.moment,
        unit=str(entry.unit),
    )
