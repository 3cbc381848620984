"""A search written to a file: NDJSON, CSV or Parquet, newest first, in flat memory.

The file appears under its name once it is whole and on the disk. CSV follows RFC 4180, in UTF-8 with a byte-order mark
and semicolons, as a French spreadsheet opens it; a cell that a spreadsheet would run as a formula is written with an
apostrophe before it (OWASP, “CSV injection”), so that CSV is for reading. NDJSON and Parquet give back each message as
it was.
"""

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from saisine.errors import SaisineError
from saisine.messages.columns import to_batch
from saisine.messages.corpus import Corpora, Query
from saisine.messages.schema import ARROW_SCHEMA, COLUMNS, Message

PAGE: Final = 5_000
# What opens a formula in Excel, LibreOffice or Google Sheets; the last two let the first ones through behind them.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
FIELDS: Final = ("ref", *COLUMNS)
_SCHEMA: Final = ARROW_SCHEMA.append(pa.field("ref", pa.string()))

Seen = Callable[[Sequence[Message]], None]
Pages = Iterable[Sequence[Message]]


def export_search(corpora: Corpora, query: Query, path: Path, *, seen: Seen | None = None) -> int:
    """Write every message that matches to `path` and return how many; the ending of its name says the form.

    `seen` is told of each page before it is written, so that what leaves is noted. Nothing found, no file. Raises
    `export_kind_unknown`, `export_exists` (a file is never replaced) or `export_not_written`.
    """
    write = WRITERS.get(path.suffix.lower())
    if write is None:
        raise SaisineError("export_kind_unknown", path=path, known=", ".join(WRITERS))
    if path.exists():
        raise SaisineError("export_exists", path=path)
    pages = _pages(corpora, query)
    first = next(pages, None)
    if first is None:
        return 0
    counted = _Counted(first, pages, seen)
    try:
        _write_whole(path, write, counted)
    except FileExistsError as error:
        raise SaisineError("export_exists", path=path) from error
    except OSError as error:
        raise SaisineError("export_not_written", path=path, reason=error.strerror or "") from error
    return counted.count


def _pages(corpora: Corpora, query: Query) -> Iterator[Sequence[Message]]:
    after: str | None = None
    while True:
        page = corpora.search(query, after=after, limit=PAGE)
        if page.items:
            yield page.items
        after = page.next
        if after is None:
            return


class _Counted:
    """Pages as they go by, told to `seen` and counted."""

    def __init__(self, first: Sequence[Message], others: Pages, seen: Seen | None) -> None:
        self._first, self._others, self._seen = first, others, seen
        self.count = 0

    def __iter__(self) -> Iterator[Sequence[Message]]:
        yield from map(self._note, [self._first])
        yield from map(self._note, self._others)

    def _note(self, page: Sequence[Message]) -> Sequence[Message]:
        if self._seen is not None:
            self._seen(page)
        self.count += len(page)
        return page


def _write_whole(path: Path, write: Callable[[IO[bytes], Pages], None], pages: Pages) -> None:
    """Write beside, flush to the disk, then give the name: a stopped export leaves no half file under it.

    The name is given by a link, which refuses to replace a file that came in the meantime.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            write(out, pages)
            out.flush()
            os.fsync(out.fileno())
        _name(part, path)
        _fsync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _name(part: Path, path: Path) -> None:
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a disk without links (FAT): nothing better than a look, then the name
        if path.exists():
            raise FileExistsError(path) from None
        part.rename(path)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# ------------------------------------------------------------------ the three forms


def _write_ndjson(out: IO[bytes], pages: Pages) -> None:
    encoder = msgspec.json.Encoder()
    for page in pages:
        out.write(encoder.encode_lines(page))


def _write_parquet(out: IO[bytes], pages: Pages) -> None:
    with pq.ParquetWriter(out, _SCHEMA, compression="zstd") as writer:
        for page in pages:
            columns = to_batch(page).columns
            refs = pa.array([message.ref for message in page], pa.string())
            writer.write_batch(pa.RecordBatch.from_arrays([*columns, refs], schema=_SCHEMA))


def _write_csv(out: IO[bytes], pages: Pages) -> None:
    text = _Utf8(out)
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    out.write(b"\xef\xbb\xbf")
    rows.writerow(FIELDS)
    for page in pages:
        rows.writerows([inert(_cell(getattr(message, name))) for name in FIELDS] for message in page)


class _Utf8:
    """What `csv.writer` writes, as bytes; it asks for nothing but `write`."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def write(self, text: str) -> int:
        return self._out.write(text.encode())


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return " ".join(value)
    return str(value)


def inert(cell: str) -> str:
    """The cell as no spreadsheet will run it.

    >>> inert('=HYPERLINK("https://exemple.test")')
    '\\'=HYPERLINK("https://exemple.test")'
    """
    return f"'{cell}" if cell.lstrip(" \n\xa0").startswith(FORMULA) else cell


WRITERS: Final[dict[str, Callable[[IO[bytes], Pages], None]]] = {
    ".csv": _write_csv,
    ".ndjson": _write_ndjson,
    ".parquet": _write_parquet,
}
