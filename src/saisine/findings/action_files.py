"""A plain table of actions, CSV or Parquet: accounts, contents, the object they share, times.

Column names of CooRTweet and of coordination-network-toolkit are understood too. Nothing is guessed of a
time: seconds or ISO 8601, one way in the whole column, else the run stops and quotes three values.
"""

import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from saisine.errors import SaisineError
from saisine.findings.actions import code
from saisine.findings.addresses import canonical_url, is_address, read_cell
from saisine.findings.coordination import Shares
from saisine.findings.joins import Codes
from saisine.messages.encodings import encoding_of

ALIASES: Final = {
    "account_id": ("user_id",),
    "content_id": ("message_id",),
    "timestamp": ("timestamp_share",),
}
DELIMITERS: Final = ",;\t"
LATEST_S: Final = 1e11  # the year 5138: beyond, the column holds milliseconds
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER: Final = r"^-?\d+(\.\d*)?$"
_ROUNDED: Final = r"^\d(?:[.,]\d{1,20})?[eE]\+\d{1,3}$"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_PARQUET: Final = b"PAR1"


@dataclass(frozen=True, slots=True)
class ActionFile:
    """The actions of a file; `read` counts its rows, `left_out` those not used, by reason.

    Reasons: `unreadable_line`, `no_account`, `no_content`, `no_object`, `no_time`, `coarse_time` (a day without
    an hour), `rounded_id` (a spreadsheet wrote 1.75E+18).
    """

    shares: Shares
    read: int
    left_out: Counter[str] = field(default_factory=Counter)


def read_actions(source: Path, *, column: str = "object_id") -> ActionFile:
    """Read a whole table; `column` names the shared object, whose cell may hold a list.

    Web addresses are compared in their canonical form. Raises `path_missing`, `coordination_unreadable`,
    `coordination_columns`, `coordination_mixed_times`, `coordination_milliseconds`, `coordination_no_times`.
    """
    if not source.is_file():
        raise SaisineError("path_missing", path=source)
    table, unreadable = _load(source, column)
    left_out = Counter({"unreadable_line": unreadable} if unreadable else {})
    read = len(table) + unreadable
    t_us, state = _times(table["timestamp"], source.name)
    reasons = _reasons(table, state)
    for reason, flags in reasons.items():
        left_out[reason] += int(flags.sum())
    fine = ~np.logical_or.reduce([*reasons.values(), np.zeros(len(table), bool)])
    rows, objects = _objects(table["object"].filter(pa.array(fine)))
    left_out["no_object"] += int(fine.sum()) - len(np.unique(rows))
    if len(table) and not len(rows) and (reasons["coarse_time"] | reasons["no_time"]).all():
        raise SaisineError("coordination_no_times", name=source.name)
    kept = np.flatnonzero(fine)[rows]
    return ActionFile(_shares(table, kept, objects, t_us), read, +left_out)


def _load(source: Path, column: str) -> tuple[pa.Table, int]:
    """(account, content, timestamp, object as texts, or timestamp as times; lines that could not be read)."""
    try:
        with source.open("rb") as file:
            is_parquet = file.read(4) == _PARQUET
        return _parquet(source, column) if is_parquet else _csv(source, column)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise SaisineError("coordination_unreadable", name=source.name) from error


def _parquet(source: Path, column: str) -> tuple[pa.Table, int]:
    found = _named(pq.read_schema(source).names, column, source.name)
    table = pq.read_table(source, columns=sorted(set(found.values())))
    columns = {}
    for name, own in found.items():
        values = table[own]
        if name == "object" and pa.types.is_list(values.type):
            values = pc.binary_join(values.cast(pa.list_(pa.string())), "|")
        is_time = pa.types.is_timestamp(values.type)
        columns[name] = values if is_time else values.cast(pa.string())
    return pa.table(columns), 0


def _csv(source: Path, column: str) -> tuple[pa.Table, int]:
    body = _utf8(source.read_bytes())
    if not body.strip():
        raise SaisineError("coordination_unreadable", name=source.name)
    head = body.split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    mark = max(DELIMITERS, key=head.count)
    names = [name.strip().strip('"').strip() for name in head.split(mark)]
    found = _named(names, column, source.name)
    bad: list[object] = []
    table = pa_csv.read_csv(
        io.BytesIO(body),
        read_options=pa_csv.ReadOptions(column_names=names, skip_rows=1, block_size=max(1 << 20, len(body))),
        parse_options=pa_csv.ParseOptions(
            delimiter=mark, newlines_in_values=True, invalid_row_handler=_skip(bad)
        ),
        convert_options=pa_csv.ConvertOptions(
            include_columns=list(dict.fromkeys(found.values())),
            column_types=dict.fromkeys(found.values(), pa.string()),
        ),
    )
    return pa.table({name: table[own] for name, own in found.items()}), len(bad)


def _skip(bad: list[object]) -> Callable[[object], str]:
    def keep_count(row: object) -> str:
        bad.append(None)
        return "skip"

    return keep_count


def _utf8(data: bytes) -> bytes:
    encoding = encoding_of(data)
    if encoding is not None:
        return data.decode(encoding, "replace").removeprefix("\ufeff").encode("utf-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:  # the Western code page of older spreadsheets
        return data.decode("cp1252", "replace").encode("utf-8")
    return data


def _named(names: Sequence[str], column: str, file: str) -> dict[str, str]:
    """Our names -> those of the file. Raises `coordination_columns`."""
    wanted = {"account": "account_id", "content": "content_id", "timestamp": "timestamp"}
    found = {"object": column if column in names else None}
    for own, name in wanted.items():
        found[own] = next((one for one in (name, *ALIASES[name]) if one in names), None)
    missing = [wanted.get(own, column) for own, name in found.items() if name is None]
    if missing:
        columns = ", ".join(name[:40] for name in names[:30])
        raise SaisineError("coordination_columns", name=file, missing=", ".join(missing), columns=columns)
    return {own: name for own, name in found.items() if name is not None}


def _blank(column: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    flags = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(pc.fill_null(column, ""))), 0)
    return flags.to_numpy()  # type: ignore[no-any-return]


