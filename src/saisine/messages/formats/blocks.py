"""Records that follow each other, mapped together: one loop per column instead of one function call per record.

A block is mapped whole or not at all. When something in it does not fit, its records are mapped one by one, each as
a block of its own: what fails then fails alone, and is counted at its place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import compress
from typing import Any, Final, Protocol, runtime_checkable

import msgspec
import numpy as np

from saisine.messages.columns import FIRST_US, LAST_US, Column, Columns, Same, as_list
from saisine.messages.formats.block_times import add_times
from saisine.messages.formats.json_window import SCANNER
from saisine.messages.formats.raw import Context, Member, Note, RawRecord, RecordError
from saisine.messages.idtime import UNKNOWN
from saisine.messages.schema import COLUMNS, COUNTS, MAX_COUNT, Message, Skip
from saisine.texts import fold, fold_all, has_forbidden, utc_us

Fields = dict[str, Column]
DEFAULTS: Final = {
    name: Same(getattr(Message("", None, ""), name)) for name in COLUMNS
}  # what a column holds when a mapper says nothing


@runtime_checkable
class Filtered(Protocol):
    """Records held as columns, which keep some of them without being made one by one."""

    def only(self, kept: Sequence[bool]) -> Any: ...


@dataclass(frozen=True, slots=True)
class RecordBlock:
    """Some records of one member, in its order: what each says, its place and the SHA-256 of its exact bytes.

    Where `objs` are structs that name what is mapped, `whole` holds each record as the mapper of one record takes
    it: itself, or its bytes. `objs` that are held as columns are made one by one when they are asked for so.
    """

    objs: list[Any]
    locators: list[str]
    digests: list[str]
    offsets: list[int]
    lengths: list[int]
    outer: tuple[Mapping[str, Any], ...] = ()
    whole: Sequence[RawRecord | bytes] = ()

    @classmethod
    def typed(
        cls,
        objs: list[Any],
        locators: list[str],
        bodies: list[bytes],
        offsets: list[int],
        outer: tuple[Mapping[str, Any], ...] = (),
    ) -> "RecordBlock":
        """A block of structs with the bytes they were decoded from."""
        return cls(objs, locators, hashes_of(bodies), offsets, list(map(len, bodies)), outer, bodies)

    @classmethod
    def of(cls, *records: RawRecord) -> "RecordBlock":
        """A block of these records, all with the same `outer`."""
        return cls(
            [one.obj for one in records],
            [one.locator for one in records],
            [one.sha256 for one in records],
            [one.offset for one in records],
            [one.length for one in records],
            records[0].outer,
        )

    def __len__(self) -> int:
        return len(self.objs)

    def records(self) -> Iterator[RawRecord]:
        if self.whole:
            yield from self._whole_records()
            return
        for obj, locator, digest, offset, length in zip(
            self.objs, self.locators, self.digests, self.offsets, self.lengths, strict=True
        ):
            yield RawRecord(locator, obj, digest, offset, length, self.outer)

    def _whole_records(self) -> Iterator[RawRecord]:
        for rank, one in enumerate(self.whole):
            if isinstance(one, RawRecord):
                yield one
            else:
                place, digest, offset = self.locators[rank], self.digests[rank], self.offsets[rank]
                is_suspect = b"\\u" in one
                yield RawRecord(place, value_of(one), digest, offset, len(one), self.outer, is_suspect)

    def only(self, kept: Sequence[bool]) -> "RecordBlock":
        """The records whose place in `kept` is true."""
        objs = self.objs
        return RecordBlock(
            objs.only(kept) if isinstance(objs, Filtered) else list(compress(objs, kept)),
            list(compress(self.locators, kept)),
            list(compress(self.digests, kept)),
            list(compress(self.offsets, kept)),
            list(compress(self.lengths, kept)),
            self.outer,
            list(compress(self.whole, kept)),
        )

    def part(self, start: int, end: int) -> "RecordBlock":
        """The records from one place to another."""
        return RecordBlock(
            self.objs[start:end],
            self.locators[start:end],
            self.digests[start:end],
            self.offsets[start:end],
            self.lengths[start:end],
            self.outer,
            self.whole[start:end],
        )


def hashes_of(bodies: Iterable[bytes]) -> list[str]:
    """The SHA-256 of each. No key and no secret: the library then skips a look-up that costs as much as 400 bytes."""
    return [sha256(body, usedforsecurity=False).hexdigest() for body in bodies]


_decode: Final = msgspec.json.Decoder().decode


def value_of(body: bytes) -> Any:
    """A JSON value as plain dicts and lists, of bytes that a struct was decoded from."""
    try:
        return _decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return SCANNER(body.decode(), 0)[0]  # a number too large for it, where the struct did not look


class Unfit(ValueError):
    """Some records of a block are of a kind that is mapped alone; the others are not concerned."""

    def __init__(self, ranks: Sequence[int]) -> None:
        self.ranks = ranks
        super().__init__("records to be mapped alone")


class BlockReader(Protocol):
    """What takes the records out of a member by blocks; one that needs care comes alone, as a RawRecord."""

    def __call__(
        self, member: Member, ctx: Context
    ) -> Iterator[RecordBlock | RawRecord | RecordError | Note]: ...


BLOCK_RECORDS: Final = 1_000


def in_blocks(
    found: Iterable[RawRecord | RecordError | Note],
) -> Iterator[RecordBlock | RawRecord | RecordError | Note]:
    """Records by blocks, in their order; one whose texts need care comes alone."""
    waiting: list[RawRecord] = []
    for one in found:
        is_plain = type(one) is RawRecord and not (one.is_suspect and has_forbidden("".join(one.obj)))
        if waiting and (
            not is_plain or len(waiting) >= BLOCK_RECORDS or one.outer is not waiting[0].outer  # type: ignore[union-attr]
        ):
            yield RecordBlock.of(*waiting)
            waiting = []
        if is_plain:
            waiting.append(one)  # type: ignore[arg-type]
        else:
            yield one
    if waiting:
        yield RecordBlock.of(*waiting)


BlockMapper = Callable[[RecordBlock, Context], Columns]


class RecordMapper(Protocol):
    def __call__(
        self, record: RawRecord, ctx: Context
    ) -> Message | Skip | Sequence[Message | Skip | Note]: ...


def by_itself(map_block: BlockMapper) -> RecordMapper:
    """The mapper of one record that a mapper of blocks is as well."""

    def map_record(record: RawRecord, ctx: Context) -> Message | Skip | Sequence[Message | Skip | Note]:
        found = map_block(RecordBlock.of(record), ctx)
        if record.is_suspect:
            results: list[Message | Skip | Note] = [_cleaned(one, record, ctx) for one in found]
        else:
            results = list(found)
        results += [Skip(reason) for reason, _ in found.skipped]
        results += found.notes
        alone = results[0] if len(results) == 1 else None
        return alone if isinstance(alone, Message | Skip) else results

    return map_record


def _cleaned(message: Message, record: RawRecord, ctx: Context) -> Message:
    """The message of a record whose texts may hold what no table can, built the careful way."""
    values = {name: getattr(message, name) for name in COLUMNS}
    missing = values.pop("missing")[len(ctx.cannot_give) :]
    for name in ("text_norm", "id_time", "time_flag", "source_sha256", "locator", "record_sha256", "mapper"):
        del values[name]
    if message.created_at_source == "id":
        for name in ("created_at", "created_at_precision", "created_at_source"):
            del values[name]
    return Message.of(record, ctx, missing=missing, **values)


# ------------------------------------------------------------------ finishing


def columns_of(
    block: RecordBlock,
    ctx: Context,
    fields: Fields,
    missing: Column,
    *,
    skipped: list[tuple[str, str]] | None = None,
    notes: list[Note] | None = None,
) -> Columns:
    """The columns of a block: those a mapper gives, and those that `Message.of` would add to each message.

    `fields` hold `platform`, `kind`, `message_id` and `text` among others, `missing` what the records lack beyond
    `ctx.cannot_give`. Raises ValueError for a count or a time that cannot be one, TypeError for an unknown column.
    """
    unknown = fields.keys() - DEFAULTS.keys()
    if unknown:
        raise TypeError(sorted(unknown)[0])
    count = len(block)
    require_counts(fields)
    values: dict[str, Column] = {**DEFAULTS, **fields}
    texts = values["text"]
    values["text_norm"] = (
        Same(fold(texts.value)) if isinstance(texts, Same) else fold_all(as_list(texts, count))
    )
    add_times(values, count, ctx)
    _require_times(values)
    values["collected_at"] = _collected(values["collected_at"], ctx)
    values["missing"] = _joined(ctx.cannot_give, missing)
    values["locator"], values["record_sha256"] = block.locators, block.digests
    values["source_sha256"], values["mapper"] = Same(ctx.source_sha256), Same(ctx.mapper)
    return Columns(count, values, skipped or [], notes or [])


def _collected(at: Column, ctx: Context) -> Column:
    """When each was seen: when the file came where it does not say."""
    if isinstance(at, np.ndarray):
        return at if ctx.collected_at is None else np.where(at == UNKNOWN, utc_us(ctx.collected_at), at)
    if isinstance(at, Same):
        return Same(at.value or ctx.collected_at)
    return [one or ctx.collected_at for one in at]


def require_counts(fields: Mapping[str, Column]) -> None:
    """Raises ValueError for a count below zero or past 64 bits."""
    for name in COUNTS:
        column = fields.get(name, ())
        is_full = isinstance(column, list) and None not in column
        known = column if is_full else [one for one in column if one is not None]
        if known and not (min(known) >= 0 and max(known) <= MAX_COUNT):
            raise ValueError(name)


def _require_times(values: Mapping[str, Column]) -> None:
    """Raises ValueError for a time that UTC puts before the year 1 or after 9999, which no row could be made of."""
    for name in ("created_at", "edited_at", "author_created_at", "collected_at"):
        column = values[name]
        if isinstance(column, np.ndarray):
            is_out = ((column < FIRST_US) & (column != UNKNOWN)) | (column > LAST_US)
            if is_out.any():
                raise ValueError(name)


def _joined(first: tuple[str, ...], missing: Column) -> Column:
    if isinstance(missing, Same):
        return Same((*first, *missing.value))
    return [(*first, *names) for names in missing] if first else missing


# ------------------------------------------------------------------ columns of a mapper


def kept_of(column: Column, kept: Sequence[bool]) -> Column:
    """The rows of a column whose place in `kept` is true."""
    if isinstance(column, Same):
        return column
    return column[np.array(kept)] if isinstance(column, np.ndarray) else list(compress(column, kept))


def names_missing(fields: Mapping[str, Column], names: Sequence[str], count: int) -> Column:
    """For each row, those of these columns that hold nothing there; a name that `fields` lacks is missing
    everywhere."""
    always, now_and_then = [], []
    for name in names:
        column = fields.get(name, Same(None))
        if isinstance(column, Same):
            if column.value is None:
                always.append(name)
        elif isinstance(column, np.ndarray):
            empty = column == UNKNOWN
            if empty.all():
                always.append(name)
            elif empty.any():
                now_and_then.append((name, empty.tolist()))
        elif None in column:
            if column.count(None) == count:
                always.append(name)
            else:
                now_and_then.append((name, [one is None for one in column]))
    if not now_and_then:
        return Same(tuple(always))
    return _ordered(names, always, now_and_then)


def lacking(**empty: Sequence[bool] | bool) -> Column:
    """For each row, the names of those of these columns that are empty there, in the order given."""
    always = [
        name for name, one in empty.items() if one is True or (one and not isinstance(one, bool) and all(one))
    ]
    others = [
        (name, list(one))
        for name, one in empty.items()
        if not isinstance(one, bool) and name not in always and any(one)
    ]
    return _ordered(tuple(empty), always, others) if others else Same(tuple(always))


def spread(block: RecordBlock, owners: Sequence[int], places: Sequence[str]) -> RecordBlock:
    """The rows of records that hold several: the record that each comes from, and its place inside it."""
    locators, digests = block.locators, block.digests
    return RecordBlock(
        [None] * len(owners),
        [locators[own] + place for own, place in zip(owners, places, strict=True)],
        [digests[own] for own in owners],
        [],
        [],
    )


def _ordered(names: Sequence[str], always: list[str], others: list[tuple[str, list[bool]]]) -> Column:
    """The names of each row in the order asked; rows that lack the same share one tuple."""
    known: dict[tuple[bool, ...], tuple[str, ...]] = {}
    for key in set(zip(*(empty for _, empty in others), strict=True)):
        lacking = {*always, *(name for (name, _), is_empty in zip(others, key, strict=True) if is_empty)}
        known[key] = tuple(name for name in names if name in lacking)
    return [known[key] for key in zip(*(empty for _, empty in others), strict=True)]
