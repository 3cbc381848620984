"""One function per chart shape: SVG with real text, for a page and a PDF alike.

No `style` attribute (a strict content policy drops it): shapes carry presentation attributes for the PDF and a
class for the page, which follows light and dark. Words come from the caller, in its language.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

BLUE, ORANGE, GREY = "#1c5570", "#b65a00", "#515c69"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: the words under it (may be empty), its value, and whether it is the one to notice."""

    label: str
    value: int
    is_peak: bool = False


def draw_bars(bars: Sequence[Bar], *, title: str, width: int = 400, height: int = 180) -> str:
    """A bar chart from zero, its highest value written above its bar. `title` is its accessible name.

    Colour is not alone: peak bars also carry their value. An empty sequence gives an empty string.
    """
    if not bars:
        return ""
    left, right, top, bottom = 8, 8, 24, 26
    highest = max(max(bar.value for bar in bars), 1)
    step = (width - left - right) / len(bars)
    floor = height - bottom
    shapes = []
    for index, bar in enumerate(bars):
        tall = (floor - top) * bar.value / highest
        x = left + index * step
        kind, fill = ("bar-peak", ORANGE) if bar.is_peak else ("bar-fill", BLUE)
        shapes.append(
            f'<rect class="{kind}" fill="{fill}" x="{x + step * 0.1:.1f}" y="{floor - tall:.1f}" '
            f'width="{step * 0.8:.1f}" height="{tall:.1f}"/>'
        )
        if bar.is_peak:
            shapes.append(_text(x + step / 2, floor - tall - 6, f"{bar.value}"))
        if bar.label:
            shapes.append(_text(x + step / 2, height - 8, bar.label))
    return (
        f'<svg class="chart" role="img" aria-label={quoteattr(title)} viewBox="0 0 {width} {height}" '
        f'xmlns="http://www.w3.org/2000/svg">'
        f'<line x1="{left}" x2="{width - right}" y1="{floor}" y2="{floor}" stroke="{GREY}"/>'
        f"{''.join(shapes)}</svg>"
    )


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{GREY}" font-size="13" text-anchor="middle">{escape(words)}</text>'


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a timeline: how many messages, None when nobody was collecting (unknown, not zero)."""

    value: int | None
    label: str = ""
    is_peak: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on a timeline, `at` in hours from its first one, told by a short sign such as « A »."""

    at: float
    sign: str


def draw_timeline(
    hours: Sequence[Hour], marks: Sequence[Mark] = (), *, title: str, width: int = 400, height: int = 190
) -> str:
    """Messages per hour from zero, with signs over the moments to notice; unknown hours are hatched.

    The highest value is written above its bar; labels stand under their hour. Empty for no hour.
    """
    if not hours:
        return ""
    left, right, top, bottom = 8, 8, 40, 26
    highest = max(max(hour.value or 0 for hour in hours), 1)
    step, floor = (width - left - right) / len(hours), height - bottom
    shapes = [
        _hour(hour, left + at * step, step, floor, (floor - top) / highest, width)
        for at, hour in enumerate(hours)
    ]
    shapes += [
        _mark(mark, left + mark.at * step, floor, width) for mark in marks if 0 <= mark.at <= len(hours)
    ]
    hatch = (
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="6" stroke="{GREY}"/></pattern></defs>'
        if any(hour.value is None for hour in hours)
        else ""
    )
    return (
        f'<svg class="chart" role="img" aria-label={quoteattr(title)} viewBox="0 0 {width} {height}" '
        f'xmlns="http://www.w3.org/2000/svg">{hatch}'
        f'<line x1="{left}" x2="{width - right}" y1="{floor}" y2="{floor}" stroke="{GREY}"/>'
        f"{''.join(shapes)}</svg>"
    )


def _hour(hour: Hour, x: float, step: float, floor: float, scale: float, width: int) -> str:
    if hour.value is None:
        return (
            f'<rect class="bar-unknown" fill="url(#hatch)" x="{x:.1f}" y="{floor - 24:.1f}" '
            f'width="{step:.1f}" height="24"/>'
        )
    tall = scale * hour.value
    kind, fill = ("bar-peak", ORANGE) if hour.is_peak else ("bar-fill", BLUE)
    shapes = (
        f'<rect class="{kind}" fill="{fill}" x="{x + step * 0.1:.1f}" y="{floor - tall:.1f}" '
        f'width="{step * 0.8:.1f}" height="{tall:.1f}"/>'
    )
    middle = min(max(x + step / 2, 24), width - 24)  # words at either end stay inside the drawing
    if hour.is_peak:
        shapes += _text(middle, floor - tall - 6, f"{hour.value}")
    return shapes + (_text(middle, floor + 18, hour.label) if hour.label else "")


def _mark(mark: Mark, x: float, floor: float, width: int) -> str:
    return (
        f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="18" y2="{floor}" stroke="{ORANGE}" '
        f'stroke-dasharray="4 3"/>{_text(min(max(x, 8), width - 8), 13, mark.sign)}'
    )


@dataclass(frozen=True, slots=True)
class Tie:
    """A link to draw: its two ends by name, and its strength, which is told by the width of the line."""

    a: str
    b: str
    strength: float


MOST_TIES = 10  # more shows nothing: the table holds them all


def draw_ties(ties: Sequence[Tie], *, title: str, width: int = 400, height: int = 320) -> str:
    """A few links between names on a circle: at most MOST_TIES, so that every name and line can be read."""
    shown = list(ties)[:MOST_TIES]
    names = list(dict.fromkeys(name for tie in shown for name in (tie.a, tie.b)))
    if not names:
        return ""
    cx, cy, radius = width / 2, height / 2, min(width, height) / 2 - 44
    turns = {name: math.tau * at / len(names) - math.pi / 2 for at, name in enumerate(names)}
    place = {
        name: (cx + radius * math.cos(turn), cy + radius * math.sin(turn)) for name, turn in turns.items()
    }
    top = max(tie.strength for tie in shown) or 1.0
    lines = [
        f'<line class="tie" x1="{place[tie.a][0]:.1f}" y1="{place[tie.a][1]:.1f}" x2="{place[tie.b][0]:.1f}" '
        f'y2="{place[tie.b][1]:.1f}" stroke="{BLUE}" stroke-width="{1 + 4 * tie.strength / top:.1f}"/>'
        for tie in shown
    ]
    dots = [
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{ORANGE}"/>' for x, y in place.values()
    ]
    words = [
        _text(cx + (radius + 22) * math.cos(turn), cy + (radius + 22) * math.sin(turn) + 4, name)
        for name, turn in turns.items()
    ]
    return (
        f'<svg class="chart" role="img" aria-label={quoteattr(title)} viewBox="0 0 {width} {height}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(lines)}{"".join(dots)}{"".join(words)}</svg>'
    )
