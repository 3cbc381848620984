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
from saisine.dossiers.copied import ORIENTATION
from saisine.dossiers.data import Box
from saisine.dossiers.layers import TakeOut, take_out_here

MAX_PIXELS: Final = 50_000_000
MAX_SIDE: Final = 2400  # of a picture encoded again; shrinking was half of the time of a build
COPIED_SIDE: Final = 3200  # of one copied: every phone screen keeps its pixels
QUALITY: Final = 80
MARK_SIDE: Final = 16
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_BLOCK: Final = 16  # pixels a side of a JPEG block when colours are halved
_BLEND: Final = 2
_BOX_FILL: Final = (38, 50, 56)
_LYING: Final = (5, 6, 7, 8)  # EXIF orientations that turn by a quarter
# what Pillow raises on damaged pictures
_DAMAGE: Final = (
    OSError,
    UnidentifiedImageError,
    Image.DecompressionBombError,
    SyntaxError,
    ValueError,
    MemoryError,
    struct.error,
)

Coding = Literal["jpeg", "png"]  # how the pixels are compressed: DCT, or the rows of a PNG


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page needs of a picture before its pixels are ready: a name, the upright size in pixels.

    The name is a SHA-256, of the original and of the boxes that hide parts of it: one name, one picture. A picture
    that nobody can read is 0 by 0.
    """

    name: str
    width: int
    height: int

    @property
    def is_readable(self) -> bool:
        return self.width > 0

    def under(self, boxes: Sequence[Box]) -> "Seen":
        """The same picture once boxes hide parts of it."""
        if not boxes:
            return self
        name = hashlib.sha256(f"{self.name} {list(boxes)}".encode()).hexdigest()
        return Seen(name, self.width, self.height)


@dataclass(frozen=True, slots=True)
class Placed(Seen):
    """A picture that waits on disk: the file of its compressed pixels, and how they are compressed."""

    coding: Coding
    file: Path


@dataclass(frozen=True, slots=True)
class Printed:
    """What is printed of an exhibit: its picture, or the first pages of a document that has `pages` in all."""

    pictures: tuple[Seen, ...]
    pages: int = 0  # of a document; 0 for a picture


@dataclass(frozen=True, slots=True)
class Picture:
    """Compressed pixels ready to be printed, and the size in pixels."""

    body: bytes
    width: int
    height: int
    coding: Coding = "jpeg"

    def place(self, folder: Path, name: str = "") -> Placed:
        """Write the pixels in a file of their own; without a name, their SHA-256 names them.

        They never go through Typst, which would hold all of them at once (500 screens: 700 MB more): it lays
        out a small mark that carries their name, and `stitch.py` puts them where the mark stands.
        """
        name = name or hashlib.sha256(self.body).hexdigest()
        file = folder / name
        file.write_bytes(self.body)
        return Placed(name, self.width, self.height, self.coding, file)


def look_at(source: bytes | Path) -> Seen:
    """What the head of a picture announces: no pixel is decoded, so a damaged one may still look readable."""
    body = source if isinstance(source, bytes) else source.read_bytes()
    width, height = _announced(body)
    return Seen(hashlib.sha256(body).hexdigest(), width, height)


def _announced(body: bytes) -> tuple[int, int]:
    try:
        with _opened(io.BytesIO(body)) as image:
            if not 0 < image.width * image.height <= MAX_PIXELS:
                return 0, 0
            # asked of a PNG, Pillow decodes it whole to search for a late one
            is_late = image.format == "PNG" and "exif" not in image.info
            is_turned = not is_late and image.getexif().get(ORIENTATION, 1) in _LYING
            return image.size[::-1] if is_turned else image.size
    except _DAMAGE:
        return 0, 0


def mark() -> tuple[bytes, bytes]:
    """What stands before and after a name in a mark: a JPEG of 16 by 16 pixels, the name its comment."""
    digest = b"0" * 64
    out = io.BytesIO()
    Image.new("RGB", (MARK_SIDE, MARK_SIDE)).save(out, "JPEG", comment=digest)
    before, after = out.getvalue().split(digest)
    return before, after


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


def encode_picture(
    source: bytes | Path, boxes: Sequence[Box] = (), take_out: TakeOut = take_out_here
) -> Picture | None:
    """The picture ready to be printed; None when it is no readable picture.

    At most 3,200 pixels a side when it is copied, 2,400 when it is encoded again.

    Only the first image of an animation is kept. Transparency becomes white.
    """
    try:
        copy = None if boxes else _copied(source, take_out)
        return copy or _decoded(source, boxes)
    except _DAMAGE:
        return None  # the exhibit then says that it cannot be shown


def _copied(source: bytes | Path, take_out: TakeOut) -> Picture | None:
    body = source if isinstance(source, bytes) else source.read_bytes()
    if body.startswith(copied.PNG_START) and (png := copied.png_pixels(body, COPIED_SIDE, take_out)):
        return Picture(*png, "png")
    if body.startswith(copied.JPEG_START) and (jpeg := copied.jpeg_pixels(body, COPIED_SIDE)):
        return Picture(*jpeg, "jpeg")
    return None


def _decoded(source: bytes | Path, boxes: Sequence[Box]) -> Picture | None:
    with _opened(io.BytesIO(source) if isinstance(source, bytes) else source) as opened:
        if not 0 < opened.width * opened.height <= MAX_PIXELS:
            return None
        image = ImageOps.exif_transpose(opened)
        return _encode(_flatten(image), boxes)


@contextmanager
def _opened(stream: io.BytesIO | Path) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's own bomb warning: our cap is stricter
        with Image.open(stream, formats=_FORMATS) as image:
            yield image


def _flatten(image: Image.Image) -> Image.Image:
    from saisine.dossiers.opaque import on_white  # NumPy is loaded for those who have such a picture

    if image.mode.startswith("I"):  # 16 bits of grey: asked for RGB, Pillow makes all but the darkest white
        image = image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if image.mode == "RGBA":
        return on_white(image)
    if image.mode in ("LA", "PA") or "transparency" in image.info:
        return on_white(image.convert("RGBA"))
    return image if image.mode == "RGB" else image.convert("RGB")


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
