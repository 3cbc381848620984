"""Messages whose text is not the same in two collections: « Texte modifié entre deux collectes »."""

from collections.abc import Sequence
from typing import Any, Final

LABEL_FR: Final = "texte modifié entre deux collectes"
LABEL_EN: Final = "text changed between two collections"
DOES_NOT_PROVE_FR: Final = (
    "Une plateforme ou un outil peut donner le même message autrement : coupé, traduit, sans ses liens. Comparez les "
    "deux originaux avant de parler d’une modification."
)
DOES_NOT_PROVE_EN: Final = (
    "A platform or a tool may give the same message otherwise: cut, translated, without its links. Compare both "
    "originals before speaking of an edit."
)


def changed_rows(refs: Sequence[str]) -> list[dict[str, Any]]:
    """One row with the messages, as they are read today; none when no text changed."""
    if not refs:
        return []
    return [
        {
            "kind": "text_changed",
            "id": "text_changed",
            "version": 1,
            "parameters": {},
            "n": len(refs),
            "label_fr": LABEL_FR,
            "label_en": LABEL_EN,
            "does_not_prove_fr": DOES_NOT_PROVE_FR,
            "does_not_prove_en": DOES_NOT_PROVE_EN,
            "refs": list(refs),
        }
    ]
