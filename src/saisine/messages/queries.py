"""Every question asked of corpora, in one place: which rows match, in which order, and how many.

Questions are values handed to arrow kernels, never text that is parsed: there is nothing to inject into.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saisine.errors import SaisineError
from saisine.texts import fold, replace_forbidden

Rows = npt.NDArray[np.int64]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_PHRASE: Final = re.compile(r'"([^"]+)"')
LAST: Final = "\U0010ffff"  # a row without id comes after those that have one


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; what is None is not asked. All conditions hold together.

    `text`: words, each somewhere in the message, accents and case ignored; "…" for a phrase. `since` and
    `until` are days of `zone` (both included) or aware moments (`until` excluded). `author` and `target`
    match an id, a handle or a name. `keys` are (platform, message_id). `role=None` also gives context rows.
    """

    text: str | None = None
    platform: str | None = None
    author: str | None = None
    target: str | None = None
    since: date | datetime | None = None
    until: date | datetime | None = None
    kind: str | None = None
    keys: frozenset[tuple[str, str]] | None = None
    corpus: str | None = None
    role: str | None = "primary"
    zone: str = "Europe/Paris"

    def span(self) -> tuple[datetime | None, datetime | None]:
        """(first moment, first moment after) in UTC."""
        return _moment(self.since, self.zone, 0), _moment(self.until, self.zone, 1)


def _moment(day: date | datetime | None, zone: str, add_days: int) -> datetime | None:
    if day is None:
        return None
    if isinstance(day, datetime):
        return day.replace(tzinfo=UTC) if day.tzinfo is None else day.astimezone(UTC)
    try:
        day = day + timedelta(days=add_days)
    except OverflowError:
        day = date.max
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def needles(text: str) -> list[str]:
    """The folded pieces that must all be in a message: phrases between quotes, then words."""
    clean = replace_forbidden(text)
    phrases = [fold(found) for found in _PHRASE.findall(clean)]
    words = fold(_PHRASE.sub(" ", clean)).split()
    return [piece for piece in dict.fromkeys(phrases + words) if piece]


def columns_asked(query: Query) -> list[str]:
    """The columns that deciding this query needs."""
    asked = {
        "text_norm": query.text is not None,
        "platform": query.platform is not None or query.keys is not None,
        "author_id": query.author is not None,
        "author_handle": query.author is not None,
        "author_name": query.author is not None,
        "target_id": query.target is not None,
        "target_handle": query.target is not None,
        "kind": query.kind is not None,
        "message_id": query.keys is not None,
        "role": query.role is not None,
        "created_at": query.since is not None or query.until is not None,
    }
    return [name for name, is_asked in asked.items() if is_asked]


def matching_rows(query: Query, columns: Mapping[str, pa.Array], rows: int) -> Rows:
    """The row numbers of one part that match, ascending."""
    mask = _mask(query, columns)
    if mask is None:
        return np.arange(rows, dtype=np.int64)
    return np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False)).astype(np.int64)


def _mask(query: Query, columns: Mapping[str, pa.Array]) -> pa.Array | None:
    masks: list[pa.Array] = []
    for name, value in (("role", query.role), ("platform", query.platform), ("kind", query.kind)):
        if value is not None:
            masks.append(_word_is(columns[name], value))
    since, until = query.span()
    if since is not None:
        masks.append(pc.greater_equal(columns["created_at"], _scalar(since)))
    if until is not None:
        masks.append(pc.less(columns["created_at"], _scalar(until)))
    if query.author is not None:
        masks.append(_is_account(columns, "author_id", ("author_handle", "author_name"), query.author))
    if query.target is not None:
        masks.append(_is_account(columns, "target_id", ("target_handle",), query.target))
    if query.keys is not None:
        masks.append(_has_key(columns, query.keys))
    for needle in needles(query.text) if query.text is not None else ():
        masks.append(pc.match_substring(columns["text_norm"], needle))
    if not masks:
        return None
    mask = masks[0]
    for other in masks[1:]:
        mask = pc.and_kleene(mask, other)
    return mask


