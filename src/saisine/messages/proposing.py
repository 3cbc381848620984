"""The guided profile: which column of an unknown table holds what, with reasons, doubts told, and ten rows read.

    proposal = propose(path, now=now)
    write_proposal(Path("mien.yaml"), proposal)

Headers count (French and English names, `formats/column_names.yaml`), values count, and neither alone is believed:
a column headed « Date » that holds sentences is no date. What two columns fit almost equally is to be checked, dates
that can be read in two ways stay empty until a person says which, and a table without a text has no profile.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import Final

from saisine.errors import SaisineError
from saisine.messages.archive_streams import STREAM_FAULTS, Limits, Refused
from saisine.messages.column_scores import JUDGES, TIMES, Column, Reason, assign, columns_of
from saisine.messages.date_orders import DateReader, TimeGuess, clock_format
from saisine.messages.formats.contract import HEAD_BYTES, Context, Message, RawRecord
from saisine.messages.formats.profiles import Profile
from saisine.messages.formats.table_cautions import AUTHORS, DOUBTFUL
from saisine.messages.formats.table_layout import key_of
from saisine.messages.formats.tables import format_of
from saisine.messages.ledger import SourceEntry
from saisine.messages.proposal_documents import build_profile
from saisine.messages.reading import MAPPING_FAULTS
from saisine.messages.sniffing import choose_format
from saisine.messages.table_guesses import SAMPLE_ROWS, Table, tables_of
from saisine.messages.unread_words import UNREAD
from saisine.messages.zones import load_zone
from saisine.texts import fold

SAMPLES: Final = 10
# Rows looked at for a date that proves the order of day and month.
DATE_ROWS: Final = 1_000_000
ORDERS: Final = ("day", "month")


# Formats of lines, which a semicolon here and there makes look like a table.
NO_TABLES: Final = frozenset({"eml", "mbox", "whatsapp", "twitch-log", "twitch-irc"})


@dataclass(frozen=True, slots=True)
class Check:
    """Something a person should look at; `code` is one of `proposal_words.CHECKS`."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Proposal:
    """What is proposed for one table. `profile` is None when no column holds a text; `is_undecided` says that dates
    stay empty until a person chooses between `day_first` and `month_first`. `known_format` already reads the file."""

    name: str
    form: str
    delimiter: str
    encoding: str
    header_row: int
    rows_seen: int
    columns: list[Column]
    checks: list[Check] = field(default_factory=list)
    profile: Profile | None = None
    sample: list[Message] = field(default_factory=list)
    day_first: tuple[str, ...] = ()
    month_first: tuple[str, ...] = ()
    is_undecided: bool = False
    known_format: str | None = None

    def column_of(self, name: str) -> Column | None:
        """The column proposed for a field."""
        return next((one for one in self.columns if one.field == name), None)

    @property
    def score(self) -> int:
        """How much the table looks like one of messages: to choose among the sheets of a workbook."""
        held = {one.field: one.score for one in self.columns if one.field is not None}
        return 3 * held.get("text", 0) + 2 * held.get("created_at", 0) + sum(held.values())


def propose(
    path: Path,
    *,
    now: datetime,
    zone: str = "Europe/Paris",
    chosen: Mapping[str, str] | None = None,
    order: str | None = None,
    sheet: str | None = None,
    limits: Limits | None = None,
) -> Proposal:
    """The proposal for the best table of a file, or for the `sheet` (or the inner file) of this name.

    `chosen` ({field: header, "" for none}) and `order` (`day` or `month`, whichever comes first in dates) are what
    a person decided. Raises `path_missing`, `profile_of_folder`, `table_not_found`, `sheet_unknown`,
    `profile_not_needed`, `profile_choice_unknown`, `zone_unknown`.
    """
    local, options = load_zone(zone), (dict(chosen or {}), order)
    if path.is_dir():
        raise SaisineError("profile_of_folder", path=path.name or str(path))
    made: list[Proposal] = []
    unread: list[tuple[str, str]] = []
    try:
        for found in tables_of(path, limits):
            if isinstance(found, Table):
                made.append(_propose_table(found, now, local, *options))
            elif isinstance(found, Refused):
                unread.append((found.path_in_source, found.reason))
            else:
                unread.append(found)
    except OSError as error:
        raise SaisineError("path_missing", path=path) from error
    if not made:
        raise _no_table(path.name, unread)
    if sheet is not None:
        made = [_named(made, sheet, path.name)]
    best = max(made, key=lambda one: one.score)
    if best.known_format in NO_TABLES and best.form == "csv":
        raise SaisineError("profile_not_needed", name=path.name, format=best.known_format)
    others = [one.name for one in made if one is not best and one.profile is not None]
    if others:
        best.checks.append(Check("other_sheets", {"names": ", ".join(others), "chosen": best.name}))
    hidden = [name for name, reason in unread if reason == "hidden_sheet"]
    if hidden:
        best.checks.append(Check("hidden_sheets", {"names": ", ".join(hidden)}))
    return best


