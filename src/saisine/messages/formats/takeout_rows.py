"""The two YouTube tables of Google Takeout: whatever the language of their headers, known by their values.

`comments.csv` and `live chats.csv` begin alike: identifier, channel, exact time, price. What follows depends on
the year (7 columns until 2024, then 9; some accounts have 6), and always ends with the text, as pieces of JSON
joined by commas, or as `{"takeoutSegments": […]}` until June 2024. Header words are the account's: English,
Dutch and, to be checked on a real file, French.

Sources: docs/formats.md; google_takeout_parser @ 821b52f8f565 (`tests/test_csv.py`).
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from saisine.messages.formats.table_layout import key_of

COMMENT_ID: Final = re.compile(r"Ug[\w-]{24}(?:\.[\w-]{10,40})?")
CHANNEL_ID: Final = re.compile(r"UC[\w-]{22}")
TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")
_PIECES: Final = re.compile(r'\s*(?:\[\s*)?\{\s*"(?:text|takeoutSegments|mention|link|videoLink)"')
VIDEO_ID: Final = re.compile(r"[\w-]{11}")

# column -> its header in the languages met; the order of columns decides for the others
HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("Comment ID", "Live Chat ID", "Reactie-ID", "ID du commentaire", "Kommentar-ID"),
    "channel": ("Channel ID", "Kanaal-ID", "ID de la chaîne", "Kanal-ID"),
    "time": (
        *("Comment Create Timestamp", "Live Chat Create Timestamp", "Comment Creation Timestamp"),
        *("Aanmaaktijdstempel reactie", "Horodatage de création du commentaire"),
        "Zeitstempel der Erstellung des Kommentars",
    ),
    "price": ("Price", "Prijs", "Prix", "Preis"),
    "currency": ("Currency code",),
    "parent": ("Parent Comment ID", "ID du commentaire parent", "Übergeordnete Kommentar-ID"),
    "post": ("Post ID", "ID de la publication", "Beitrags-ID"),
    "video": ("Video ID", "Video-ID", "ID de la vidéo"),
    "text": ("Comment Text", "Live Chat Text", "Reactietekst", "Texte du commentaire", "Kommentartext"),
    "top": ("Top-Level Comment ID", "ID du commentaire de premier niveau", "Kommentar-ID der obersten Ebene"),
}
_NAMED: Final = {key_of(name): column for column, names in HEADERS.items() for name in names}
_FIRST: Final = ("id", "channel", "time", "price")
# number of columns -> those that follow the first four, for comments and for live chats
_COMMENTS: Final = {
    6: ("video", "text"),
    7: ("parent", "video", "text"),
    8: ("parent", "post", "video", "text"),
    9: ("parent", "post", "video", "text", "top"),
}
# (number of columns, where the text stands) -> the same for comments without a post
_OTHERS: Final = {(8, 6): ("parent", "video", "text", "top")}
_CHATS: Final = {6: ("video", "text"), 7: ("currency", "video", "text")}


def is_row(cells: Sequence[str]) -> bool:
    """Whether a row begins with an identifier, a YouTube channel and an exact time, and holds a text."""
    return (
        len(cells) >= 6
        and bool(cells[0])
        and CHANNEL_ID.fullmatch(cells[1]) is not None
        and TIME.fullmatch(cells[2]) is not None
    )


def columns_of(header: Sequence[str], first: Sequence[str]) -> dict[str, int] | None:
    """column -> its index, by the header's words, else by the order known for this many columns.

    None when neither fits: the file is then left alone, never guessed.
    """
    named = {column: index for index, name in enumerate(header) if (column := _NAMED.get(key_of(name)))}
    if {"id", "time", "text"} <= named.keys():
        return named
    is_comment = COMMENT_ID.fullmatch(first[0]) is not None
    rest = (_COMMENTS if is_comment else _CHATS).get(len(header))
    written = next((at for at, cell in enumerate(first) if at >= len(_FIRST) and _PIECES.match(cell)), None)
    if written is not None and (rest is None or (*_FIRST, *rest).index("text") != written):
        rest = _OTHERS.get((len(header), written))  # the text itself says where it stands
    if rest is None:
        return None
    return {column: index for index, column in enumerate((*_FIRST, *rest))}


def is_chat(header: Sequence[str], first: Sequence[str]) -> bool:
    """Whether these are lines of live chats: by the header, else by an identifier that is no comment's."""
    words = key_of(header[0])
    if words in _NAMED:
        return "chat" in words
    return COMMENT_ID.fullmatch(first[0]) is None


def read_text(cell: str) -> tuple[str, list[str], bool]:
    """(text, addresses, whether it was joined from pieces) of a cell; a cell that is no JSON is the text."""
    if not _PIECES.match(cell):
        return cell, [], False
    try:
        # line ends stand as they are inside the strings of some exports
        pieces = json.loads(cell if cell.lstrip()[:1] == "[" else f"[{cell}]", strict=False)
    except (ValueError, RecursionError):
        return cell, [], False
    flat = [piece for one in pieces for piece in _segments(one)]
    return "".join(str(one.get("text") or "") for one in flat), list(dict.fromkeys(_links(flat))), True


def _segments(piece: Any) -> list[dict[str, Any]]:
    inside = piece.get("takeoutSegments") if isinstance(piece, dict) else None
    found = inside if isinstance(inside, list) else [piece]
    return [one for one in found if isinstance(one, dict)]


def _links(pieces: Sequence[Any]) -> Iterator[str]:
    """Every address inside the pieces, whatever the key that holds it."""
    for piece in pieces:
        for name, value in piece.items() if isinstance(piece, dict) else ():
            if isinstance(value, dict):
                yield from _links([value])
            elif name.lower().endswith("url") and isinstance(value, str) and value.startswith("http"):
                yield value


def mentions_in(cell: str) -> list[str]:
    """The channels that the pieces of a text mention."""
    return list(dict.fromkeys(re.findall(r'"(?:externalC|c)hannelId"\s*:\s*"(UC[\w-]{22})"', cell)))
