"""Redacted copies of pictures: boxes painted into the pixels, and a new file made from the pixels alone.

Nothing of the source file is copied but what it shows: no EXIF, XMP, IPTC, colour profile, text, thumbnail,
palette, transparency or trailing bytes. The copy is lossless (PNG, animated PNG, or TIFF for several pages):
outside the boxes an expert finds the very pixels of the original.
"""

import io
import math
import struct
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image, ImageOps

from saisine.errors import SaisineError
from saisine.vault.redaction import Box, Rule
from saisine.vault.report import counted

MAX_BYTES: Final = 64 << 20
MAX_PIXELS: Final = 50_000_000  # of one page
MAX_PIXELS_IN_ALL: Final = 100_000_000  # of all pages: they are in memory together, four bytes each
MAX_PAGES: Final = 1000
FILL: Final = (38, 50, 56)  # flat and opaque: blurred or pixelated words can be read again

_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
_MODES: Final = frozenset({"1", "L", "P", "RGB", "RGBA", "RGBX", "LA", "PA", "La", "RGBa", "CMYK", "YCbCr"})
_DEEP: Final = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
_BLOCK: Final = (
    16  # pixels a side of the blocks in which WebP, and JPEG with halved colours, mix their pixels
)
_BEYOND: Final = 4  # pixels that the filters of WebP and the halved colours of JPEG mix across a block's edge
_SLACK: Final = 1e-6  # of a pixel: shares such as 0.1 + 0.2 are not exact
_QUICKEST_MS: Final = 20  # browsers show a frame that asks for less during 100 ms
_SLOWED_MS: Final = 100
_FAULTS: Final = (
    OSError,  # with UnidentifiedImageError
    Image.DecompressionBombError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    MemoryError,
    struct.error,
)  # what Pillow raises on damaged or hostile files


@dataclass(frozen=True, slots=True)
class RedactedImage:
    """The copy, its media type and file ending, and one line per rule (and page, where they differ)."""

    body: bytes
    media_type: str
    suffix: str
    told: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True)
class _Page:
    """One page as it is seen: opaque RGB, when it is shown (ms), and the blocks its source mixes pixels in."""

    image: Image.Image
    shown_ms: int
    lasts_ms: int
    block: int


def redact_image(body: bytes, rules: Sequence[Rule]) -> RedactedImage:
    """Paint boxes into a picture.

    Raises `redaction_picture_unreadable`, `redaction_too_large`, `redaction_rule_unfit`,
    `redaction_rule_outside` or `redaction_rules_overlap`; nothing is half done.
    """
    boxes = [_fitting(rule) for rule in rules]
    is_animation, pages = _load(body)
    painted: list[tuple[Box, int, tuple[int, int, int, int]]] = []
    apart: set[object] = set()
    for number, page in enumerate(pages, 1):
        chosen = [box for box in boxes if _is_on(box, number, page)]
        _require_inside(chosen, page.image.size, number if len(pages) > 1 else 0)
        if (same := (page.image.size, *(box.number for box in chosen))) not in apart:
            _require_apart(chosen, page.image.size)
            apart.add(same)
        for box in chosen:
            area = _pixels(box, page)
            page.image.paste(FILL, area)
            painted.append((box, number, area))
    told = tuple(line for box in boxes for line in _told(box, painted, len(pages)))
    return _encode(pages, is_animation, told)


# ------------------------------------------------------------------ reading


