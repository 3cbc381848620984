"""What the tests of redaction share: rules made by hand, a failure's code, small pictures."""

import io
import random

import pytest
from PIL import Image

from saisine.errors import SaisineError
from saisine.vault.redacted_images import FILL
from saisine.vault.redaction import Box, Words

NAME = "Camille Élan"


def code_of(call: object, *arguments: object, **named: object) -> str:
    """The code of the failure that this call must end in; its words exist in both languages."""
    with pytest.raises(SaisineError) as caught:
        call(*arguments, **named)  # type: ignore[operator]
    for language in ("fr", "en"):
        assert caught.value.sentence(language)
    return caught.value.code


def outcome(call: object, *arguments: object) -> tuple[object, str]:
    """What a call gives, and the code of its failure (empty when there is none)."""
    try:
        return call(*arguments), ""  # type: ignore[operator]
    except SaisineError as error:
        return None, error.code


def words(text: str, *, keep: bool = False) -> Words:
    return Words(1, text, "nom", keep)


def box(x: float, y: float, w: float, h: float, number: int = 1, **more: object) -> Box:
    is_share = all(isinstance(one, float) for one in (x, y, w, h))
    return Box(number, (x, y, w, h), is_share, "visage", **more)  # type: ignore[arg-type]


def noise(width: int, height: int, mode: str = "RGB", seed: int = 1) -> Image.Image:
    bands = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, (width, height), random.Random(seed).randbytes(width * height * bands))


def encoded(image: Image.Image, format_: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format_, **options)  # type: ignore[arg-type]
    return out.getvalue()


def frames(body: bytes) -> list[Image.Image]:
    found = []
    with Image.open(io.BytesIO(body)) as opened:
        for number in range(getattr(opened, "n_frames", 1)):
            opened.seek(number)
            found.append(opened.convert("RGB"))
    return found


def painted(before: Image.Image, *areas: tuple[int, int, int, int]) -> Image.Image:
    """The picture with boxes x, y, w, h painted pixel by pixel."""
    after = before.copy()
    for x, y, w, h in areas:
        for place in ((left, top) for left in range(x, x + w) for top in range(y, y + h)):
            after.putpixel(place, FILL)
    return after


def same(one: Image.Image, other: Image.Image) -> bool:
    return (one.mode, one.size, one.tobytes()) == (other.mode, other.size, other.tobytes())
