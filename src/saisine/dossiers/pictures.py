"""Pictures of exhibits: re-encoded once, capped, without metadata, with boxes burnt into the pixels.

A hostile picture is refused before it is decoded: its announced size is read first (50 million pixels).
"""

import hashlib
import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError, _imaging

from saisine.dossiers.data import Box

MAX_PIXELS: Final = 50_000_000
MAX_SIDE: Final = 2400  # a phone screen keeps its pixels; shrinking it was half of the time of a build
QUALITY: Final = 80
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_BLOCK: Final = 16  # pixels a side of a JPEG block when colours are halved
_BLEND: Final = 2
_BOX_FILL: Final = (38, 50, 56)


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture that waits on disk for the typesetter: SHA-256 of its JPEG, size in pixels."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG ready to be printed, and its size in pixels."""

    jpeg: bytes
    width: int
    height: int

    def place(self, folder: Path, number: int) -> Placed:
        """Write `<number>.jpg` and the SVG that frames it.

        Typst decodes a JPEG and keeps its pixels (5 MB each); inside an SVG it copies the bytes as they are:
        100 screens took 0.2 s and 50 MB that way, 1.7 s and 550 MB without.
        """
        (folder / f"{number}.jpg").write_bytes(self.jpeg)
        size = f'width="{self.width}" height="{self.height}"'
        frame = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><image {size} href="{number}.jpg"/></svg>'
        (folder / f"{number}.svg").write_text(frame, "ascii")
        return Placed(hashlib.sha256(self.jpeg).hexdigest(), self.width, self.height)


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
    """The picture as JPEG, at most 2,400 pixels a side; None when it is no readable picture.

    Only the first image of an animation is kept. Transparency becomes white.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own bomb warning: the cap below is stricter
            with Image.open(stream, formats=_FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS or not opened.width * opened.height:
                    return None
                image = ImageOps.exif_transpose(opened)
                return _encode(_flatten(image), boxes)
    except (
        OSError,
        UnidentifiedImageError,
        Image.DecompressionBombError,
        SyntaxError,
        ValueError,
        MemoryError,
    ):
        return None  # what Pillow raises on damaged pictures; the exhibit then says it cannot be shown


def _flatten(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
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
