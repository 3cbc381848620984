"""The write order: encrypt, flush, name, then the line that acknowledges (docs/vault.md)."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import pyrage

from saisine.errors import SaisineError
from saisine.vault.catalogue import Catalogue, row_of
from saisine.vault.faults import disk_faults
from saisine.vault.journal import Journal
from saisine.vault.keys import KeyStore, Random, new_id
from saisine.vault.log import MAX_LINE_BYTES, Entry, canonical, format_moment
from saisine.vault.objects import Batch, SourceUnreadable, Written
from saisine.vault.records import Context, Sealed, SealItem, build_record, read_record, record_hash
from saisine.vault.secret_files import fixed_files, root_of_files
from saisine.vault.standing import FILES, OWN_ROOT

BATCH_ITEMS: Final = 1000
BATCH_BYTES: Final = 256 << 20  # a stop loses at most this much work that was not acknowledged
CLOCK_TOLERANCE_S: Final = 2.0


class Writer:
    """Takes batches into one vault. Encryption runs without the vault's lock; naming and logging under it."""

    def __init__(
        self,
        journal: Journal,
        keys: KeyStore,
        catalogue: Catalogue,
        *,
        clock: Callable[[], datetime],
        random: Random,
    ) -> None:
        self._folder = journal.folder
        self._journal = journal
        self._keys = keys
        self._catalogue = catalogue
        self._clock = clock
        self._random = random
        self.quote: Callable[[], tuple[str, datetime] | None] = lambda: None
        self.clock_offset_ms: int | None = None  # of this computer, as a time-stamp authority showed it

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """A new set of temporary files.

        Its marker is made under the vault's lock, as openings sweep under it: none ever sees a marker that
        its living writer does not hold yet.
        """
        made = Batch(self._folder / "objects", new_id(self._random))
        with self._journal.locked():
            made.hold()
        with made:
            yield made

    def seal_group(
        self,
        group: Sequence[SealItem],
        unit: str,
        actor: str,
        on_unreadable: Callable[[SealItem, SaisineError], None] | None,
    ) -> list[Sealed]:
        require_code(actor)
        recipient = self._keys.recipient_of(unit)
        needed = sum(_size_of(item) for item in group)
        with disk_faults(self._folder, needed), self.batch() as batch:
            taken: list[tuple[SealItem, Written, bytes]] = []
            context = Context(actor, self.quote(), self.clock_offset_ms)
            for item in group:
                written = self._encrypt(batch, item, recipient, on_unreadable)
                if written is not None:
                    taken.append((item, written, build_record(item, written, self._random(32), context)))
            if not taken:
                return []
            records = [record for _, _, record in taken]
            fields = [_seal_fields(item, written, record, unit, actor) for item, written, record in taken]
            entries, place = self.commit(batch, records, recipient, fields)
        self._catalogue.keep_records(place, records)
        return [row_of(entry, read_record(record)) for entry, record in zip(entries, records, strict=True)]

    def _encrypt(
        self,
        batch: Batch,
        item: SealItem,
        recipient: pyrage.x25519.Recipient,
        on_unreadable: Callable[[SealItem, SaisineError], None] | None,
    ) -> Written | None:
        try:
            if isinstance(item.source, bytes):
                return batch.write(item.source, recipient)
            return batch.write_file(item.source, recipient)
        except SourceUnreadable as error:
            failure = SaisineError("source_unreadable", name=item.name, reason=error.error.strerror)
            if on_unreadable is None:
                raise failure from error
            on_unreadable(item, failure)
            return None

    def commit(
        self,
        batch: Batch,
        records: Sequence[bytes],
        recipient: pyrage.x25519.Recipient,
        fields: Sequence[dict[str, Any]],
        beside: Sequence[Mapping[str, Any]] = (),
    ) -> tuple[list[Entry], str]:
        """Steps 1 to 3 of the write order for the records and lines of one batch.

        `beside` are lines without a record, committed in the same write. Returns the entries of `fields`.
        """
        place = batch.write_records(b"".join(line + b"\n" for line in records), recipient).object
        batch.announce(place)
        placed = batch.written
        with self._journal.locked():
            self._journal.refresh()
            for number, one in enumerate(fields):
                # One record per line, or one record that all lines share.
                one["rec"] = {"object": place, "line": number % len(records)}
            try:
                batch.place()
                return self.append([*fields, *beside])[: len(fields)], place
            except OSError:
                batch.take_back(placed)
                raise
            except SaisineError as error:
                if error.code == "vault_input_output":  # the log could not be cut back
                    batch.leave()
                else:
                    batch.take_back(placed)
                raise

    def append(self, fields: Sequence[Mapping[str, Any]]) -> list[Entry]:
        """Write lines under the lock: the commit point. Returns the entries as they stand in the log."""
        journal = self._journal
        now = self._clock()
        notes: list[Mapping[str, Any]] = []
        if journal.entries:
            last = journal.entries[-1].moment
            if (last - now).total_seconds() > CLOCK_TOLERANCE_S:
                notes = [{"act": "note", "code": "clock_back"}]
            else:
                now = max(now, last)
        first, at, count = journal.size, format_moment(now), len(fields)
        if first == 0:
            fields = self._vouched(fields)
        lines = [
            canonical({"v": 1, "seq": first + number, "at": at, **one})
            for number, one in enumerate([*notes, *fields])
        ]
        if max(map(len, lines)) > MAX_LINE_BYTES:
            raise SaisineError("line_too_long", bytes=max(map(len, lines)))
        journal.append(lines)
        return journal.entries[-count:]

    def _vouched(self, fields: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """The first line of a log carries the hash of FORMAT and the secret files; where its own `root` says
        something else, a line of its own goes before."""
        root = root_of_files(fixed_files(self._folder))
        if fields[0].get("root") or fields[0]["act"] in OWN_ROOT:
            return [{"act": "note", "code": FILES, "root": root}, *fields]
        return [{**fields[0], "root": root}, *fields[1:]]


def _seal_fields(item: SealItem, written: Written, record: bytes, unit: str, actor: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "act": item.act,
        "unit": unit,
        "object": written.object,
        "size": written.object_size,
        "record": record_hash(record),
    }
    if item.act in ("redact", "observe"):  # what it was made from, in clear: provable without the keys
        fields["refs"] = list(item.parents)
    return fields | ({"actor": actor} if actor else {})


_CODE = re.compile(r"[A-Za-z0-9_.:-]{0,64}")


def require_code(text: str) -> None:
    """Actors and codes stand in clear in the log: random ids and code words only, never a name."""
    if not _CODE.fullmatch(text):
        raise SaisineError("log_free_text", text=text)


def _size_of(item: SealItem) -> int:
    if isinstance(item.source, bytes):
        return len(item.source)
    try:
        return item.source.stat().st_size
    except OSError:
        return 0  # told when it is read


def groups(items: Sequence[SealItem]) -> Iterator[list[SealItem]]:
    """Groups of at most 1,000 items and 256 MiB; one larger item stands alone."""
    group: list[SealItem] = []
    weight = 0
    for item in items:
        size = _size_of(item)
        if group and (len(group) == BATCH_ITEMS or weight + size > BATCH_BYTES):
            yield group
            group, weight = [], 0
        group.append(item)
        weight += size
    if group:
        yield group