def _reasons(table: pa.Table, state: Codes) -> dict[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Why a row is left out, one reason each: the first that holds."""
    rounded = [
        pc.fill_null(pc.match_substring_regex(table[name], _ROUNDED), False).to_numpy()
        for name in ("account", "content")
    ]
    found = {
        "no_account": _blank(table["account"]),
        "no_content": _blank(table["content"]),
        "rounded_id": rounded[0] | rounded[1],
        "no_time": state == _UNKNOWN,
        "coarse_time": state == _COARSE,
        "no_object": _blank(table["object"]),
    }
    seen = np.zeros(len(table), bool)
    for reason, flags in found.items():
        found[reason] = flags & ~seen
        seen = seen | flags
    return found


_EXACT, _COARSE, _UNKNOWN = 0, 1, 2


def _times(column: pa.ChunkedArray, name: str) -> tuple[Codes, Codes]:
    """(microseconds since 1970, state of each)."""
    if pa.types.is_timestamp(column.type):
        state = np.where(pc.is_null(column).to_numpy(), _UNKNOWN, _EXACT)
        whole = pc.fill_null(
            pc.cast(column, pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64()), 0
        )
        return whole.to_numpy(), state
    texts = pc.utf8_trim_whitespace(pc.fill_null(column, ""))
    is_number = pc.match_substring_regex(texts, _NUMBER)
    is_blank = pc.equal(texts, "")
    others = pc.and_(pc.invert(is_number), pc.invert(is_blank))
    if pc.any(is_number).as_py() and pc.any(others).as_py():
        _refuse("coordination_mixed_times", texts.filter(is_number), texts.filter(others), name)
    if pc.any(others).as_py():
        return _iso_times(texts, name)
    values = pc.if_else(is_number, texts, "0").cast(pa.float64()).to_numpy()
    if (np.abs(values) > LATEST_S).any():
        _refuse("coordination_milliseconds", texts.filter(pa.array(np.abs(values) > LATEST_S)), [], name)
    return np.rint(values * 1e6).astype(np.int64), np.where(is_number.to_numpy(), _EXACT, _UNKNOWN)


def _refuse(error: str, some: pa.ChunkedArray, others: Sequence[object] | pa.ChunkedArray, name: str) -> None:
    shown = (
        [str(value) for value in [*some[:2].to_pylist(), *list(others[:1])]]
        if len(others)
        else [str(value) for value in some[:3].to_pylist()]
    )
    raise SaisineError(error, name=name, values=" ; ".join(value[:40] for value in shown))


def _iso_times(texts: pa.ChunkedArray, name: str) -> tuple[Codes, Codes]:
    """ISO 8601, every one with a zone or every one without (then read as UTC: only differences count)."""
    encoded = texts.combine_chunks().dictionary_encode()
    read = [_iso(text) for text in encoded.dictionary.to_pylist()]
    zoned = [one for one in read if one is not None and one[0].tzinfo is not None]
    bare = [one for one in read if one is not None and one[0].tzinfo is None and not one[1]]
    if zoned and bare:
        quoted = [str(one[0]) for one in (*zoned[:2], bare[0])]
        raise SaisineError("coordination_mixed_times", name=name, values=" ; ".join(quoted))
    us = np.array([_microseconds(one[0]) if one else 0 for one in read], np.int64)
    state = np.array([_UNKNOWN if one is None else _COARSE if one[1] else _EXACT for one in read], np.int64)
    indices = encoded.indices.to_numpy()
    return us[indices], state[indices]


def _iso(text: str) -> tuple[datetime, bool] | None:
    """(time, whether it is a day alone)."""
    try:
        return datetime.fromisoformat(re.sub(r"\s+UTC$", "Z", text)), _DAY.fullmatch(text) is not None
    except ValueError:
        return None


def _microseconds(at: datetime) -> int:
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (aware - EPOCH) // timedelta(microseconds=1)


def _objects(cells: pa.ChunkedArray) -> tuple[Codes, pa.Array]:
    """(row, object) for every object of every cell, each once a row."""
    encoded = cells.combine_chunks().dictionary_encode()
    lists = [_values(cell) for cell in encoded.dictionary.to_pylist()]
    sizes = np.array([len(values) for values in lists], np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    flat = pa.array([value for values in lists for value in values], pa.string())
    index = encoded.indices.to_numpy()
    own = sizes[index]
    rows = np.repeat(np.arange(len(index)), own)
    inside = np.arange(len(rows)) - np.repeat(np.cumsum(own) - own, own)
    return rows, flat.take(pa.array(np.repeat(starts[index], own) + inside))


def _values(cell: str) -> list[str]:
    found = [(canonical_url(one) or one) if is_address(one) else one for one in read_cell(cell)]
    return list(dict.fromkeys(found))


def _shares(table: pa.Table, rows: Codes, objects: pa.Array, t_us: Codes) -> Shares:
    taken = pa.array(rows)
    contents = table["content"].take(taken).combine_chunks()
    account, accounts = code(table["account"].take(taken))
    content, content_names = code(contents)
    object_code, object_names = code(objects)
    own = pc.equal(contents, objects).to_numpy(zero_copy_only=False) if len(rows) else np.zeros(0, bool)
    return Shares(account, object_code, content, t_us[rows], own, accounts, object_names, content_names)
