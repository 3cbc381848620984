"""The tokens of the design system, read from the style sheet itself: what the guide shows cannot lag behind it."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

SHEET: Final = Path(__file__).parent / "static" / "saisine" / "saisine.css"
_BLOCK = re.compile(r":root\s*{(.*?)}", re.S)
_TOKEN = re.compile(r"--([\w-]+):\s*([^;]+);")
# (ink, ground): the pairs on which words are read; WCAG 2.2 asks 4.5 for text (1.4.3)
PAIRS: Final = (
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink-soft", "paper"),
    ("ink-soft", "surface"),
    ("accent", "surface"),
    ("accent-ink", "accent"),
    ("attention", "attention-soft"),
    ("good", "good-soft"),
)
FOCUS_PAIRS: Final = (("focus", "paper"), ("focus", "surface"))  # 3 for a focus ring (1.4.11)


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour token, its value in light and in dark."""

    name: str
    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two colours that meet, with the ratio of WCAG 2.2 in light and in dark; at least `least` is asked."""

    ink: str
    ground: str
    light: float
    dark: float
    least: float

    @property
    def is_enough(self) -> bool:
        return min(self.light, self.dark) >= self.least


@cache
def _blocks() -> tuple[dict[str, str], dict[str, str]]:
    """(light, dark) tokens by name; dark holds only those that change."""
    light, dark = _BLOCK.findall(SHEET.read_text("utf-8"))[:2]
    return dict(_TOKEN.findall(light)), dict(_TOKEN.findall(dark))


def colours() -> list[Colour]:
    light, dark = _blocks()
    return [
        Colour(name, value, dark.get(name, value))
        for name, value in light.items()
        if re.fullmatch(r"#\w{6}", value)
    ]


def sizes(prefix: str) -> list[tuple[str, str]]:
    """The tokens of one family: `t-` type, `s` spacing, `radius`."""
    return [(name, value) for name, value in _blocks()[0].items() if re.fullmatch(rf"{prefix}[\w-]*", name)]


def pairs() -> list[Pair]:
    """Every pair that is read, with its contrast."""
    light, dark = _blocks()
    both = light | dark
    rows = [(pair, 4.5) for pair in PAIRS] + [(pair, 3.0) for pair in FOCUS_PAIRS]
    return [
        Pair(ink, ground, contrast(light[ink], light[ground]), contrast(both[ink], both[ground]), least)
        for (ink, ground), least in rows
    ]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21, cut to one decimal.

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return int((high + 0.05) / (low + 0.05) * 10) / 10


def _luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
