"""Pictures of exhibits: capped, without metadata, with boxes burnt into the pixels.

A plain screen keeps its own compressed pixels (`copied.py`); every other picture is encoded again, once.

A hostile picture is refused before it is decoded: its announced size is read first (50 million pixels).
"""

import hashlib
import io
import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError, _imaging

from saisine.dossiers import copied
from saisine.dossiers.data import Box

MAX_PIXELS: Final = 50_000_000
MAX_SIDE: Final = 2400  # a phone screen keeps its pixels; shrinking it was half of the time of a build
QUALITY: Final = 80
MARK_SIDE: Final = 16
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_BLOCK: Final = 16  # pixels a side of a JPEG block when colours are halved
_BLEND: Final = 2
_OPAQUE: Final = 255
_BOX_FILL: Final = (38, 50, 56)


Coding = Literal["jpeg", "png"]  # how the pixels are compressed: DCT, or the rows of a PNG


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture that waits on disk: SHA-256 and file of its compressed pixels, size in pixels."""

    sha256: str
    width: int
    height: int
    coding: Coding
    file: Path


@dataclass(frozen=True, slots=True)
class Picture:
    """Compressed pixels ready to be printed, and the size in pixels."""

    body: bytes
    width: int
    height: int
    coding: Coding = "jpeg"

    def place(self, folder: Path, number: int) -> Placed:
        """Write the pixels, and `<number>.svg`: the frame of a small mark that the typesetter puts in its place.

        The pixels never go through Typst, which would hold all of them at once (500 screens: 700 MB more);
        `stitch.py` puts them where the mark stands.
        """
        sha256 = hashlib.sha256(self.body).hexdigest()
        file = folder / sha256
        file.write_bytes(self.body)
        (folder / f"{sha256}.jpg").write_bytes(mark(sha256))
        size = f'width="{self.width}" height="{self.height}"'
        image = f'<image {size} preserveAspectRatio="none" href="{sha256}.jpg"/>'
        frame = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{image}</svg>'
        (folder / f"{number}.svg").write_text(frame, "ascii")
        return Placed(sha256, self.width, self.height, self.coding, file)


def mark(sha256: str) -> bytes:
    """A JPEG of 16 by 16 pixels that carries the digest of the picture it stands for."""
    out = io.BytesIO()
    Image.new("RGB", (MARK_SIDE, MARK_SIDE)).save(out, "JPEG", comment=sha256.encode())
    return out.getvalue()


@contextmanager
def kept_memory() -> Iterator[None]:
    """Let Pillow use again the memory of the picture before: the system otherwise gives it page by page.

    100 screens: 250,000 page faults and 1.0 s without, 12,000 and 0.1 s with, for 50 MB more while it lasts.
    """
    _imaging.set_blocks_max(6)  # two pictures at a time, three copies each
    try:
        yield
    finally:
        _imaging.set_blocks_max(0)
        _imaging.clear_cache()


def encode_picture(source: bytes | Path, boxes: Sequence[Box] = ()) -> Picture | None:
    """The picture ready to be printed, at most 2,400 pixels a side; None when it is no readable picture.

    Only the first image of an animation is kept. Transparency becomes white.
    """
    try:
        copy = None if boxes else _copied(source)
        return copy or _decoded(source, boxes)
    except (
        OSError,
        UnidentifiedImageError,
        Image.DecompressionBombError,
        SyntaxError,
        ValueError,
        MemoryError,
        struct.error,
    ):
        return None  # what Pillow raises on damaged pictures; the exhibit then says it cannot be shown


def _copied(source: bytes | Path) -> Picture | None:
    body = source if isinstance(source, bytes) else source.read_bytes()
    if body.startswith(copied.PNG_START) and (png := copied.png_pixels(body, MAX_SIDE)):
        return Picture(*png, "png")
    if body.startswith(copied.JPEG_START) and (jpeg := copied.jpeg_pixels(body, MAX_SIDE)):
        return Picture(*jpeg, "jpeg")
    return None


def _decoded(source: bytes | Path, boxes: Sequence[Box]) -> Picture | None:
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's own bomb warning: the cap below is stricter
        with Image.open(stream, formats=_FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS or not opened.width * opened.height:
                return None
            image = ImageOps.exif_transpose(opened)
            return _encode(_flatten(image), boxes)


def _flatten(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (_OPAQUE, _OPAQUE):
        return image.convert("RGB")  # most screens: nothing to lay on white, half of the time
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGB", clear.size, (255, 255, 255))
        white.paste(clear, mask=clear.getchannel("A"))
        return white
    return image.convert("RGB")


def _encode(image: Image.Image, boxes: Sequence[Box]) -> Picture:
    longest = max(image.size)
    if longest > MAX_SIDE:
        size = tuple(max(1, round(side * MAX_SIDE / longest)) for side in image.size)
        # Hamming: as sharp as bicubic when shrinking, a third faster (measured on 1080x2400)
        image = image.resize((size[0], size[1]), Image.Resampling.HAMMING)
    if boxes:
        image = image.copy()
        draw = ImageDraw.Draw(image)
        for box in boxes:
            draw.rectangle(_pixels(box, image.size), fill=_BOX_FILL)
    image.info = {}  # Pillow would copy the comment of the source into the new file
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return Picture(out.getvalue(), image.width, image.height)


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box in pixels, grown to whole JPEG blocks: none of them mixes hidden and shown pixels.

    Two pixels more first, since shrinking blends each pixel with its neighbours.
    """
    (left, right), (top, bottom) = (
        sorted((start * side, end * side))
        for start, end, side in ((box.left, box.right, size[0]), (box.top, box.bottom, size[1]))
    )
    return _block_start(left), _block_start(top), _block_end(right), _block_end(bottom)


def _block_start(place: float) -> int:
    return max(0, int(place) - _BLEND) // _BLOCK * _BLOCK


def _block_end(place: float) -> int:
    """The last pixel of the block in which the box ends (rectangles include it)."""
    return (int(place) + _BLEND) // _BLOCK * _BLOCK + _BLOCK - 1