def _load(body: bytes) -> tuple[bool, list[_Page]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd EXIF and of bombs: our caps are stricter
            with Image.open(io.BytesIO(body), formats=_FORMATS) as opened:
                is_animation = opened.format in ("GIF", "WEBP", "PNG") and getattr(opened, "n_frames", 1) > 1
                return is_animation, list(_pages(opened, body))
    except _FAULTS as error:
        raise _unreadable(type(error).__name__) from error


def _pages(opened: Image.Image, body: bytes) -> Iterator[_Page]:
    """Every page or frame. A JPEG has one: the others in its file (depth, previews) go with the metadata."""
    count = 1 if opened.format in ("JPEG", "MPO") else getattr(opened, "n_frames", 1)
    # The still picture of an animated PNG that is not one of its frames is seen by nobody who sees these.
    first = 1 if opened.info.get("default_image") and count > 1 else 0
    _require_small(opened, count)
    shown = 0
    for number in range(first, count):
        opened.seek(number)
        image = _from_pixels(ImageOps.exif_transpose(opened))
        lasts = _duration(opened)  # WebP tells it once the frame is decoded
        yield _Page(image, shown, lasts, _block_of(opened, body))
        shown += lasts


def _require_small(opened: Image.Image, count: int) -> None:
    """Count the pixels of all pages before any is decoded. Frames of an animation have one size."""
    if opened.format == "TIFF" and count <= MAX_PAGES:
        sizes = []
        for number in range(count):
            opened.seek(number)
            sizes.append(opened.width * opened.height)
    else:
        sizes = [opened.width * opened.height] * min(count, MAX_PAGES)
    if not all(sizes):
        raise _unreadable("0 x 0")
    if max(sizes) > MAX_PIXELS or sum(sizes) > MAX_PIXELS_IN_ALL or count > MAX_PAGES:
        pages = counted(count, "page", "page")
        raise SaisineError(
            "redaction_too_large",
            size_fr=f"{sum(sizes)} pixels en {pages[0]}",
            size_en=f"{sum(sizes)} pixels on {pages[1]}",
            limit_fr=f"{MAX_PIXELS} par page, {MAX_PIXELS_IN_ALL} et {MAX_PAGES} pages en tout",
            limit_en=f"{MAX_PIXELS} a page, {MAX_PIXELS_IN_ALL} and {MAX_PAGES} pages in all",
        )


def _duration(opened: Image.Image) -> int:
    asked = opened.info.get("duration", 0)
    lasts = int(asked) if isinstance(asked, (int, float)) and math.isfinite(asked) else 0
    return lasts if lasts >= _QUICKEST_MS else _SLOWED_MS


def _from_pixels(image: Image.Image) -> Image.Image:
    """A new opaque RGB picture with the same pixels as seen on white, and nothing else."""
    if image.mode in _DEEP:
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode not in _MODES:
        raise _unreadable(f"mode {image.mode}")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        clear = image.convert("RGBA")
        seen = Image.new("RGB", clear.size, (255, 255, 255))
        seen.paste(clear, mask=clear.getchannel("A"))
    else:
        seen = image.convert("RGB")
    return Image.frombytes("RGB", seen.size, seen.tobytes())


def _block_of(opened: Image.Image, body: bytes) -> int:
    """How many pixels a side a lossy source mixes together; 1 when it keeps each pixel.

    A compressed block that a box cuts shows traces of what is inside the box on its other pixels.
    """
    if opened.format in ("JPEG", "MPO"):
        factors = [max(layer[1:3]) for layer in getattr(opened, "layer", ())]
        return 8 * max(factors, default=2)
    if opened.format == "WEBP":
        return _BLOCK if b"VP8 " in body else 1
    return _BLOCK if "jpeg" in str(opened.info.get("compression", "")) else 1


def _unreadable(reason: str) -> SaisineError:
    return SaisineError("redaction_picture_unreadable", reason=reason)


# ------------------------------------------------------------------ boxes


def _fitting(rule: Rule) -> Box:
    if not isinstance(rule, Box):
        raise SaisineError(
            "redaction_rule_unfit",
            number=rule.number,
            reason_fr="une image se masque avec « kind: box »",
            reason_en="a picture is redacted with “kind: box”",
        )
    return rule


def _is_on(box: Box, number: int, page: _Page) -> bool:
    if box.time is not None:  # both ends count: a frame too many is hidden rather than one too few
        return page.shown_ms <= box.time[1] and box.time[0] <= page.shown_ms + page.lasts_ms
    return box.page in (None, number)


def _require_inside(boxes: Sequence[Box], size: tuple[int, int], page: int) -> None:
    width, height = size
    for box in boxes:
        left, top, right, bottom = box.on(width, height)
        if min(left, top) < 0 or right > width + _SLACK or bottom > height + _SLACK:
            where_fr, where_en = (f"la page {page}", f"page {page}") if page else ("l’image", "the picture")
            raise _outside(
                box.number,
                f"{where_fr} a {width} pixels sur {height}",
                f"{where_en} has {width} pixels by {height}",
            )


def _outside(number: int, reason_fr: str, reason_en: str) -> SaisineError:
    return SaisineError("redaction_rule_outside", number=number, reason_fr=reason_fr, reason_en=reason_en)


def _require_apart(boxes: Sequence[Box], size: tuple[int, int]) -> None:
    areas = [(box, box.on(*size)) for box in boxes]
    for place, (box, (left, top, right, bottom)) in enumerate(areas):
        for other, (o_left, o_top, o_right, o_bottom) in areas[:place]:
            across = min(right, o_right) - max(left, o_left)
            down = min(bottom, o_bottom) - max(top, o_top)
            if across > _SLACK and down > _SLACK:
                raise SaisineError("redaction_rules_overlap", number=other.number, other=box.number)


def _pixels(box: Box, page: _Page) -> tuple[int, int, int, int]:
    """The box in whole pixels, grown to the blocks of a lossy source and what those mix beyond."""
    width, height = page.image.size
    left, top, right, bottom = box.on(width, height)
    across = _grown(math.floor(left + _SLACK), math.ceil(right - _SLACK), width, page.block)
    down = _grown(math.floor(top + _SLACK), math.ceil(bottom - _SLACK), height, page.block)
    return across[0], down[0], across[1], down[1]


def _grown(start: int, end: int, side: int, block: int) -> tuple[int, int]:
    """Start and end at the edges of blocks, counted from either side: a turned photo counts from the other."""
    if block == 1:
        return start, end
    first = min(start // block * block, side - -(-(side - start) // block) * block)
    last = max(-(-end // block) * block, side - (side - end) // block * block)
    return max(0, first - _BEYOND), min(side, last + _BEYOND)


def _told(
    box: Box, painted: Sequence[tuple[Box, int, tuple[int, int, int, int]]], pages: int
) -> Iterator[dict[str, object]]:
    """What the record says of a rule: the pixels painted, as [x, y, w, h], and why."""
    mine = [(number, area) for one, number, area in painted if one is box]
    if not mine:
        reason_fr, reason_en = "cette page ou ce moment n’existe pas", "there is no such page or moment"
        raise _outside(box.number, reason_fr, reason_en)
    by_page = pages > 1 and (box.time is not None or len({area for _, area in mine}) > 1)
    for number, (left, top, right, bottom) in mine if by_page else mine[:1]:
        line: dict[str, object] = {
            "kind": "box",
            "geometry": [left, top, right - left, bottom - top],
            "why": box.why,
        }
        if by_page or box.page is not None:
            line["page"] = number
        if box.time is not None:
            line["time"] = list(box.time)
        yield line


# ------------------------------------------------------------------ writing


def _encode(pages: Sequence[_Page], is_animation: bool, told: tuple[dict[str, object], ...]) -> RedactedImage:
    first, *others = [page.image for page in pages]
    out = io.BytesIO()
    options: dict[str, Any] = {"save_all": True, "append_images": others} if others else {}
    if others and not is_animation:
        first.save(out, "TIFF", compression="tiff_adobe_deflate", **options)
        return RedactedImage(out.getvalue(), "image/tiff", ".tif", told)
    if others:
        options["duration"] = [page.lasts_ms for page in pages]
    first.save(out, "PNG", **options)
    return RedactedImage(out.getvalue(), "image/png", ".png", told)
