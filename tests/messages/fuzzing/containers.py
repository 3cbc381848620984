"""Files put into what carries files: archives, captures, workbooks; whole, or damaged on the way."""

import base64
import bz2
import csv
import gzip
import io
import lzma
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any, Final

import pyarrow as pa

from tests.messages.formats import captures
from tests.messages.workbooks import sheet, workbook

Files = list[tuple[str, bytes]]
NAMES: Final = (
    "a.json",
    "data/tweets.js",
    "data/account.js",
    "chat.txt",
    "é/É.csv",
    "../x",
    "/y",
    "a\0b",
    "result.json",
)
CODINGS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "gzip": partial(gzip.compress, mtime=0),
    "br": partial(pa.compress, codec="brotli", asbytes=True),
    "zstd": partial(pa.compress, codec="zstd", asbytes=True),
}
ADDRESSES: Final = [address for address, _, _ in captures.ANSWERS]


def zipped(files: Files, rng: Random) -> bytes:
    out = io.BytesIO()
    method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as archive:
        warnings.simplefilter("ignore")  # a name written twice
        for name, data in files:
            archive.writestr(dated(name, method), data)
    return out.getvalue()


def dated(name: str, method: int) -> zipfile.ZipInfo:
    """A file of an archive, of one day whatever today is: the same case is the same bytes."""
    info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
    info.compress_type = method
    return info


def tarred(files: Files, rng: Random) -> bytes:
    out = io.BytesIO()
    packer = rng.choice((bytes, CODINGS["gzip"], bz2.compress))
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name.replace("\0", ""))
            info.size = len(data)
            info.type = rng.choice((tarfile.REGTYPE,) * 6 + (tarfile.SYMTYPE, tarfile.FIFOTYPE))
            archive.addfile(info, io.BytesIO(data))
    return packer(out.getvalue())


def packed(files: Files, rng: Random) -> bytes:
    return rng.choice((CODINGS["gzip"], bz2.compress, lzma.compress))(files[0][1])


def in_har(files: Files, rng: Random) -> bytes:
    """Answers of a browser's capture, as text or in base64."""
    entries = []
    for _, data in files:
        if rng.random() < 0.3:
            coded: dict[str, Any] = {"text": base64.b64encode(data).decode(), "encoding": "base64"}
            entries.append(captures.entry(rng.choice(ADDRESSES), None, **coded))
        else:
            text = rng.choice(("", "", "for (;;);", "\ufeff")) + data.decode("utf-8", "replace")
            is_page = rng.random() < 0.2
            text = f'<html><script type="application/json" data-x>{text}</script></html>' if is_page else text
            media = "text/html" if is_page else "application/json"
            entries.append(captures.entry(rng.choice(ADDRESSES), text, media))
    return captures.har(*entries)


def in_warc(files: Files, rng: Random) -> bytes:
    """The same in an archive of pages, perhaps compressed twice."""
    records = []
    for number, (_, data) in enumerate(files):
        headers = ()
        if rng.random() < 0.3:
            coding = rng.choice(tuple(CODINGS))
            data, headers = CODINGS[coding](data), (f"Content-Encoding: {coding}",)
        elif rng.random() < 0.2:
            data, headers = (
                f"{len(data):x}\r\n".encode() + data + b"\r\n0\r\n\r\n",
                ("Transfer-Encoding: chunked",),
            )
        media = rng.choice(("application/json", "text/html", "text/javascript"))
        block = captures.http(data, media, *headers)
        records.append(captures.warc_record("response", rng.choice(ADDRESSES), block, number))
    return captures.warc(*records, packed=rng.random() < 0.5)


def in_wacz(files: Files, rng: Random) -> bytes:
    return zipped([("archive/data.warc.gz", in_warc(files, rng)), ("datapackage.json", b"{}")], rng)


def in_workbook(files: Files, rng: Random) -> bytes:
    """Tables as sheets of an .xlsx; a part of it may be changed."""
    sheets = {}
    for number, (_, data) in enumerate(files):
        text = data.decode("utf-8", "replace").replace("\0", "")
        sign = max(",;\t", key=text.partition("\n")[0].count)
        try:
            rows: list[list[str]] = list(csv.reader(io.StringIO(text), delimiter=sign))[:200]
        except csv.Error:
            rows = [[text[:30_000]]]
        sheets[f"Feuille{number}"] = sheet([row[:300] for row in rows])
    return workbook(sheets, is_1904=rng.random() < 0.1)


WRAPPINGS: Final[tuple[Callable[[Files, Random], bytes], ...]] = (
    *(zipped, zipped, tarred, packed, in_har, in_har, in_warc, in_warc, in_wacz, in_workbook),
)


def wrap(bodies: list[bytes], rng: Random) -> bytes:
    """These files inside one of them."""
    return rng.choice(WRAPPINGS)([(rng.choice(NAMES), data) for data in bodies], rng)


def rezipped(data: bytes, rng: Random, change: Callable[[bytes], bytes]) -> bytes:
    """One part of an archive (a sheet, the styles…) changed, and the archive made again."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    at = rng.randrange(len(parts))
    parts[at] = (parts[at][0], change(parts[at][1]))
    return zipped(parts, Random(0))
