"""Screenshots as a phone keeps them: invented posts of the wave, four of them unreadable."""

import io
import random
import textwrap
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from saisine.dossiers.glyphs import FONTS, coverage
from saisine.example.association import NAME
from saisine.example.wave import Plan, Said
from saisine.law.dates import MONTHS_FR
from saisine.paris import PARIS

READABLE: Final = 20
UNREADABLE: Final = 4
WIDTH, HEIGHT = 1080, 1680
MARGIN: Final = 64
LETTERS_A_LINE: Final = 42
LONGEST: Final = 260
# Sixteen shades are plenty for a phone's screen, and keep a picture under 40 kB.
SHADES: Final = 16
PAPER, INK, SOFT, LINE = 255, 20, 110, 210


class Capture(NamedTuple):
    """One picture: the name the phone gave it, and its bytes."""

    name: str
    png: bytes


def draw_captures(plan: Plan, rng: random.Random) -> Mapping[str, bytes]:
    """24 pictures by file name: 20 that can be read, 4 that cannot."""
    public = [one for one in plan.said if one.role in ("copy", "attack") and one.language == "fr"]
    shown = rng.sample([one for one in public if len(one.text) <= LONGEST], READABLE + UNREADABLE)
    captures = [*_readable(shown[:READABLE], rng), *_unreadable(shown[READABLE:], rng)]
    pictures = dict(captures)
    assert len(pictures) == READABLE + UNREADABLE
    return pictures


def _readable(shown: list[Said], rng: random.Random) -> Iterator[Capture]:
    """Names tell when the screenshot was taken: some phones write it one way, some another."""
    taken: set[datetime] = set()
    for number, one in enumerate(shown):
        at = one.at.astimezone(PARIS).replace(microsecond=0)
        while (moment := at + timedelta(seconds=rng.randrange(90, 5_400))) in taken:
            pass
        taken.add(moment)
        name = (
            f"IMG_{moment:%Y%m%d_%H%M%S}"
            if number % 10 in (3, 6, 9)
            else f"Screenshot_{moment:%Y%m%d-%H%M%S}"
        )
        image = _draw(one, rng, clock=f"{moment:%H:%M}", dated=True, is_dark=number % 4 == 1)
        yield Capture(f"{name}.png", _png(image))


def _unreadable(shown: list[Said], rng: random.Random) -> Iterator[Capture]:
    """Two blurred by a shaking hand, one cut through the words, one without any date."""
    first = rng.randrange(1_000, 9_000)
    spoils: tuple[tuple[str, Callable[[Image.Image], Image.Image], bool], ...] = (
        (f"IMG_{first}.png", _blurred, True),
        (f"IMG_{first + 1}.png", _blurred, True),
        ("Capture d’écran.png", _cropped, True),
        ("image0.png", _whole, False),
    )
    for one, (name, spoil, dated) in zip(shown, spoils, strict=True):
        image = _draw(one, rng, clock="", dated=dated, is_dark=False)
        yield Capture(name, _png(spoil(image)))


def _whole(image: Image.Image) -> Image.Image:
    return image


def _blurred(image: Image.Image) -> Image.Image:
    small = image.resize((WIDTH // 4, HEIGHT // 4)).filter(ImageFilter.BoxBlur(7))
    return small.resize((WIDTH, HEIGHT))


def _cropped(image: Image.Image) -> Image.Image:
    """Only the left third of the words is in the picture."""
    return image.crop((0, 320, WIDTH // 3, 760))


# ------------------------------------------------------------------ drawing


def _draw(one: Said, rng: random.Random, *, clock: str, dated: bool, is_dark: bool) -> Image.Image:
    """A post as a phone shows it, in greys. `clock` is the phone's own, at the top."""
    image = Image.new("L", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((MARGIN, 28), clock, INK, _font(34))
    draw.rectangle((WIDTH - 130, 34, WIDTH - 64, 66), outline=SOFT, width=3)
    draw.line((0, 112, WIDTH, 112), LINE, 2)
    draw.text((MARGIN, 140), f"Publication de {NAME}", SOFT, _font(34))
    draw.ellipse((MARGIN, 230, MARGIN + 108, 338), fill=rng.randrange(120, 200))
    draw.text((MARGIN + 136, 236), one.author.name, INK, _font(42, bold=True))
    draw.text((MARGIN + 136, 292), f"@{one.author.handle}", SOFT, _font(34))
    bottom = _write_words(draw, one.text, top=390)
    if dated:
        draw.text((MARGIN, bottom + 40), _date_words(one.at), SOFT, _font(34))
    draw.line((MARGIN, bottom + 120, WIDTH - MARGIN, bottom + 120), LINE, 2)
    likes = f"{rng.randrange(2, 90)} mentions J’aime    {rng.randrange(0, 30)} réponses"
    draw.text((MARGIN, bottom + 144), likes, SOFT, _font(34))
    draw.text((MARGIN, HEIGHT - 80), "Exemple inventé", SOFT, _font(30))
    return image.point(lambda shade: 275 - shade if shade > 20 else 255) if is_dark else image


def _write_words(draw: ImageDraw.ImageDraw, text: str, top: int) -> int:
    """The text on lines of its own; returns where it ends, in pixels."""
    drawable = "".join(sign for sign in text if ord(sign) in coverage()).strip()
    for number, line in enumerate(textwrap.wrap(drawable, LETTERS_A_LINE)):
        draw.text((MARGIN, top + 62 * number), line, INK, _font(44))
    return top + 62 * len(textwrap.wrap(drawable, LETTERS_A_LINE))


def _date_words(at: datetime) -> str:
    local = at.astimezone(PARIS)
    return f"{local.hour} h {local:%M} · {local.day} {MONTHS_FR[local.month - 1]} {local.year}"


@cache
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The basic layout draws the same pixels whether or not complex shaping is installed."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)


def _png(image: Image.Image) -> bytes:
    """Sixteen shades, four bits a pixel; nothing in the file tells where or when it was made."""
    step = 256 // SHADES
    flat = image.point(lambda shade: shade // step)
    flat.putpalette([shade * 255 // (SHADES - 1) for shade in range(SHADES) for _ in range(3)])
    out = io.BytesIO()
    flat.save(out, "PNG", bits=4, compress_level=6)
    return out.getvalue()
