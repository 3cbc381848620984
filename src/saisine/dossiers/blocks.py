"""The few shapes that a page of the dossier is made of: plain dictionaries that the template lays out.

A cell is a string, or a string with a style: `mono` (digests), `tag` and `tag-open` (a word in a frame),
`strong`, `soft`, or a link. Column widths are shares; 0 takes the width of its words.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

Block = dict[str, Any]
Cell = str | dict[str, Any] | list[Any]


def heading(text: str) -> Block:
    return {"k": "h2", "t": text}


def paragraph(text: str, style: str = "") -> Block:
    """`style`: lead, soft, or none."""
    return {"k": "p", "t": text, "style": style}


def bullets(items: Iterable[str]) -> Block:
    return {"k": "list", "items": list(items)}


def note(title: str, text: str, *, attention: bool = False) -> Block:
    """A framed remark; `attention` also carries a word, never colour alone."""
    return {"k": "note", "title": title, "t": text, "attention": attention}


def pairs(rows: Iterable[tuple[str, Cell]]) -> Block:
    """Label and value, one under the other; empty values are left out."""
    return {"k": "kv", "rows": [[label, value] for label, value in rows if value]}


def table(
    caption: str, head: Sequence[str], widths: Sequence[float], rows: Iterable[Sequence[Cell]]
) -> Block:
    """A table whose header repeats on every page; `caption` is also read aloud."""
    return {
        "k": "table",
        "caption": caption,
        "head": list(head),
        "widths": list(widths),
        "rows": [list(r) for r in rows],
    }


def mono(text: str) -> Cell:
    return {"t": text, "s": "mono"}


def strong(text: str) -> Cell:
    return {"t": text, "s": "strong"}


def soft(text: str) -> Cell:
    return {"t": text, "s": "soft"}


def tag(text: str, *, is_open: bool = False) -> Cell:
    """A word in a frame: dotted when something is still open (« à vérifier », « pas encore daté »)."""
    return {"t": text, "s": "tag-open" if is_open else "tag"}


def verified_tag(is_verified: bool) -> Cell:
    return tag("vérifié") if is_verified else tag("à vérifier par une ou un juriste", is_open=True)


def link(url: str) -> Cell:
    """The address as printed; a target only for https, and the real host when its script is not Latin."""
    text = url.strip()
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return {"t": text, "s": "url"}
    try:
        plain = host.encode("idna").decode()
    except UnicodeError:
        plain = host
    shown = f"{text} (hôte réel : {plain})" if plain != host else text
    if parts.scheme != "https" or not host or not text.isascii() or len(text) > 2000:
        return {"t": shown, "s": "url"}
    return {"t": shown, "s": "url", "href": text}


def numbers(exhibits: Sequence[int]) -> str:
    """« pièces 3, 5 à 9 »: three in a row or more are a range."""
    if not exhibits:
        return ""
    runs: list[list[int]] = []
    for number in sorted(set(exhibits)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = [f"{run[0]} à {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return f"pièce{'s' if len(exhibits) > 1 else ''} {', '.join(words)}"
