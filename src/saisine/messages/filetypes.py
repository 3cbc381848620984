"""What a file is by its first bytes: picture, document, sound, archive, or perhaps messages.

Signatures: IANA media types, and the magic numbers of each format's own specification.
"""

import re
import zlib
from typing import Final, NamedTuple

# A workbook is a zip of its own; `containers` gives its sheets.
WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FileType(NamedTuple):
    """`kind` is the vault's (`original`, `screenshot`, `document`); `archive` one of zip, gz, bz2, xz, tar, xlsx;
    `unread` a code of `unread_words.UNREAD`, or None when the file may hold messages."""

    media_type: str
    kind: str = "original"
    unread: str | None = None
    archive: str | None = None


_MAGIC: Final[tuple[tuple[bytes, FileType], ...]] = (
    (b"\x89PNG\r\n\x1a\n", FileType("image/png", "screenshot", "image")),
    (b"\xff\xd8\xff", FileType("image/jpeg", "screenshot", "image")),
    (b"GIF87a", FileType("image/gif", "screenshot", "image")),
    (b"GIF89a", FileType("image/gif", "screenshot", "image")),
    (b"II*\x00", FileType("image/tiff", "screenshot", "image")),
    (b"MM\x00*", FileType("image/tiff", "screenshot", "image")),
    (b"%PDF-", FileType("application/pdf", "document", "document")),
    (b"{\\rtf", FileType("application/rtf", "document", "document")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileType("application/x-ole-storage", "document", "document")),
    (b"ID3", FileType("audio/mpeg", "original", "media")),
    (b"OggS", FileType("application/ogg", "original", "media")),
    (b"\x1aE\xdf\xa3", FileType("video/webm", "original", "media")),
    (b"fLaC", FileType("audio/flac", "original", "media")),
    (b"PK\x03\x04", FileType("application/zip", archive="zip")),
    (b"PK\x05\x06", FileType("application/zip", archive="zip")),
    (b"\x1f\x8b", FileType("application/gzip", archive="gz")),
    (b"BZh", FileType("application/x-bzip2", archive="bz2")),
    (b"\xfd7zXZ\x00", FileType("application/x-xz", archive="xz")),
    (b"Rar!\x1a\x07", FileType("application/vnd.rar", unread="unsupported_archive")),
    (b"7z\xbc\xaf\x27\x1c", FileType("application/x-7z-compressed", unread="unsupported_archive")),
    (b"\x28\xb5\x2f\xfd", FileType("application/zstd", unread="unsupported_archive")),
)
_HEIF: Final = (b"heic", b"heix", b"mif1", b"msf1", b"avif")
_HTML: Final = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head)\b", re.IGNORECASE | re.DOTALL)
# A page that is data all the same: YouTube's comments in a Takeout of before 2023, a list whose items hold a
# video's address and a UTC time close together.
_STAMP: Final = rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?: ?UTC|Z)"
_VIDEO: Final = rb'href="https?://www\.youtube\.com/(?:watch\?v=|channel/|post/)'
COMMENT_PAGE: Final = re.compile(
    rb"<li\b[^>]{0,200}>[^\n]{0,400}?(?:"
    + _VIDEO
    + rb"[^\n]{0,400}?"
    + _STAMP
    + rb"|"
    + _STAMP
    + rb"[^\n]{0,200}?"
    + _VIDEO
    + rb")",
    re.IGNORECASE,
)
# An archive of pages (ISO 28500). Compressed, each record is a gzip member of its own: it is not unpacked, so that
# records keep the offsets that an index gives.
_WARC: Final = b"WARC/1."
_OFFICE: Final[tuple[tuple[bytes, FileType], ...]] = (
    (
        b"xl/",
        FileType(WORKBOOK, archive="xlsx"),
    ),
    (
        b"word/",
        FileType(
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document", "document"
        ),
    ),
    (
        b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        FileType("application/vnd.oasis.opendocument.spreadsheet", "document", "spreadsheet"),
    ),
    (
        b"mimetypeapplication/vnd.oasis.opendocument",
        FileType("application/vnd.oasis.opendocument", "document", "document"),
    ),
)


