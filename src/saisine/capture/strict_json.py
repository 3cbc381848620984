"""JSON as a capture may hold it: UTF-8, no duplicate key, no NaN, bounded in depth, size and values.

Depth and number of values are counted before anything is built: `json.loads` alone would let a few
megabytes of `[[[[` or `{},{},` grow without measure (RFC 8259, section 9 allows such limits).
"""

import json
import re
from typing import Any, Final

from saisine.capture.findings import Words

DEPTH: Final = 32
# A package of 20,000 members has about ten values for each.
VALUES: Final = 400_000

# A string that never ends is taken to the end: looked for again from each of its quotes, it would cost minutes.
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_BRACKETS: Final = re.compile(rb"[\[\]{}]")


class BadJson(Exception):
    """Why a text is not JSON that we read; `words` says it in both languages."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.words: Words = (fr, en)


def load_json(body: bytes) -> Any:
    """The value of a JSON text whose length the caller has bounded. Raises `BadJson`."""
    _require_measure(body)
    try:
        text = body.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise BadJson("n’est pas en UTF-8", "is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise BadJson("n’est pas du JSON", "is not JSON") from error
    if "\\u" in text and _has_lone_surrogate(value):
        raise BadJson("contient un demi-caractère", "holds half a character")
    return value


def load_object(body: bytes) -> dict[str, Any]:
    """The same, for a text that must be an object. Raises `BadJson`."""
    value = load_json(body)
    if not isinstance(value, dict):
        raise BadJson("n’est pas un objet JSON", "is not a JSON object")
    return value


def _require_measure(body: bytes) -> None:
    # The signs of structure stand outside strings: take these away first.
    bare = _STRING.sub(b"", body)
    if sum(bare.count(sign) for sign in b"[{,") > VALUES:
        raise BadJson("contient trop de valeurs", "holds too many values")
    depth = 0
    for found in _BRACKETS.finditer(bare):
        depth += 1 if found.group() in b"[{" else -1
        if depth < 0:
            raise BadJson("n’est pas du JSON", "is not JSON")
        if depth > DEPTH:
            raise BadJson(f"est imbriqué sur plus de {DEPTH} niveaux", f"is nested deeper than {DEPTH}")


def _has_lone_surrogate(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise BadJson("contient deux fois la même clé", "holds the same key twice")
    return made


def _no_constant(name: str) -> None:
    raise BadJson("contient un nombre interdit", "holds a forbidden number")
