"""Captures drawn again before they reach the page: sealed bytes are never served as they are.

A picture is decoded, turned upright, shrunk and written anew as PNG or JPEG, without metadata. What could run
or call out (SVG, polyglots, colour profiles) does not survive that.
"""

import io
import warnings
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from saisine.errors import SaisineError

MAX_PIXELS = 50_000_000
LONG_SIDE = 1600
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


def redraw(source: BinaryIO) -> tuple[bytes, str]:
    """A safe copy of a picture and its media type. Raises `picture_unreadable`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _redraw(source)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, UnidentifiedImageError) as error:
        raise SaisineError("picture_unreadable") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise SaisineError("picture_unreadable") from error


def _redraw(source: BinaryIO) -> tuple[bytes, str]:
    with Image.open(source, formats=FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise SaisineError("picture_unreadable")
        picture.draft("RGB", (LONG_SIDE, LONG_SIDE))
        upright = ImageOps.exif_transpose(picture)
        is_plain = upright.mode in ("RGB", "L")
        shown = upright.convert("RGB" if is_plain else "RGBA")
        shown.thumbnail((LONG_SIDE, LONG_SIDE))
    out = io.BytesIO()
    # drawn on a new canvas: nothing of the original file travels, neither profile nor comment
    canvas = Image.new(shown.mode, shown.size)
    canvas.paste(shown)
    if is_plain:
        canvas.save(out, "JPEG", quality=85)
        return out.getvalue(), "image/jpeg"
    canvas.save(out, "PNG")
    return out.getvalue(), "image/png"


def size_of(body: bytes) -> tuple[int, int]:
    """Width and height of a picture that was drawn here."""
    with Image.open(io.BytesIO(body)) as picture:
        return picture.width, picture.height
