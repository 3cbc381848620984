"""WARC, alone or inside a WACZ: archived responses, searched for the platforms' own JSON.

Records are read by `saisine.capture`, which verifies them when asked; a `.warc.gz` keeps the offsets that an index
gives. Only the bodies that may hold a platform's data are read, 16 MiB at most each. A revisit holds no body of its
own. A file cut in the middle gives what came before the cut.

Source: ISO 28500:2017 (WARC 1.0 and 1.1), through `saisine.capture.warc`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from saisine.capture.payloads import payload_kind
from saisine.capture.streams import Budget, OverBudget, StreamFault
from saisine.capture.warc import NotWarc, Record, WarcReader
from saisine.messages.filetypes import is_warc
from saisine.messages.formats.capture_sites import CAPTURED_PLATFORMS, SITES
from saisine.messages.formats.captured import Response, Site, each_record, map_captured, site_of
from saisine.messages.formats.captured_columns import captured_columns, in_blocks
from saisine.messages.formats.captured_pieces import is_data
from saisine.messages.formats.contract import Context, Format, Member, Note, RecordError, Sniff
from saisine.messages.formats.http_bodies import (
    MAX_BODY_BYTES,
    MAX_HEAD_BYTES,
    BodyFault,
    decoded,
    split_head,
)
from saisine.texts import utc_from_iso

MAX_INFLATED_BYTES: Final = 20 << 30  # that of every archive (docs/messages.md)
MAX_RATIO: Final = 200
_RATIO_FREE_BYTES: Final = 8 << 20
_RESPONSES: Final = frozenset({"response", "resource", "revisit"})


def sniff(head: bytes, name: str) -> Sniff:
    """Judge by the first record's version line."""
    return Sniff(98, ["WARC/1."]) if is_warc(head) else Sniff(0, [])


def read_responses(
    member: Member, ctx: Context
) -> Iterator[tuple[Response, Site | None] | RecordError | Note]:
    """Each response; then what disturbed the reading."""
    cut: list[str] = []
    with member.open() as stream:
        reader = WarcReader(stream, Budget(_inflatable(member.size)), is_verified=False)
        last: Record | None = None
        try:
            for record in reader:
                if last is not None and last.is_cut:
                    cut.append(_place_of(last, ctx))
                last = record
                if record.type in _RESPONSES:
                    yield _read_one(record, _place_of(record, ctx))
        except OverBudget:
            yield Note("too_expanded", ctx.locator_prefix)
            return
        except NotWarc:
            yield Note("damaged", ctx.locator_prefix)
            return
        if cut:
            yield Note("records_cut", cut[0], count=len(cut))
        if reader.faults or (last is not None and last.is_cut):
            offset = last.offset if last is not None else 0
            code = "damaged" if reader.is_followed else "truncated"
            yield Note(code, f"{ctx.locator_prefix}#warc:{offset}", offset)


def _place_of(record: Record, ctx: Context) -> str:
    """The record by where it begins in the file, as an index does; by its rank too in a gzip member of several."""
    place = f"{ctx.locator_prefix}#warc:{record.offset}"
    return f"{place}/record {record.rank}" if record.rank else place


def _inflatable(size: int) -> int:
    return min(MAX_INFLATED_BYTES, max(_RATIO_FREE_BYTES, size * MAX_RATIO)) if size else MAX_INFLATED_BYTES


def _read_one(record: Record, locator: str) -> tuple[Response, Site | None] | RecordError:
    """One response; what is left of its block is stepped over by the reader."""
    site = site_of(record.uri, SITES)
    try:
        return _response(record, locator, site), site
    except StreamFault:
        return RecordError(locator, "cut_short", is_cut=True)


def _response(record: Record, locator: str, site: Site | None) -> Response:
    """The response with its body when it may hold data of that site; else an empty body. Raises `StreamFault`."""
    at, kind = _time(record.headers["warc-date"]), payload_kind(record.headers)
    if record.type == "revisit" or isinstance(kind, tuple):
        return Response(locator, record.uri, at, "", None)
    headers = {"content-type": record.headers.get("content-type", "")}
    start = b""
    if kind == "http":
        while (head := split_head(start)) is None:
            piece = record.read()
            if not piece or len(start) > MAX_HEAD_BYTES:
                return Response(locator, record.uri, at, "", None)
            start += piece
        headers, start = head
    media = headers.get("content-type", "")
    if not is_data(media):
        return Response(locator, record.uri, at, media, b"")
    if site is None:
        # nothing is looked for there: whether anything came is all that is asked
        return Response(locator, record.uri, at, "", b"" if start or record.read() else None)
    try:
        body: bytes | None = decoded(_whole(record, start), headers)
    except BodyFault as fault:
        return Response(locator, record.uri, at, media, None, fault.code)
    return Response(locator, record.uri, at, media, body or None)


def _whole(record: Record, start: bytes) -> bytes:
    """The rest of the block behind this start. Raises `BodyFault` past 16 MiB, `StreamFault`."""
    parts, size = [start], len(start)
    while piece := record.read():
        parts.append(piece)
        size += len(piece)
        if size > MAX_BODY_BYTES:
            raise BodyFault("too_large")
    return b"".join(parts)


def _time(text: str) -> datetime | None:
    try:
        return utc_from_iso(text)
    except ValueError:
        return None


WARC: Final = Format(
    id="warc",
    version=3,
    platforms=CAPTURED_PLATFORMS,
    label_fr="Capture de pages (WACZ, WARC) : commentaires Facebook, Instagram, LinkedIn, X, TikTok, YouTube",
    label_en="Capture of pages (WACZ, WARC): comments of Facebook, Instagram, LinkedIn, X, TikTok, YouTube",
    how_to_get_fr="""\
À faire avant que la plateforme ou les auteurs ne suppriment les messages.
1. Sur un ordinateur, dans Chrome, installez l’extension « ArchiveWeb.page » (logiciel libre).
2. Ouvrez la publication, puis lancez l’enregistrement par l’icône de l’extension.
3. Dépliez tous les commentaires et toutes les réponses, et défilez jusqu’en bas. Arrêtez.
4. Dans l’extension, téléchargez la collection au format WACZ. Gardez le fichier tel quel et déposez-le ici.
Ce fichier peut contenir les traces de votre session : ne l’envoyez qu’à qui doit le lire.
Il ne contient que ce qui a été affiché. État au 1er juin 2026 ; les écrans changent.""",
    how_to_get_en="""\
To be done before the platform or the authors delete the messages.
1. On a computer, in Chrome, install the extension "ArchiveWeb.page" (free software).
2. Open the publication, then start recording with the extension's icon.
3. Unfold all comments and all replies, and scroll to the very end. Stop.
4. In the extension, download the collection as WACZ. Keep the file as it is and drop it here.
This file may hold traces of your session: send it only to those who must read it.
It holds only what was shown. As of 1 June 2026; screens change.""",
    sniff=sniff,
    records=each_record(read_responses),
    map=map_captured,
    blocks=in_blocks(read_responses),
    map_block=captured_columns,
    tells_replies=True,
    samples=(
        ("samples/warc/example.warc.gz", {"mapped": 0, "not_a_message": 1, "empty_record": 1}),
        ("samples/warc/example-digest.warc", {"mapped": 0}),
        ("samples/warc/example-trunc.warc", {"mapped": 0}),
        ("samples/warc/post-test.warc.gz", {"mapped": 0, "not_a_message": 3}),
    ),
)
