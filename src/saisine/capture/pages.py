"""The pages that a WACZ announces: `pages/*.jsonl`, a header line, then one page per line.

Source: WACZ 1.1.1, section 5.4 (`json-pages-1.0`).
"""

from collections.abc import Iterator
from typing import Final

from saisine.capture.books import strict_lines
from saisine.capture.findings import Words
from saisine.capture.streams import PlainPieces, Readable
from saisine.capture.strict_json import BadJson, load_object

LINE_BYTES: Final = 4 << 20  # a line may hold the text of a whole page
_FORMAT: Final = "json-pages-1.0"


def read_pages(raw: Readable) -> Iterator[tuple[int, str | Words]]:
    """Each page's address by its line, or why that line is none. Raises `StreamFault` on an outsize line."""
    has_header = False
    for number, body in strict_lines(PlainPieces(raw).lines(LINE_BYTES)):
        try:
            fields = load_object(body)
        except BadJson as error:
            yield number, error.words
            continue
        if not has_header:
            has_header = True
            if fields.get("format") != _FORMAT:
                yield number, ("en-tête inconnu", "unknown header")
            continue
        url = fields.get("url")
        yield number, url if isinstance(url, str) else ("page sans adresse", "page without an address")
    if not has_header:
        yield 1, ("en-tête absent", "no header")
