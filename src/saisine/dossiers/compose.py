"""From the data and a recipient to the tree that the template lays out: chosen, masked, made printable.

Order matters: contents are chosen first, then names are masked everywhere, then characters are made
printable; only then is anything handed to the typesetter. The tree holds nothing of the machine.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from saisine.dossiers import blocks, closing, sections, summary
from saisine.dossiers.blocks import Block
from saisine.dossiers.data import KINDS_FR, DossierData, Exhibit
from saisine.dossiers.figures import figures
from saisine.dossiers.glyphs import printable, spaced
from saisine.dossiers.masks import Masker, hidden_text
from saisine.dossiers.narrow import narrowed
from saisine.dossiers.pages import PDF_TYPE
from saisine.dossiers.pictures import Printed, Seen
from saisine.dossiers.recipients import Recipient, hidden_words
from saisine.law.dates import day_fr
from saisine.paris import PARIS

DIGESTS: Final = frozenset({"k", "s", "style", "picture", "digest"})
EVIDENCE: Final = frozenset({"text", "context"})  # printed sign for sign: no typography of ours
_TITLES: Final = {
    "exhibits": "Pièces",
    "integrity": "Intégrité et vérification",
    "limits": "Ce que ce dossier ne prouve pas",
}


@dataclass(frozen=True, slots=True)
class Composed:
    """The tree, the short code printed at the foot of each page, and which exhibits were touched by masks."""

    tree: dict[str, Any]
    code: str
    masked: frozenset[int]
    hits: Mapping[str, int]


def compose(
    data: DossierData,
    recipient: Recipient,
    pictures: Mapping[int, Printed],
    unshown: Collection[int] = (),
    *,
    mask_third_parties: bool = True,
) -> Composed:
    """The whole dossier as one tree of strings. Pure: same data, same tree, same code.

    `pictures` are those that can be printed, `unshown` the numbers of those that cannot be read.
    """
    masker = Masker(hidden_words(recipient, data.people, mask_third_parties=mask_third_parties))
    masked = frozenset(exhibit.number for exhibit in data.exhibits if _is_masked(exhibit, masker))
    shown = _withheld(data, recipient)
    tree = _tree(shown, recipient, pictures, unshown)
    safe = _printable(_restore(masker.tree(_protect(tree), DIGESTS)))
    code = short_code(safe)
    return Composed(narrowed(safe) | {"code": code, "qr": f"Saisine, dossier {data.number} v{data.version}, {code}"},
                    code, masked, dict(masker.hits))  # fmt: skip


def short_code(tree: Mapping[str, Any]) -> str:
    """Twelve signs over everything printed: the first of SHA-256 of the tree, by four.

    The tree holds the name of each picture, which is the SHA-256 of its original and of what hides parts of it.
    """
    digest = hashlib.sha256(json.dumps(tree, sort_keys=True, ensure_ascii=True).encode())
    text = digest.hexdigest()[:12].upper()
    return "-".join(text[start : start + 4] for start in (0, 4, 8))


# ---------------------------------------------------------------- what this recipient receives


def _withheld(data: DossierData, recipient: Recipient) -> DossierData:
    """The data without the words that this recipient does not receive."""
    if recipient.shows_texts:
        return data
    exhibits = tuple(
        replace(exhibit, text=hidden_text(exhibit.text) or None, context=()) for exhibit in data.exhibits
    )
    if recipient.id != "public":
        return replace(data, exhibits=exhibits)
    hidden = tuple(
        replace(exhibit, url="", account="", title=KINDS_FR.get(exhibit.kind, "")) for exhibit in exhibits
    )
    return replace(data, exhibits=hidden, summary="")


def _is_masked(exhibit: Exhibit, masker: Masker) -> bool:
    """Whether anything of this exhibit is hidden: its original then stays out of the bundle."""
    copies = [part for row in exhibit.copies for part in (row.account, row.url)]
    parts = (exhibit.text or "", exhibit.account, exhibit.url, exhibit.title, exhibit.locator)
    return bool(exhibit.boxes) or any(map(masker.finds, (*parts, *exhibit.context, *copies)))


# ---------------------------------------------------------------- the tree


def _tree(
    data: DossierData, recipient: Recipient, pictures: Mapping[int, Printed], unshown: Collection[int]
) -> dict[str, Any]:
    parts = [_section(id, data, recipient, pictures, unshown) for id in recipient.sections]
    return {
        "title": f"Dossier {data.number}, version {data.version}",
        "subject": data.title,
        "association": data.association,
        "recipient": recipient.label_fr,
        "purpose": recipient.purpose_fr,
        "built_on": day_fr(data.built_at.astimezone(PARIS).date()),
        "summary": _summary(data, recipient),
        "sections": [part for part in parts if part["blocks"]],
    }


def _summary(data: DossierData, recipient: Recipient) -> list[Block]:
    """Page one; for the public it holds all the figures, so that the whole file is two pages."""
    page = summary.first_page(data, recipient)
    return [*page, *figures(data, recipient)] if recipient.id == "public" else page


def _section(
    id: str,
    data: DossierData,
    recipient: Recipient,
    pictures: Mapping[int, Printed],
    unshown: Collection[int],
) -> dict[str, Any]:
    if id == "exhibits":
        found = [
            _exhibit(exhibit, pictures.get(exhibit.number), _unseen(exhibit, recipient, unshown))
            for exhibit in data.exhibits
        ]
    elif id == "integrity":
        found = closing.integrity(data, recipient)
    elif id == "limits":
        found = closing.limits(data, recipient)
    else:
        found = sections.SECTIONS[id][1](data, recipient)
    title = _TITLES.get(id) or sections.SECTIONS[id][0]
    return {"k": id, "title": title, "blocks": found}


def _unseen(exhibit: Exhibit, recipient: Recipient, unshown: Collection[int]) -> str:
    """Why a picture is not printed, in words; empty when there is none or it is printed."""
    is_document = exhibit.media_type == PDF_TYPE
    if exhibit.number in unshown and is_document:
        return "Les pages ne peuvent pas être lues : elles ne sont pas imprimées ici."
    if exhibit.number in unshown:
        return "L’image ne peut pas être lue : elle n’est pas imprimée ici."
    if is_document and exhibit.boxes and not recipient.shows_pictures:
        return "Les pages ne sont pas transmises à ce destinataire."
    had = exhibit.picture is not None or exhibit.media_type.startswith("image/")
    if had and not recipient.shows_pictures:
        return "L’image n’est pas transmise à ce destinataire."
    return ""


def _exhibit(exhibit: Exhibit, printed: Printed | None, unseen: str) -> Block:
    number = exhibit.number
    facts = blocks.pairs(
        [
            ("Nature", KINDS_FR.get(exhibit.kind, exhibit.kind)),
            ("Date du contenu", sections.dated(exhibit.when)),
            ("Service", exhibit.platform),
            ("Compte", exhibit.account),
            ("Adresse", blocks.link(exhibit.url) if exhibit.url else ""),
            ("Emplacement dans l’original", exhibit.locator),
            ("Original scellé (SHA-256)", blocks.mono(exhibit.sha256) if exhibit.sha256 else ""),
            ("Ligne source (SHA-256)", blocks.mono(exhibit.record_sha256) if exhibit.record_sha256 else ""),
            ("Journal", sections.log_state(exhibit)),
            ("Pages" if exhibit.media_type == PDF_TYPE else "Image", unseen or _pages(printed)),
        ]
    )
    found: Block = {
        "k": "exhibit",
        "title": f"Pièce {number} : {' '.join(exhibit.title.split())}",
        "facts": facts["rows"],
        "text": _lines(exhibit.text),
        "context": [_lines(text) for text in exhibit.context],
        "copies": sections.copies(exhibit) if exhibit.copies else None,
    }
    if printed is not None and printed.pages:
        found["pages"] = [
            _page(exhibit, page, picture, printed) for page, picture in enumerate(printed.pictures, 1)
        ]
    elif printed is not None:
        words = (
            f"Image de la pièce {number}, copie imprimée. Le texte lisible, s’il a été relevé, figure à côté."
        )
        found |= _picture(printed.pictures[0], words)
    return found


def _pages(printed: Printed | None) -> str:
    """How many pages are printed, and of how many: a cut is said, never silent."""
    if printed is None or not printed.pages:
        return ""
    shown, all_pages = len(printed.pictures), printed.pages
    if shown < all_pages:
        return f"Les {shown} premières, sur {all_pages}, imprimées comme des images. Les suivantes ne le sont pas."
    return "Imprimées comme des images, toutes." if shown > 1 else "Une seule, imprimée comme une image."


def _page(exhibit: Exhibit, page: int, picture: Seen, printed: Printed) -> Block:
    said = f"Page {page} sur {printed.pages}"
    if any(box.page == page for box in exhibit.boxes):
        said += ", une partie est couverte"
    words = f"{said}, pièce {exhibit.number}, copie imprimée comme une image."
    return {"k": "page", "t": f"Pièce {exhibit.number}. {said}."} | _picture(picture, words)


def _picture(picture: Seen, words: str) -> Block:
    return {
        "picture": picture.name,
        "alt": words,
        "wide": picture.width > picture.height,
        "share": picture.width / picture.height,
    }


def _lines(text: str | None) -> list[str]:
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n") if text else []


# ---------------------------------------------------------------- mask, then print


def _protect(value: Any) -> Any:
    """Digests are set apart, so that a short name inside one does not break it."""
    if isinstance(value, dict):
        if value.get("s") == "mono":
            return {"s": "mono", "digest": value["t"]}
        return {key: _protect(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_protect(item) for item in value]
    return value


def _restore(value: Any) -> Any:
    """Digests back in place; a link whose words were masked leads nowhere any more."""
    if isinstance(value, dict):
        if "digest" in value:
            return {"s": "mono", "t": value["digest"]}
        if "href" in value and not str(value["t"]).startswith(str(value["href"])):
            return {key: item for key, item in value.items() if key != "href"}
        if "href" in value and "[" in str(value["href"]):
            return {key: item for key, item in value.items() if key != "href"}
        return {key: _restore(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_restore(item) for item in value]
    return value


def _printable(value: Any, is_ours: bool = True) -> Any:
    """Every string with what the fonts can draw; our own words also get their French spaces."""
    if isinstance(value, str):
        return printable(spaced(value) if is_ours else value)
    if isinstance(value, dict):
        kept = ("k", "s", "href", "picture", "style")
        exact = value.get("s") in ("mono", "url")
        return {
            key: item if key in kept else _printable(item, is_ours and not exact and key not in EVIDENCE)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_printable(item, is_ours) for item in value]
    return value