def _named(made: Sequence[Proposal], sheet: str, name: str) -> Proposal:
    """The table of a sheet, by its name in the workbook. Raises `sheet_unknown`."""
    for one in made:
        if one.name.rpartition("!")[2] == sheet:
            return one
    names = ", ".join(one.name.rpartition("!")[2] for one in made)
    raise SaisineError("sheet_unknown", sheet=sheet, name=name, names=names)


def _no_table(name: str, unread: Sequence[tuple[str, str]]) -> SaisineError:
    words = UNREAD[unread[0][1] if unread else "unknown_format"]
    fr, en = (words.say(language, is_sealed=False, names="") for language in ("fr", "en"))
    return SaisineError("table_not_found", name=name, reason=fr, reason_en=en)


def _propose_table(
    table: Table, now: datetime, zone: tzinfo, chosen: Mapping[str, str], order: str | None
) -> Proposal:
    columns = columns_of(table, order)
    assign(columns, _choices(chosen, columns))
    proposal = Proposal(
        table.name, table.form, table.delimiter, table.encoding, table.header_row, len(table.rows), columns
    )
    _note_shared_name(proposal, table, chosen)
    _settle_dates(proposal, table, order)
    _join_clock(proposal, table)
    if proposal.column_of("text") is not None:
        times, formats = _times_of(proposal)
        proposal.profile = build_profile(table, columns, formats, is_utc=times is not None and times.is_utc)
        proposal.sample = list(_sample(table, proposal.profile, now, zone))
    proposal.known_format = _known_format(table)
    _note_checks(proposal)
    return proposal


def _choices(chosen: Mapping[str, str], columns: Sequence[Column]) -> dict[str, int | None]:
    """{field: index of its column}. Raises `profile_choice_unknown`."""
    places = {key_of(one.header): one.index for one in reversed(columns) if one.is_addressable}
    found: dict[str, int | None] = {}
    for name, header in chosen.items():
        index = places.get(key_of(header)) if header else None
        if name not in JUDGES or (header and index is None):
            headers = ", ".join(one.header for one in columns if one.header)
            facts = {"choice": f"{name}={header}", "fields": ", ".join(JUDGES), "headers": headers}
            raise SaisineError("profile_choice_unknown", **facts)
        found[name] = index
    return found


# ------------------------------------------------------------------ dates


def _settle_dates(proposal: Proposal, table: Table, order: str | None) -> None:
    """Look at the whole file for a date that proves the order, when the first rows prove none."""
    column = proposal.column_of("created_at")
    if column is None or column.times is None or order is not None:
        return
    if column.times.order == "ambiguous" and len(table.rows) >= SAMPLE_ROWS:
        reader = DateReader()
        for row in islice(table.more_rows(), DATE_ROWS):
            reader.add(row[column.index : column.index + 1])
        column.times = reader.guess() or column.times
        if column.times.order in ORDERS:
            column.reasons.append(Reason(f"{column.times.order}_first"))
    proposal.day_first, proposal.month_first = column.times.day_first, column.times.month_first
    proposal.is_undecided = column.times.order == "ambiguous"


def _join_clock(proposal: Proposal, table: Table) -> None:
    """A day in one column and a time of day in another make one time; without the day the clock is nothing."""
    day, clock = proposal.column_of("created_at"), proposal.column_of("time_of_day")
    if clock is None:
        return
    fits = day is not None and day.times is not None and not day.times.has_clock
    if not fits or day is None or any(sign in day.header + clock.header for sign in "{}"):
        clock.field, clock.score, clock.reasons = None, 0, [Reason("unknown")]
        return
    day.reasons.append(Reason("beside_clock", {"header": clock.header}))
    written = clock_format(table.column(clock.index))
    day.times = _with_clock(day.times, written)
    proposal.day_first, proposal.month_first = day.times.day_first, day.times.month_first


def _with_clock(times: TimeGuess | None, clock: str) -> TimeGuess:
    assert times is not None
    iso = ("iso",) if ":" in clock else ("%Y-%m-%d " + clock,)

    def joined(formats: tuple[str, ...]) -> tuple[str, ...]:
        made: list[str] = []
        for one in formats:
            made += iso if one == "iso" else [f"{one} {clock}"] if one.startswith("%") else [one]
        return (
            *made,
            *formats,
        )  # a row whose clock is empty has no time at all; one writing more costs nothing

    times.formats, times.has_clock = tuple(dict.fromkeys(joined(times.formats))), True
    times.day_first, times.month_first = joined(times.day_first), joined(times.month_first)
    return times


