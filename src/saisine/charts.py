"""One function per chart shape: SVG with real text, for a page and a PDF alike.

No `style` attribute (a strict content policy drops it): shapes carry presentation attributes for the PDF and a
class for the page, which follows light and dark. Words come from the caller, in its language.
"""

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
