"""Puts the pictures of a dossier in the PDF, each where the typesetter left a small mark that names it.

Only the body of the file changes: an image object is written again with the compressed pixels of its picture, every
other object is copied as it is, and the table of places is made anew. Source: PDF (ISO 32000-1), 7.5.4 and 8.9.5.
Nothing that a message holds can pass for a mark: a mark is an image object of its own, read at the place that the
table gives.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final

from saisine.dossiers.pictures import MARK_SIDE, Placed

_START: Final = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_HEAD: Final = re.compile(rb"xref\r?\n0 (\d+)\r?\n")
_ENTRY: Final = 20  # bytes of one line of the table
_MARK: Final = re.compile(
    rb"(\d+) 0 obj\n<</Length \d+/Type/XObject/Subtype/Image/Filter/DCTDecode"
    rb"/Width %d/Height %d/ColorSpace (\d+ 0 R)/BitsPerComponent 8>>\s*stream\n" % (MARK_SIDE, MARK_SIDE)
)
_NAME: Final = re.compile(rb"\xff\xfe\x00\x42([0-9a-f]{64})")  # a JPEG comment that holds a name
_FILTERS: Final = {
    "jpeg": "/Filter/DCTDecode",
    "png": "/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors 3/BitsPerComponent 8/Columns {width}>>",
}


class NotStitched(ValueError):
    """The PDF is not laid out as expected: nothing is written."""


def stitched(pdf: bytes, pictures: Iterable[Placed]) -> Iterator[bytes]:
    """The pieces of the whole PDF, one object or picture at a time. Raises NotStitched before the last piece."""
    by_name = {picture.name: picture for picture in pictures}
    table_at, places = _places(pdf)
    first = min((place for place in places if place), default=table_at)
    yield pdf[:first]
    written, moved, found = first, [0] * len(places), set()
    ends = sorted({place for place in places if place} | {table_at})
    following = dict(pairwise(ends))
    for number in sorted((n for n, place in enumerate(places) if place), key=places.__getitem__):
        piece = pdf[places[number] : following[places[number]]]
        if picture := _marked(piece, by_name):
            found.add(picture.name)
            piece = _image(piece, picture)
        moved[number] = written
        written += len(piece)
        yield piece
    if found != set(by_name):
        raise NotStitched(f"{len(by_name) - len(found)} pictures have no place")
    yield _table(pdf[table_at:], moved, written)


def _places(pdf: bytes) -> tuple[int, list[int]]:
    """Where the table stands, and the place of each object by number (0 when free)."""
    start = _START.search(pdf, max(0, len(pdf) - 100))
    head = _HEAD.match(pdf, int(start[1])) if start else None
    if start is None or head is None:
        raise NotStitched("no table of places")
    lines = (pdf[head.end() + _ENTRY * n : head.end() + _ENTRY * (n + 1)] for n in range(int(head[1])))
    return int(start[1]), [int(line[:10]) if line[17:18] == b"n" else 0 for line in lines]


def _marked(piece: bytes, by_name: Mapping[str, Placed]) -> Placed | None:
    head = _MARK.match(piece)
    name = _NAME.search(piece, head.end()) if head else None
    return by_name.get(name[1].decode()) if name else None


def _image(piece: bytes, picture: Placed) -> bytes:
    """The image object with the pixels of the picture; its colours stay those of the document (sRGB)."""
    head = _MARK.match(piece)
    if head is None:
        raise NotStitched("no image")
    body = picture.file.read_bytes()
    coding = _FILTERS[picture.coding].replace("{width}", str(picture.width))
    words = (
        f"{head[1].decode()} 0 obj\n<</Length {len(body)}/Type/XObject/Subtype/Image{coding}/Width {picture.width}"
        f"/Height {picture.height}/ColorSpace {head[2].decode()}/BitsPerComponent 8>>\nstream\n"
    )
    return words.encode("ascii") + body + b"\nendstream\nendobj\n"


def _table(old: bytes, places: list[int], at: int) -> bytes:
    """The table with the new places; the line of a free object and the trailer are kept."""
    head = _HEAD.match(old)
    if head is None:
        raise NotStitched("no table of places")
    end = head.end() + _ENTRY * len(places)
    kept = (old[head.end() + _ENTRY * n :][:_ENTRY] for n in range(len(places)))
    lines = [
        b"%010d" % place + line[10:] if place else line for place, line in zip(places, kept, strict=True)
    ]
    trailer = re.sub(rb"startxref\s+\d+", b"startxref\n%d" % at, old[end:])
    return head[0] + b"".join(lines) + trailer
