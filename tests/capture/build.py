"""Small captures made by hand: WARC records, indexes, packages and zips, whole or with one fault each.

Addresses are invented and lead nowhere. Nothing here uses the code under test.
"""

import base64
import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping

PAGE = "https://forum.exemple.test/fil/1"
IMAGE = "https://forum.exemple.test/image.png"
DATE = "2026-11-20T15:04:38.922810Z"
STAMP = "20261120150438"
WARC = "archive/data.warc.gz"
INDEX = "indexes/index.cdx.gz"
BLOCKS = "indexes/index.idx"
PAGES = "pages/pages.jsonl"
LIST = "datapackage.json"
DIGEST = "datapackage-digest.json"


def sha1(body: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def sha256(body: bytes) -> str:
    return "sha256:" + hashlib.sha256(body).hexdigest()


def record(
    kind: str,
    uri: str,
    block: bytes,
    media: str = "text/plain",
    payload: bytes | None = None,
    *,
    digest: Callable[[bytes], str] = sha256,
    version: str = "1.1",
    extra: str = "",
    length: int | None = None,
    end: bytes = b"\r\n\r\n",
) -> bytes:
    """One WARC record; `length` and `end` may lie."""
    lines = [
        f"WARC/{version}", f"WARC-Type: {kind}", f"WARC-Target-URI: {uri}", f"WARC-Date: {DATE}",
        f"WARC-Record-ID: <urn:test:{hashlib.sha256(block + uri.encode() + kind.encode()).hexdigest()}>",
        f"Content-Type: {media}", f"WARC-Block-Digest: {digest(block)}",
        f"Content-Length: {len(block) if length is None else length}",
    ]  # fmt: skip
    if payload is not None:
        lines.append(f"WARC-Payload-Digest: {digest(payload)}")
    return ("\r\n".join(lines) + f"\r\n{extra}\r\n").encode() + block + end


def response(uri: str, body: bytes, head: str = "HTTP/1.1 200 OK", **options: object) -> bytes:
    block = f"{head}\r\n\r\n".encode() + body
    options.setdefault("payload", body)
    return record("response", uri, block, "application/http; msgtype=response", **options)  # type: ignore[arg-type]


def records() -> list[tuple[str, bytes]]:
    """(address, record) of a small page: what a capture tool writes for it."""
    ask = b"GET /fil/1 HTTP/1.1\r\nHost: forum.exemple.test\r\n\r\n"
    return [
        ("", record("warcinfo", "", b"software: essai\r\nformat: WARC File Format 1.1\r\n")),
        (PAGE, response(PAGE, "<h1>Fil d’essai</h1>".encode(), digest=sha1)),
        (PAGE, record("request", PAGE, ask, "application/http; msgtype=request", b"")),
        (IMAGE, response(IMAGE, b"\x89PNG" + bytes(range(200)), version="1.0")),
        ("urn:text:" + PAGE, record("resource", "urn:text:" + PAGE, "Fil d’essai".encode())),
    ]


def gzipped(bodies: Iterable[bytes]) -> list[bytes]:
    return [gzip.compress(body, mtime=0) for body in bodies]


def index_lines(
    parts: list[tuple[str, bytes]], stored: list[bytes], filename: str = "data.warc.gz"
) -> list[bytes]:
    """CDXJ lines, sorted, for what is neither request nor warcinfo."""
    lines, offset = [], 0
    for (uri, body), piece in zip(parts, stored, strict=True):
        if uri and b"WARC-Type: request" not in body:
            digest = next(
                (h[21:] for h in body.decode("latin-1").split("\r\n") if h.startswith("WARC-Payload-D")), "-"
            )
            fields = {
                "url": uri, "digest": digest, "offset": str(offset), "length": str(len(piece)),
                "filename": filename, "recordDigest": sha256(piece),
            }  # fmt: skip
            lines.append(f"{uri} {STAMP} {json.dumps(fields)}\n".encode())
        offset += len(piece)
    return sorted(lines)


def blocks_of(block: bytes, first: bytes) -> bytes:
    """The `.idx` of an index in one block."""
    key = " ".join(first.decode().split(" ")[:2])
    line = json.dumps({"offset": 0, "length": len(block), "digest": sha256(block)})
    return f'!meta 0 {{"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}}\n{key} {line}\n'.encode()


def pages(*urls: str) -> bytes:
    lines = [{"format": "json-pages-1.0", "id": "pages", "title": "Pages"}]
    lines += [{"id": str(n), "url": url, "ts": DATE, "title": "Fil"} for n, url in enumerate(urls)]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def contents() -> dict[str, bytes]:
    """The members of a good capture, without its list."""
    parts = records()
    stored = gzipped(body for _, body in parts)
    lines = index_lines(parts, stored)
    index = gzip.compress(b"".join(lines), mtime=0)
    return {
        WARC: b"".join(stored),
        INDEX: index,
        BLOCKS: blocks_of(index, lines[0]),
        PAGES: pages(PAGE + "#haut"),
    }


def resource(path: str, body: bytes) -> dict[str, object]:
    return {"name": path.rpartition("/")[2], "path": path, "hash": sha256(body), "bytes": len(body)}


def listed(files: Mapping[str, bytes], **changes: object) -> dict[str, bytes]:
    """The same members with a right list and the hash of that list; `changes` replace fields of the list."""
    package = {
        "profile": "data-package", "resources": [resource(path, body) for path, body in files.items()],
        "created": "2026-11-20T15:04:39Z", "wacz_version": "1.1.1",
    }  # fmt: skip
    return with_digest({**files, LIST: json.dumps({**package, **changes}).encode()})


def with_digest(files: Mapping[str, bytes], **more: object) -> dict[str, bytes]:
    digest = {"path": LIST, "hash": sha256(files[LIST]), **more}
    return {**files, DIGEST: json.dumps(digest).encode()}


def good() -> dict[str, bytes]:
    return listed(contents())


def zipped(
    files: Mapping[str, bytes] | Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_STORED
) -> bytes:
    """The members as a zip, in that order, at a fixed time; a name may come twice when pairs are given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in files.items() if isinstance(files, Mapping) else files:
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 20, 15, 4, 38)), body, method)
    return out.getvalue()
