"""Which format a file is in: every format looks at the first 64 KiB, the best score wins, ties are shown."""

import json
import re
from collections.abc import Sequence
from typing import Final

from saisine.errors import SaisineError
from saisine.messages.formats import FORMATS
from saisine.messages.formats.contract import HEAD_BYTES, Format
from saisine.messages.ledger import SourceEntry

MINIMUM: Final = 30
TIE: Final = 10


def choose_format(head: bytes, name: str, entry: SourceEntry, forced: Format | None = None) -> Format | None:
    """The format to read this member with, or None; the entry says which, why, and what came close."""
    if forced is not None:
        seen = forced.sniff(head, name)
        return _chosen(forced, seen.score, ["chosen by a person", *seen.reasons], entry)
    found = [(one, one.sniff(head, name)) for one in FORMATS]
    ranked = sorted(found, key=lambda pair: -pair[1].score)
    if not ranked or ranked[0][1].score < MINIMUM:
        entry.unread = why_unknown(head)
        return None
    best, seen = ranked[0]
    close = [(one.id, other.score) for one, other in ranked if seen.score - other.score <= TIE]
    close = [pair for pair in close if pair[1] >= MINIMUM]
    if len(close) > 1:
        entry.candidates = close
        entry.unread = "ambiguous"
        return None
    return _chosen(best, seen.score, seen.reasons, entry)


def _chosen(one: Format, score: int, reasons: list[str], entry: SourceEntry) -> Format:
    entry.format, entry.format_version = one.id, one.version
    entry.score, entry.reasons = score, reasons
    return one


# What stands beside the pages inside a WACZ: its list of files, its index, its list of pages.
_OF_A_CAPTURE: Final = re.compile(
    rb'\{\s*"(?:profile"\s*:\s*"data-package"|format"\s*:\s*"json-pages|path"\s*:\s*"datapackage\.json")'
    rb"|!meta 0 |[^\s{}]{1,2000} \d{14} \{"
)


# The text version of TikTok's « Download your data »: its lists of videos, searches and people, its empty sections;
# and what holds messages in a way, or a language, that is not read.
_DATED_TEXT: Final = rb"(?:\xef\xbb\xbf)?\s*[^\s:][^:\r\n]{1,40}: ?\d{4}-\d\d-\d\d [\d:]{8}(?: UTC)?\r?\n"
_TIKTOK_LIST: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*You have no data in this section\s*\Z|"
    + _DATED_TEXT
    + rb"(?:[^:\r\n]{2,40}: ?https?://\S+|(?:Search Term|Zoekterm|User ?[Nn]ame|Gebruikersnaam): [^\r\n]*)"
    + rb"(?:\r?\n\r?\n|(?:\r?\n)?\Z)"
)
_TIKTOK_TEXT: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*>>> (?:Group )?Chat History with |" + _DATED_TEXT + rb"[^:\r\n]{2,60}: "
)
_OF_TIKTOK: Final = (
    *(b"tiktok", b"\nComment: ", b"\nLink: ", b"Chat History with "),
    *(b"\nSearch Term: ", b"\nUsername: ", b"\nUserName: "),
)
# A page of an API that holds nothing, or says why it gives nothing.
_EMPTY_ANSWER: Final = re.compile(rb'"(?:items|data)"\s*:\s*\[\s*\]')
_ERROR_ANSWER: Final = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"errors?"\s*:\s*[\[{]')


# What a site writes in its pages and no export has: its address for search engines, the data its scripts start from.
_SAVED_PAGE: Final = re.compile(
    rb"<!-- saved from url=|rel=[\"']?canonical|property=[\"']og:|ytInitialData|__UNIVERSAL_DATA_FOR|data-sjs"
    rb"|id=[\"']react-root"
)
_MHTML: Final = re.compile(rb"^(?:From: <Saved by |Snapshot-Content-Location:)", re.MULTILINE)
_SCRIPT: Final = re.compile(r"(?:^|[/!])assets/(?:js|css|fonts)/")
# What shows an archive in a browser and holds nothing of it (X, Takeout).
_VIEWERS: Final = frozenset({"your archive.html", "archive_browser.html"})
# What no file has but those that Saisine writes of its messages.
_OWN: Final = (b"record_sha256", b"source_sha256", b"text_norm")
_MANY_COLUMNS: Final = 200


def why_unknown(head: bytes) -> str:
    """Why no format reads a file that begins so: a code of `unread_words.UNREAD`."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if _MHTML.search(head[:4096]):
        return "saved_page"
    first = head.split(b"\n", 1)[0]
    if all(name in first for name in _OWN):
        return "own_export"
    if len(first) == HEAD_BYTES and max(map(first.count, (b";", b",", b"\t"))) > _MANY_COLUMNS:
        return "header_too_long"
    if any(word in head for word in _OF_TIKTOK) and _TIKTOK_TEXT.match(head):
        return "no_message_inside" if _TIKTOK_LIST.match(head) else "tiktok_text"
    if b"You have no data" in head and _TIKTOK_LIST.match(head):
        return "no_message_inside"
    if _ERROR_ANSWER.match(head):
        return "error_answer"
    if head[:1] == b"{" and _EMPTY_ANSWER.search(head) and len(head) < 4096:
        return "empty_answer"
    if _OF_A_CAPTURE.match(head):
        return "no_message_inside"
    if _is_table_of_objects(head):
        return "unknown_table"
    lines = head[:8192].replace(b"\r\n", b"\n").split(b"\n")
    for sign in (b";", b",", b"\t"):
        if len(lines) > 1 and lines[0].count(sign) >= 2 and lines[0][:1] not in (b"{", b"["):
            return "unknown_format" if _is_prose(lines, sign) else "unknown_table"
    return "unknown_format"


def _is_table_of_objects(head: bytes) -> bool:
    """Whether the first lines are flat objects with the same keys, words among their values: `saisine profile` proposes
    how to read them."""
    rows = []
    for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 2)[:2]:
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            return False
        if not isinstance(found, dict) or any(isinstance(value, dict | list) for value in found.values()):
            return False
        rows.append(found)
    shared = set.intersection(*map(set, rows))
    return len(rows) == 2 and len(shared) > 1 and any(isinstance(rows[0][key], str) for key in shared)


def _is_prose(lines: Sequence[bytes], sign: bytes) -> bool:
    """« Madame, Monsieur, »: each sign is followed by a space or the end, and the next line differs."""
    below = next((line for line in lines[1:] if line.strip()), b"")
    spaced = lines[0].count(sign + b" ") + lines[0].endswith(sign)
    is_alike = below.count(sign) == lines[0].count(sign) and below.endswith(sign) == lines[0].endswith(sign)
    return spaced == lines[0].count(sign) and not is_alike


def find_format(format_id: str, formats: Sequence[Format] = FORMATS) -> Format:
    """The format of this id. Raises `format_unknown`, which lists the known ones."""
    for one in formats:
        if one.id == format_id:
            return one
    raise SaisineError("format_unknown", format=format_id, known=", ".join(one.id for one in formats))


def kind_of_page(head: bytes, name: str) -> str:
    """What a page that no format reads is: a table under the name of a workbook, one saved from a browser, or the
    version for reading of an export."""
    last = name.rpartition("/")[2].lower()
    if last.endswith((".xls", ".xlsx")) and b"<table" in head.lower():
        return "table_page"
    if last in _VIEWERS:
        return "no_message_inside"
    return "saved_page" if _SAVED_PAGE.search(head) else "web_page"


def is_part_of_viewer(path: str) -> bool:
    """Whether a file is a script or a style of what shows an archive in a browser."""
    return _SCRIPT.search(path) is not None
