"""From paths to messages: members, sniffing, records, mapping, and the account of it all."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

import pyarrow as pa

from saisine.cycles import without_cycle_search
from saisine.errors import SaisineError
from saisine.messages.announced import Announced
from saisine.messages.archive_streams import STREAM_FAULTS, Limits, ReadingStopped, Refused
from saisine.messages.columns import Columns, to_storable
from saisine.messages.containers import members_of
from saisine.messages.encodings import to_utf8
from saisine.messages.filetypes import is_of_system, type_of
from saisine.messages.formats import FORMATS
from saisine.messages.formats.blocks import RecordBlock, Unfit
from saisine.messages.formats.contract import (
    HEAD_BYTES,
    Context,
    Format,
    Member,
    Message,
    Note,
    RawRecord,
    RecordError,
    Skip,
)
from saisine.messages.formats.tables import profile_format
from saisine.messages.ledger import MAX_FAILURES, Ledger, SourceEntry
from saisine.messages.ndjson import write_lines
from saisine.messages.sniffing import choose_format, find_format, is_part_of_viewer, kind_of_page
from saisine.messages.unread_words import UNREAD
from saisine.messages.zones import load_zone

BATCH: Final = 5_000
# Fewer rows than this are kept as messages: an arrow batch costs as much as fifty of them.
LEAST_COLUMNS: Final = 50
# Files that only a workspace of ours holds together.
WORKSPACE_MARKS: Final = ("workspace.json", "vault/FORMAT")

# What a mapper may raise on a record that is not what it looked like.
MAPPING_FAULTS: Final = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    IndexError,
    OverflowError,
    RecursionError,
)

_LIST_OF_OBJECTS: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*\{")


@dataclass(frozen=True, slots=True)
class Source:
    """One file on disk as it is read: `path` where it lies, `name` as the ledger shows it."""

    path: Path
    name: str
    sha256: str
    size: int


@dataclass(slots=True)
class Reading:
    """Messages as they come, and the ledger that fills meanwhile. Iterate once.

    >>> reading = read_paths([folder], now=now)
    >>> for message in reading: ...
    >>> reading.ledger.totals()
    """

    sources: Sequence[Source]
    now: datetime
    zone: ZoneInfo
    limits: Limits
    forced: Format | None = None
    ledger: Ledger = field(default_factory=Ledger)

    def __iter__(self) -> Iterator[Message]:
        for batch in self.batches():
            yield from batch

    def batches(self) -> Iterator[list[Message]]:
        """The same messages by lists of about 5,000."""
        for _, batch in self._pairs():
            yield list(batch)

    def write_ndjson(self, out: BinaryIO) -> None:
        """The same messages to a stream of bytes, one JSON object per line: what `saisine read` prints."""
        with without_cycle_search():
            for _, batch in self._pairs():
                write_lines(out, batch)

    def record_batches(self) -> Iterator[pa.RecordBatch]:
        """The same messages as arrow batches; one that no column can hold becomes a failed record."""
        for entry, batch in self._pairs():
            stored, refused = to_storable(batch)
            for message in refused:
                entry.refuse(message.locator, is_context=message.role != "primary")
            if stored is not None:
                yield stored

    def _pairs(self) -> Iterator[tuple[SourceEntry, list[Message] | Columns]]:
        siblings = {source.name: _plain_member(source) for source in self.sources}
        read: set[str] = set()
        for source in self.sources:
            if source.sha256 in read and source.size:
                self.ledger.source(source.name, source.sha256, source.size).unread = "same_file"
                continue
            read.add(source.sha256)
            yield from self._read_source(source, siblings)

    def _read_source(
        self, source: Source, siblings: Mapping[str, Member]
    ) -> Iterator[tuple[SourceEntry, list[Message] | Columns]]:
        announced = Announced()
        try:
            for found in members_of(source.path, self.limits):
                shown = f"{source.name}!{found.path_in_source}" if found.path_in_source else source.name
                entry = self.ledger.source(shown, source.sha256, found.size)
                if isinstance(found, Refused):
                    entry.unread = found.reason
                else:
                    yield from self._read_member(found, entry, found.siblings or siblings, announced)
        except OSError:
            self.ledger.source(source.name, source.sha256, source.size).unread = "unreadable"
        announced.tell()

    def _read_member(
        self, member: Member, entry: SourceEntry, siblings: Mapping[str, Member], announced: Announced
    ) -> Iterator[tuple[SourceEntry, list[Message] | Columns]]:
        if is_of_system(member.path_in_source or entry.path):
            entry.unread = "system_file"
            return
        try:
            head = member.read(HEAD_BYTES)
        except STREAM_FAULTS:
            entry.unread = "damaged"
            return
        entry.unread = None if member.is_sheet and head else type_of(head).unread
        is_page = entry.unread == "web_page"  # read only when a format knows its pages (Telegram)
        if entry.unread is not None and not is_page:
            if member.is_sheet:  # a workbook often holds sheets that nobody ever used
                faults = [note.code for note in member.notes() if note.code in UNREAD]
                entry.unread = faults[0] if faults else "no_message_inside"
            return
        member, head = to_utf8(member, head, entry)
        chosen = choose_format(head, member.name, entry, self.forced)
        if chosen is None:
            if is_page and entry.unread != "ambiguous":
                entry.unread = kind_of_page(head, member.name)
            if entry.unread in ("unknown_format", "unknown_table") and is_part_of_viewer(entry.path):
                entry.unread = "no_message_inside"
            if member.is_sheet and entry.unread == "unknown_format":
                entry.unread = "unknown_table"
            elif not member.is_sheet and entry.unread == "unknown_format":
                # so little came out of a damaged archive that nothing could be known of it
                entry.unread = next((note.code for note in member.notes()), "unknown_format")
            return
        entry.unread = None
        ctx = Context(
            source_sha256=entry.sha256,
            mapper=chosen.mapper,
            now=self.now,
            zone=self.zone,
            path=entry.path,
            locator_prefix=member.locator_prefix,
            collected_at=self.now,
            members=siblings,
            cannot_give=chosen.cannot_give,
        )
        for batch in read_records(member, chosen, ctx, entry):
            if chosen.tells_replies and isinstance(batch, list):
                for message in batch:
                    announced.see(message, entry)
            yield entry, batch
        for note in member.notes():
            entry.note(note)
        is_chosen = self.forced is not None and not member.is_sheet
        if not entry.read and is_chosen and not entry.score:
            entry.set_aside("wrong_format")
        if not entry.read and not entry.context and not entry.notes and entry.unread is None:
            code = "several_exports" if _LIST_OF_OBJECTS.match(head) else "nothing_inside"
            entry.note(Note(code, member.locator_prefix))
        if member.is_sheet and "unknown_header" in entry.notes and not entry.read:
            entry.set_aside("unknown_table")  # the profile was meant for another sheet of this workbook
        entry.require_balance()


def _plain_member(source: Source) -> Member:
    path = source.path
    return Member(path.name, source.name, source.size, lambda: path.open("rb"))


def read_records(
    member: Member, chosen: Format, ctx: Context, entry: SourceEntry
) -> Iterator[list[Message] | Columns]:
    """The messages of one member by batches; every record is counted in the entry."""
    batch: list[Message] = []
    map_record = chosen.map
    try:
        for found in (chosen.blocks or chosen.records)(member, ctx):
            if type(found) is RawRecord:
                try:
                    result = map_record(found, ctx)
                except MAPPING_FAULTS as error:
                    entry.fail(found.locator, explain_fault(error))
                else:
                    if type(result) is Message and result.role == "primary":
                        entry.read += 1
                        entry.mapped += 1
                        batch.append(result)
                    else:
                        _take(result, found, entry, batch)
            elif type(found) is RecordBlock:
                for part in _map_block(found, chosen, ctx, entry):
                    if type(part) is list or len(part) < LEAST_COLUMNS:
                        batch.extend(part)
                        continue
                    if batch:
                        yield batch
                        batch = []
                    yield part
            elif type(found) is RecordError:
                entry.fail(found.locator, found.error)
            else:
                assert isinstance(found, Note)
                entry.note(found)
            if len(batch) >= BATCH:
                yield batch
                batch = []
            if len(entry.failed) >= MAX_FAILURES:
                entry.note(Note("too_many_failures", entry.failed[-1].locator))
                break
    except STREAM_FAULTS as error:
        code = error.code if isinstance(error, ReadingStopped) else "damaged"
        entry.note(Note(code, ctx.locator_prefix))
    if batch:
        yield batch


def _map_block(
    block: RecordBlock, chosen: Format, ctx: Context, entry: SourceEntry
) -> Iterator[Columns | list[Message]]:
    """The messages of a block, counted; where one of its records does not fit they are mapped one by one, and the
    one that fails is counted alone. Records that are mapped alone by their nature leave the others together."""
    assert chosen.map_block is not None
    try:
        columns = chosen.map_block(block, ctx)
    except Unfit as unfit:
        ends = [*unfit.ranks, len(block)]
        for start, end in zip([0, *(rank + 1 for rank in unfit.ranks)], ends, strict=True):
            if start < end:
                yield from _map_block(block.part(start, end), chosen, ctx, entry)
            yield _map_alone(block.part(end, end + 1), chosen, ctx, entry)
    except MAPPING_FAULTS:
        yield _map_alone(block, chosen, ctx, entry)
    else:
        for reason, locator in columns.skipped:
            entry.skip(reason, locator)
        for note in columns.notes:
            entry.note(note)
        entry.read += columns.primary
        entry.mapped += columns.primary
        entry.context += len(columns) - columns.primary
        yield columns


def _map_alone(block: RecordBlock, chosen: Format, ctx: Context, entry: SourceEntry) -> list[Message]:
    batch: list[Message] = []
    for record in block.records():
        try:
            result = chosen.map(record, ctx)
        except MAPPING_FAULTS as error:
            entry.fail(record.locator, explain_fault(error))
        else:
            _take(result, record, entry, batch)
    return batch


def _take(
    result: Message | Skip | Sequence[Message | Skip | Note],
    record: RawRecord,
    entry: SourceEntry,
    batch: list[Message],
) -> None:
    """Count what a record gave: each primary message once, context rows apart."""
    several = result if isinstance(result, list | tuple) and not isinstance(result, Skip) else [result]
    counted = False
    for one in several:
        if isinstance(one, Message):
            batch.append(one)
            if one.role == "primary":
                entry.read += 1
                entry.mapped += 1
                counted = True
            else:
                entry.context += 1
                counted = True
        elif isinstance(one, Skip):
            entry.skip(one.reason, record.locator)
            counted = True
        elif isinstance(one, Note):
            entry.note(one)
    if not counted:
        entry.skip("empty_record", record.locator)


def explain_fault(error: Exception) -> str:
    """Why a record could not be mapped, without a word of its content."""
    if isinstance(error, KeyError):
        return f"missing_field: {error.args[0]!r}" if error.args else "missing_field"
    return f"unexpected_shape: {type(error).__name__}"


# ------------------------------------------------------------------ reading without a workspace


def read_paths(
    paths: Sequence[Path],
    *,
    format_id: str | None = None,
    profile: Path | None = None,
    limits: Limits | None = None,
    now: datetime,
    zone: str = "Europe/Paris",
) -> Reading:
    """Read files and folders without keeping anything. Raises `path_missing`, `format_unknown`,
    `profile_malformed`, `zone_unknown`; a file that cannot be read only stands in the ledger."""
    reading = Reading((), now, load_zone(zone), limits or Limits(), forced_format(format_id, profile))
    sources = []
    for path, name in expand(paths, reading.ledger):
        try:
            sources.append(Source(path, name, hash_file(path), path.stat().st_size))
        except OSError:
            reading.ledger.source(name, "", 0).unread = "unreadable"
    reading.sources = sources
    return reading


def forced_format(format_id: str | None, profile: Path | None) -> Format | None:
    """The format a person named, or the one her profile describes."""
    if profile is not None:
        return profile_format(profile, {one.id for one in FORMATS})
    return find_format(format_id, FORMATS) if format_id is not None else None


def expand(
    paths: Sequence[Path], ledger: Ledger, names: Mapping[Path, str] | None = None
) -> Iterator[tuple[Path, str]]:
    """Every ordinary file of the paths, with the name the ledger shows; folders are walked in order."""
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise SaisineError("path_missing", path=path)
        shown = (names or {}).get(path, path.name)
        if path.is_dir():
            for inner, unread in sorted(_inside(path)):
                name = f"{shown}/{inner.relative_to(path).as_posix()}".removesuffix("/.")
                if unread is None:
                    yield from _ordinary(inner, name, ledger)
                else:
                    ledger.source(_shown_name(name), "", 0).unread = unread
        else:
            yield from _ordinary(path, shown, ledger)


def _inside(folder: Path) -> Iterator[tuple[Path, str | None]]:
    """What lies in a folder, and why it is left out when it is: a folder that cannot be opened is said, not
    passed over, and a workspace is not brought into itself."""
    closed: list[OSError] = []
    for here, folders, files in os.walk(folder, onerror=closed.append):
        place = Path(here)
        if all(os.path.isfile(place / name) for name in WORKSPACE_MARKS):
            folders.clear()
            yield place, "workspace"
            continue
        links = (name for name in folders if os.path.islink(place / name))
        for name in (*files, *links):
            yield place / name, None
    for error in closed:
        yield Path(error.filename), "unreadable_folder"


def _ordinary(path: Path, name: str, ledger: Ledger) -> Iterator[tuple[Path, str]]:
    name = _shown_name(name)
    if os.path.islink(path) or not os.path.isfile(path):
        # nothing at all is known of a file whose folder lets its names be read and no more
        ledger.source(name, "", 0).unread = "not_a_file" if os.path.lexists(path) else "unreadable"
    else:
        yield path, name


def _shown_name(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def hash_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