def _times_of(proposal: Proposal) -> tuple[TimeGuess | None, tuple[str, ...]]:
    """(the times of the messages, the writings of every time column): none of an order that nothing tells."""
    formats: list[str] = []
    for name in TIMES:
        column = proposal.column_of(name)
        if column is not None and column.times is not None:
            formats += column.times.formats
    created = proposal.column_of("created_at")
    return (created.times if created is not None else None), tuple(dict.fromkeys(formats)) or ("iso",)


# ------------------------------------------------------------------ ten rows, doubts


def _sample(table: Table, profile: Profile, now: datetime, zone: tzinfo) -> Iterator[Message]:
    """The first messages as an import with this profile would make them."""
    made = format_of(profile)
    ctx = Context(source_sha256="", mapper=made.mapper, now=now, zone=zone, collected_at=now)
    ctx.locator_prefix = table.member.locator_prefix
    count = 0
    try:
        for found in made.records(table.member, ctx):
            if isinstance(found, RawRecord):
                for one in _mapped(made.map, found, ctx):
                    yield one
                    count += 1
            if count >= SAMPLES:
                return
    except STREAM_FAULTS:
        return  # a file that stops early shows the rows that it has


def _mapped(mapper: object, record: RawRecord, ctx: Context) -> list[Message]:
    try:
        result = mapper(record, ctx)  # type: ignore[operator]
    except MAPPING_FAULTS:
        return []  # an import counts it as failed; the sample shows what can be read
    several = result if isinstance(result, list) else [result]
    return [one for one in several if isinstance(one, Message)]


def _known_format(table: Table) -> str | None:
    chosen = choose_format(table.member.read(HEAD_BYTES), table.member.name, SourceEntry("", "", 0))
    return chosen.id if chosen is not None else None


def _note_checks(proposal: Proposal) -> None:
    checks = proposal.checks
    checks.extend(_person_checks(proposal))
    for column in proposal.columns:
        for rival in column.rivals:
            checks.append(Check("tie", {"field": column.field, "header": column.header, "other": rival}))
        if column.is_to_check and not column.rivals and not column.persons:
            checks.append(Check("weak", {"field": column.field, "header": column.header}))
        if any(one.code == "rounded_ids" for one in column.reasons):
            percent = round(100 * column.shape.rounded)
            checks.append(Check("rounded_ids", {"header": column.header, "percent": percent}))
    created = proposal.column_of("created_at")
    if created is None:
        checks.append(Check("no_created_at"))
    else:
        checks.extend(_date_checks(created))
    if not any(proposal.column_of(name) for name in AUTHORS):
        checks.append(Check("no_author"))
    if any(row.created_at is not None for row in proposal.sample) and _is_without_zone(created):
        checks.append(Check("zone"))


def _person_checks(proposal: Proposal) -> Iterator[Check]:
    """Which columns may name somebody else than who wrote: a witness named as the author is a grave error."""
    for column in proposal.columns:
        for other in column.persons:
            yield Check("two_persons", {"header": column.header, "other": other})
    if not any(proposal.column_of(name) for name in AUTHORS):
        for column in proposal.columns:
            if column.field is None and column.aside in DOUBTFUL:
                yield Check("person_left_out", {"header": column.header})


def _note_shared_name(proposal: Proposal, table: Table, chosen: Mapping[str, str]) -> None:
    """A name that stands beside several accounts is rather of whoever keeps the table than of who wrote."""
    name, handle = proposal.column_of("author_name"), proposal.column_of("author_handle")
    if name is None or handle is None or "author_name" in chosen:
        return
    accounts: dict[str, list[str]] = {}
    for one, account in zip(table.column(name.index), table.column(handle.index), strict=True):
        if one.strip() and account.strip():
            accounts.setdefault(fold(one), []).append(fold(account).lstrip("@"))
    several = [found for found in accounts.values() if len(found) > 1]
    if several and 2 * sum(1 for found in several if len(set(found)) > 1) > len(several):
        name.persons.append(handle.header)


def _date_checks(column: Column) -> Iterator[Check]:
    times, header = column.times, {"header": column.header}
    if times is None:
        yield Check("dates_unreadable", header)
        return
    if times.is_relative:
        yield Check("date_relative", header)
    if times.order == "ambiguous":
        yield Check("date_order", header)
    elif times.contradicts:
        yield Check("date_contradiction", header | {"count": times.contradicts})
    if times.is_mixed:
        yield Check("date_mixed", header)
    if "excel" in times.formats:
        yield Check("serial_dates", header)


def _is_without_zone(column: Column | None) -> bool:
    """Whether times have a clock and no zone; days alone need none to be shown."""
    times = column.times if column is not None else None
    return times is not None and times.has_clock and not times.has_zone