def _scalar(moment: datetime) -> pa.Scalar:
    return pa.scalar(moment, pa.timestamp("us", tz="UTC"))


def _word_is(column: pa.Array, value: str) -> pa.Array:
    """Equality on a dictionary column, by its code: the words are few."""
    found = column.dictionary.to_pylist()
    value = replace_forbidden(value)
    if value not in found:
        return pa.repeat(pa.scalar(False), len(column))
    return pc.equal(column.indices, found.index(value))


def _is_account(
    columns: Mapping[str, pa.Array], by_id: str, by_name: tuple[str, ...], asked: str
) -> pa.Array:
    asked = replace_forbidden(asked).strip()
    name = asked.removeprefix("@").lower()
    mask = pc.fill_null(pc.equal(columns[by_id], asked), False)
    for column in by_name:
        mask = pc.or_(mask, pc.fill_null(pc.equal(pc.utf8_lower(columns[column]), name), False))
    return mask


def _has_key(columns: Mapping[str, pa.Array], keys: frozenset[tuple[str, str]]) -> pa.Array:
    mask = pa.repeat(pa.scalar(False), len(columns["message_id"]))
    for platform in sorted({platform for platform, _ in keys}):
        ids = pa.array(
            [replace_forbidden(one) for where, one in sorted(keys) if where == platform], pa.string()
        )
        ours = pc.and_(
            _word_is(columns["platform"], platform), pc.is_in(columns["message_id"], value_set=ids)
        )
        mask = pc.or_(mask, ours)
    return mask


# ------------------------------------------------------------------ order and pages


class Place(NamedTuple):
    """Where a row stands in the order of pages: by time, then id, then position. `at_us` None comes last."""

    at_us: int | None
    message_id: str
    corpus: str
    part: int
    row: int

    def sort_key(self) -> tuple[int, str, str, int, int]:
        return (self.at_us or 0, self.message_id, self.corpus, self.part, self.row)

    def to_cursor(self) -> str:
        """An opaque, URL-safe word for “after this row”."""
        return base64.urlsafe_b64encode(json.dumps(self).encode()).decode().rstrip("=")

    @classmethod
    def from_cursor(cls, cursor: str) -> "Place":
        """Raises `cursor_malformed`."""
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            at_us, message_id, corpus, part, row = json.loads(
                base64.urlsafe_b64decode(padded.encode("ascii"))
            )
            place = cls(
                None if at_us is None else int(at_us), str(message_id), str(corpus), int(part), int(row)
            )
        except (ValueError, TypeError, binascii.Error, UnicodeError, RecursionError) as error:
            raise SaisineError("cursor_malformed") from error
        return place


def before(rows: Rows, at_us: Rows, dated: int, after: Place | None, place_of: Any) -> Rows:
    """Of the rows of one part (newest first, undated last), those that come after the cursor's place.

    `at_us` are the part's times, of which the first `dated` are known, ascending.
    """
    with_time, without = rows[rows < dated][::-1], rows[rows >= dated][::-1]
    if after is None:
        return np.concatenate([with_time, without])
    if after.at_us is None:
        return np.array(
            [row for row in without if place_of(int(row)).sort_key() < after.sort_key()], np.int64
        )
    times = at_us[with_time]
    ties = [
        row for row in with_time[times == after.at_us] if place_of(int(row)).sort_key() < after.sort_key()
    ]
    return np.concatenate([np.array(ties, np.int64), with_time[times < after.at_us], without])


def count_by(moments: pa.Array, unit: str, zone: str) -> dict[datetime, int]:
    """How many of these times fall in each day or hour of a zone; undated ones are left out."""
    local = pc.drop_null(moments).cast(pa.timestamp("us", tz=zone))
    counted = pc.value_counts(pc.floor_temporal(local, unit=unit))
    return {entry["values"].as_py(): entry["counts"].as_py() for entry in counted}
