"""What may be asked of corpora, and how a question becomes data: tables of values, never text that is parsed.

`questions.py` writes the questions themselves; `engines.py` answers them; `corpus.py` is what callers use.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from saisine.errors import SaisineError
from saisine.texts import fold, fold_all, replace_forbidden

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_PHRASE: Final = re.compile(r'"([^"]+)"')
LAST: Final = "\U0010ffff"  # a row without id comes after those that have one
DAWN_US: Final = -62_135_596_800_000_000  # the year 1: stands for “no date”, before every date
QUARTER_US: Final = 900_000_000
LIMIT: Final = (
    987_654_321  # written where a page's number of rows goes: that number must stand in the statement
)
STATEMENTS: Final = Path(__file__).with_name("questions.sql")

# The columns of `rows`, by their Ibis types: what a question may look at.
ROWS: Final[dict[str, str]] = {
    "corpus": "string",
    "part": "int32",
    "row": "int32",
    "at_us": "int64",
    "collected_us": "int64",
    "imported_us": "int64",
    "is_newest": "boolean",
    **dict.fromkeys(("message_id", "platform", "kind", "role", "text_norm"), "string"),
    **dict.fromkeys(("author_id", "author_handle", "author_name", "target_id", "target_handle"), "string"),
}
# The one row of `asked`: null where nothing is asked.
ASKED: Final[dict[str, str]] = {
    **dict.fromkeys(("asked_role", "asked_platform", "asked_kind"), "string"),
    **dict.fromkeys(("asked_since_us", "asked_until_us"), "int64"),
    **dict.fromkeys(("asked_author", "asked_author_name", "asked_target", "asked_target_name"), "string"),
    "asked_all_observations": "boolean",
    "after_at": "int64",
    "after_id": "string",
    "after_corpus": "string",
    "after_part": "int32",
    "after_row": "int32",
}


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; what is None is not asked. All conditions hold together.

    `text`: words, each somewhere in the message, accents and case ignored; "…" for a phrase. `since` and
    `until` are days of `zone` (both included) or aware moments (`until` excluded). `author` and `target`
    match an id as it is, or a handle or name folded like words (`fold_name`). `keys` are (platform, message_id).
    `role=None` also gives context rows.
    A message seen several times is given once, as last collected; `all_observations` gives each.
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
    all_observations: bool = False

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


def moment_of(us: int) -> datetime:
    """The aware UTC time of so many microseconds since 1970."""
    return _EPOCH + us * _MICROSECOND


def needles(text: str) -> list[str]:
    """The folded pieces that must all be in a message: phrases between quotes, then words."""
    clean = replace_forbidden(text)
    phrases = [fold(found) for found in _PHRASE.findall(clean)]
    words = fold(_PHRASE.sub(" ", clean)).split()
    return [piece for piece in dict.fromkeys(phrases + words) if piece]


def fold_name(name: str) -> str:
    """A handle or name as it is compared: folded like the words of a search.

    What folds to nothing (signs that are not seen) stays as it is: it is still somebody's name.

    >>> fold_name("Zoe\u0301 ")
    'zoe'
    """
    return _compared(fold(name), name)


def fold_asked(name: str) -> str:
    """The same for a name that a person types, who may put an @ before it."""
    return fold_name(name.strip().removeprefix("@"))


def fold_names(names: pa.Array) -> pa.Array:
    """The same for a column; a name that comes often is folded once."""
    coded = names.dictionary_encode()
    written = coded.dictionary.to_pylist()
    folded = [*map(_compared, fold_all(written), written)]
    return pa.array(folded, pa.string()).take(coded.indices)


def _compared(folded: str, name: str) -> str:
    return folded or name.lower()


def columns_asked(query: Query) -> list[str]:
    """The columns of the corpora that deciding this query needs."""
    asked = {
        "text_norm": bool(query.text and needles(query.text)),
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


def names_asked(query: Query) -> list[str]:
    """The columns of names that this query compares: engines are given them folded (`fold_names`)."""
    asked = {
        "author_handle": query.author is not None,
        "author_name": query.author is not None,
        "target_handle": query.target is not None,
    }
    return [name for name, is_asked in asked.items() if is_asked]


# ------------------------------------------------------------------ questions as tables

_ARROW: Final[dict[str, pa.DataType]] = {
    "string": pa.string(), "int32": pa.int32(), "int64": pa.int64(), "boolean": pa.bool_()
}  # fmt: skip
ASKED_SCHEMA: Final[pa.Schema] = pa.schema([(name, _ARROW[kind]) for name, kind in ASKED.items()])


def asked_tables(query: Query, after: "Place | None" = None) -> dict[str, pa.Table]:
    """`asked`, `needles` and `keys` for one query: the values a person gave, and nothing else."""
    row = dict.fromkeys(ASKED, None) | _conditions(query) | (after.as_asked() if after else {})
    asked = pa.Table.from_pylist([row], ASKED_SCHEMA)
    found = needles(query.text) if query.text is not None else []
    return {"asked": asked, "needles": pa.table({"needle": pa.array(found, pa.string())})} | (
        {} if query.keys is None else {"keys": identities(query.keys)}
    )


def _conditions(query: Query) -> dict[str, Any]:
    since, until = query.span()
    author, target = (None if who is None else replace_forbidden(who).strip() for who in _accounts(query))
    return {
        **{f"asked_{name}": _clean(getattr(query, name)) for name in ("role", "platform", "kind")},
        "asked_since_us": None if since is None else microseconds(since),
        "asked_until_us": None if until is None else microseconds(until),
        "asked_author": author,
        "asked_author_name": author and fold_asked(author),
        "asked_target": target,
        "asked_target_name": target and fold_asked(target),
        "asked_all_observations": query.all_observations,
    }


def _accounts(query: Query) -> tuple[str | None, str | None]:
    return query.author, query.target


def _clean(value: str | None) -> str | None:
    return None if value is None else replace_forbidden(value)


def identities(keys: Iterable[tuple[str, str]]) -> pa.Table:
    """A table of (platform, message_id)."""
    pairs = sorted({(replace_forbidden(platform), replace_forbidden(one)) for platform, one in keys})
    return pa.table(
        [pa.array([pair[side] for pair in pairs], pa.string()) for side in (0, 1)],
        names=["platform", "message_id"],
    )


def by_unit(quarters: Mapping[int, int], unit: str, zone: str) -> dict[datetime, int]:
    """Counts by quarter of an hour (its first microsecond, UTC) summed by hour or day of a zone, ascending.

    Times carry the offset of their moment: in autumn two hours of one name are two times.
    """
    here, found = ZoneInfo(zone), dict[datetime, int]()
    for quarter, count in sorted(quarters.items()):
        local = moment_of(quarter).astimezone(here)
        start = local.replace(minute=0) if unit == "hour" else local.replace(hour=0, minute=0, fold=0)
        fixed = start.replace(tzinfo=timezone(start.utcoffset() or timedelta()))
        found[fixed] = found.get(fixed, 0) + count
    return found


# ------------------------------------------------------------------ order and pages


class Place(NamedTuple):
    """Where a row stands in the order of pages: by time, then id, then position. `at_us` None comes last."""

    at_us: int | None
    message_id: str
    corpus: str
    part: int
    row: int

    def sort_key(self) -> tuple[int, str, str, int, int]:
        return (DAWN_US if self.at_us is None else self.at_us, *self[1:])

    def as_asked(self) -> dict[str, Any]:
        """The columns of `asked` that say “after this row”."""
        return dict(
            zip(
                ("after_at", "after_id", "after_corpus", "after_part", "after_row"),
                self.sort_key(),
                strict=True,
            )
        )

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Place":
        """From a row of the question `page`."""
        at = None if row["at"] == DAWN_US else row["at"]
        return cls(at, row["id"], row["corpus"], row["part"], row["row"])

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
                None if at_us is None else int(at_us),
                replace_forbidden(str(message_id)),
                replace_forbidden(str(corpus)),
                int(part),
                int(row),
            )
            pa.Table.from_pylist([place.as_asked()], ASKED_SCHEMA)  # numbers that fit their columns
        except (ValueError, TypeError, OverflowError, binascii.Error, UnicodeError, RecursionError) as error:
            raise SaisineError("cursor_malformed") from error
        return place
