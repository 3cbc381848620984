"""Pictures printed without a new encoding: their compressed pixels are checked to the last, then copied alone.

Decoding and encoding a phone screen again costs forty milliseconds; checking it costs five, and loses no pixel.
What is copied is the pixels and nothing else: no metadata, no thumbnail, nothing after the end. A picture that is
unusual in any way is None here, and `pictures.py` encodes it. Sources: PNG (ISO/IEC 15948), section 5 and 9;
JPEG (ITU-T T.81), annex B; PDF (ISO 32000-1), 7.4.4.4 (predictors are those of PNG) and 7.4.8.
"""

import io
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final

from PIL import Image

from saisine.dossiers.layers import TakeOut, take_out_here

PNG_START: Final = b"\x89PNG\r\n\x1a\n"
JPEG_START: Final = b"\xff\xd8\xff"
# Bits of compressed data per pixel: more, and a new encoding makes the file smaller (a photograph as PNG).
PNG_BITS: Final = 1.0
JPEG_BITS: Final = 2.0
# Chunks that say nothing of the pixels' places; another one (orientation, animation, clear colour) is unusual.
_PLAIN: Final = frozenset(
    {b"sRGB", b"gAMA", b"cHRM", b"iCCP", b"pHYs", b"sBIT", b"bKGD", b"tEXt", b"zTXt", b"iTXt", b"tIME"}
)
_PIECE: Final = 1 << 17  # half of a second-level cache: faster than one piece of 8 MB
_RGB8: Final = (8, 2, 0, 0, 0)  # depth, colour type, compression, filter, no interlacing
_RGBA8: Final = (8, 6, 0, 0, 0)
_FILTERS: Final = 4  # the highest number of a row's filter
ORIENTATION: Final = 0x0112
_MARKER: Final = re.compile(rb"\xff\xff*([^\x00\xff\xd0-\xd7])")  # a plain first sign is searched faster
_TABLES: Final = frozenset({0xC4, 0xDB, 0xDD})
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive: those that PDF readers know


def png_pixels(
    body: bytes, max_side: int, take_out: TakeOut = take_out_here
) -> tuple[bytes, int, int] | None:
    """(compressed RGB rows, width, height) of a plain 8-bit PNG, opaque or laid on white; None when it is not that."""
    try:
        chunks = list(_chunks(body))
    except (struct.error, ValueError):
        return None
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13 or chunks[-1][0] != b"IEND":
        return None
    width, height, *rest = struct.unpack(">LLBBBBB", chunks[0][1])
    rows = b"".join(content for kind, content in chunks if kind == b"IDAT")
    kinds = {kind for kind, _ in chunks[1:-1]} - {b"IDAT"}
    if tuple(rest) not in (_RGB8, _RGBA8) or not kinds <= _PLAIN or not _fits(width, height, max_side):
        return None
    if len(rows) * 8 > PNG_BITS * width * height:
        return None
    if tuple(rest) == _RGB8:
        return (rows, width, height) if _are_rows(rows, width * 3 + 1, height) else None
    plain = take_out(rows, width, height)
    return None if plain is None else (plain, width, height)


def _fits(width: int, height: int, max_side: int) -> bool:
    return 0 < width <= max_side and 0 < height <= max_side


def _chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk up to IEND, its checksum compared. Raises ValueError, struct.error on a damaged file."""
    at = len(PNG_START)
    kind = b""
    while kind != b"IEND":
        size, kind = struct.unpack_from(">L4s", body, at)
        content = body[at + 8 : at + 8 + size]
        (checksum,) = struct.unpack_from(">L", body, at + 8 + size)
        if zlib.crc32(kind + content) != checksum:
            raise ValueError(kind)
        yield kind, content
        at += 12 + size


def _are_rows(rows: bytes, stride: int, height: int) -> bool:
    """Whether the stream holds exactly these rows, each with a filter that exists; read by small pieces.

    By zlib, as readers of a PDF do: ISA-L is three times faster, and lets codes pass that zlib refuses.
    """
    stream, seen = zlib.decompressobj(), 0
    try:
        while not stream.eof:
            piece = stream.decompress(rows, _PIECE)
            rows = stream.unconsumed_tail
            if (not piece and not rows and not stream.eof) or seen + len(piece) > stride * height:
                return False
            if max(piece[-seen % stride :: stride], default=0) > _FILTERS:
                return False
            seen += len(piece)
    except zlib.error:
        return False
    return seen == stride * height and not stream.unused_data


def jpeg_pixels(body: bytes, max_side: int) -> tuple[bytes, int, int] | None:
    """(JPEG without any metadata, width, height) of an upright colour JPEG; None when it is not that.

    Decoded once at an eighth of its size, which reads every coded sign: a cut or damaged file raises what Pillow
    raises (the caller knows these errors).
    """
    kept = _segments(body)
    if kept is None:
        return None
    with Image.open(io.BytesIO(body), formats=("JPEG",)) as image:
        width, height = image.size
        turned = image.getexif().get(ORIENTATION, 1) not in (0, 1)
        if image.mode != "RGB" or turned or not _fits(width, height, max_side):
            return None
        if len(kept) * 8 > JPEG_BITS * width * height:
            return None
    with Image.open(io.BytesIO(kept), formats=("JPEG",)) as image:
        image.draft("RGB", (max(1, width // 8), max(1, height // 8)))
        image.load()
    return kept, width, height


def _segments(body: bytes) -> bytes | None:
    """Tables, frame and coded pixels alone; None when a marker is unusual or the end is missing."""
    kept, at = [b"\xff\xd8"], 2
    while found := _MARKER.match(body, at):
        marker, start = found[1][0], found.end() - 2
        if marker == 0xD9:
            return b"".join([*kept, b"\xff\xd9"])
        size = int.from_bytes(body[start + 2 : start + 4])
        content = body[start : start + 2 + size]
        at = start + 2 + size
        if marker in _FRAMES and content[9:10] + content[10:17:3] != b"\x03\x01\x02\x03":
            return None  # components that are not 1, 2, 3 may be colours in another system
        if marker == 0xDA:
            after = _MARKER.search(body, at)
            at = after.start() if after else len(body)
            content = body[start:at]
        elif 0xE0 <= marker <= 0xEF or marker == 0xFE:
            if marker == 0xEE:
                return None  # Adobe's own marker changes how colours are read
            continue
        elif marker not in _TABLES | _FRAMES:
            return None
        kept.append(content)
    return None