# What the first entry of a document of Office Open XML (ECMA-376) may be called.
_OFFICE_NAMES: Final = tuple(
    b"[Content_Types].xml _rels/ docProps/ xl/ word/ ppt/ customXml/ docMetadata/ [trash]/".split()
)


# An entry of a document of Numbers or Pages (Apple, since 2013).
_APPLE: Final = re.compile(
    rb"PK\x03\x04.{26}(?:[^\x00/]{1,120}/)?Index/(?:Tables/)?[\w-]{1,80}\.iwa", re.DOTALL
)


def type_of(head: bytes) -> FileType:
    """The type of a file from its first bytes (64 KiB are enough). An empty file is `unread="empty"`."""
    if not head:
        return FileType("application/octet-stream", unread="empty")
    if is_warc(head):
        return FileType("application/warc")
    for magic, found in _MAGIC:
        if head.startswith(magic):
            if found.media_type == "application/x-ole-storage":
                return _old_office(head) or found
            return _office(head) or found if found.archive == "zip" else found
    if head[:4] == b"RIFF":
        if head[8:12] == b"WEBP":
            return FileType("image/webp", "screenshot", "image")
        return FileType("application/octet-stream", "original", "media")
    if head[4:8] == b"ftyp":
        if head[8:12] in _HEIF:
            return FileType("image/heic", "screenshot", "image")
        return FileType("video/mp4", "original", "media")
    if head[257:262] == b"ustar":
        return FileType("application/x-tar", archive="tar")
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return FileType("image/bmp", "screenshot", "image")
    if _HTML.match(head[:4096]):
        return FileType("text/html", unread=None if COMMENT_PAGE.search(head) else "web_page")
    return FileType(_text_type(head))


# What systems leave beside the files of people (macOS, Windows).
_SYSTEM: Final = re.compile(
    r"(?:^|/)(?:__MACOSX/|(?:\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$)", re.IGNORECASE
)


def is_of_system(path: str) -> bool:
    """Whether a file of that name was written by a system for itself."""
    return _SYSTEM.search(path) is not None


def is_warc(head: bytes) -> bool:
    """Whether a file begins with a WARC record, compressed or not."""
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(31).decompress(head[:4096], 64)
        except zlib.error:
            return False
    return head.startswith(_WARC)


def _office(head: bytes) -> FileType | None:
    # the name of the first entry: a zip that stores a workbook among its files shows the same words further on
    name = head[30 : 30 + int.from_bytes(head[26:28], "little")]
    is_open_xml = name.startswith(_OFFICE_NAMES) and b"[Content_Types].xml" in head[:4096]
    if is_open_xml or head[30:38] == b"mimetype":
        for mark, found in _OFFICE:
            if mark in head:
                return found
    if _APPLE.search(head):
        is_workbook = b"Index/Tables/" in head
        return FileType(
            "application/vnd.apple.iwork", "document", "spreadsheet" if is_workbook else "document"
        )
    return None


# What an Excel of before 2007 writes first, and the name under which a locked .xlsx hides ([MS-XLS], [MS-OFFCRYPTO]).
_OLD_WORKBOOK: Final = (b"\x09\x08", "Workbook".encode("utf-16-le"))
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
# The streams of an Outlook message ([MS-OXMSG], section 2.2).
_OUTLOOK: Final = ("__substg1.0_".encode("utf-16-le"), "__nameid_version1.0".encode("utf-16-le"))


def _old_office(head: bytes) -> FileType | None:
    """What the container of before 2007 holds: an .xls, an .xlsx that a password locks, a message of Outlook."""
    if _LOCKED in head:
        return FileType("application/x-ole-storage", "document", "locked_workbook")
    if any(mark in head for mark in _OUTLOOK):
        return FileType("application/vnd.ms-outlook", "document", "outlook_mail")
    if head[512:514] == _OLD_WORKBOOK[0] or _OLD_WORKBOOK[1] in head:
        return FileType("application/vnd.ms-excel", "document", "spreadsheet")
    return None


def _text_type(head: bytes) -> str:
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first in (b"{", b"["):
        return "application/json"
    return "application/octet-stream" if b"\0" in head[:1024] else "text/plain"
