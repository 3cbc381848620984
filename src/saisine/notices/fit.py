"""Cut a notice to the fields of a form: whole sentences only; what is cut goes to an annex, word for word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from saisine.notices.draft import NoticeDraft
from saisine.notices.profiles import Field, Form
from saisine.notices.wording import say

if TYPE_CHECKING:
    from saisine.notices.text import Part

# after a full stop, a semicolon of a list, or at a line end: never inside a word, a number or a link, nor
# after « art. », « al. » or an initial
_CUT: Final = re.compile(
    r"(?<=[.;?!»”…])(?<!\bart\.)(?<!\bal\.)(?<!\b[A-ZÀ-Ý]\.)[ \u00a0\u202f]+(?![;:?!»])|\n"
)
# an English notice has no English label of the field: the part of the text is named instead
_PARTS_EN: Final = {
    "reasons": "reasons", "full_text": "title", "legal_basis": "elements", "good_faith": "good_faith_title",
    "mandate": "who", "seen_at": "content",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldText:
    """What to paste in one field. `is_blocked`: it cannot be cut (a link) and does not fit."""

    field: Field
    text: str
    was_cut: bool = False
    is_blocked: bool = False


def fit_form(
    form: Form | None, draft: NoticeDraft, parts: Sequence["Part"], full: str, content_id: str
) -> tuple[tuple[FieldText, ...], str]:
    """The text of each field of the form, and the annex (empty when everything fits)."""
    if form is None:
        return (), ""
    filled: list[FieldText] = []
    left: list[str] = []
    for field in form.fields:
        whole = _value(field, draft, parts, full, content_id)
        done, rest = _fit(field, whole, draft.language)
        filled.append(done)
        if rest:
            left.append(f"{_part_name(field, draft.language)}\n{rest}")
    annex = "\n\n".join((say("annex", draft.language), *left)) if left else ""
    return tuple(filled), annex


def _value(field: Field, draft: NoticeDraft, parts: Sequence["Part"], full: str, content_id: str) -> str:
    bodies = {part.id: str(part) for part in parts}
    reasons = [bodies[id] for id in ("reasons", "danger", "quoted", "who", "requests") if id in bodies]
    articles = dict.fromkeys(article for basis in draft.bases for article in basis.articles)
    values = {
        "url": draft.url.strip(),
        "content_id": content_id,
        "legal_basis": " ; ".join(articles),
        "reasons": "\n\n".join(reasons),
        "full_text": full,
        "name": draft.notifier.name.strip(),
        "email": draft.notifier.email.strip(),
        "good_faith": say("good_faith", draft.language) if draft.good_faith else "",
        "mandate": bodies.get("who", ""),
        "seen_at": bodies.get("content", ""),
        "country": "France",
        "category": "",  # the platform's own list: a person chooses
    }
    return values[field.maps_to]


def _fit(field: Field, text: str, language: str) -> tuple[FieldText, str]:
    """The text that fits, and the rest. The two together hold every word of the whole."""
    limit = field.max_chars
    if limit is None or len(text) <= limit:
        return FieldText(field, text), ""
    if field.format in ("url", "email") or field.maps_to in ("url", "email", "content_id", "name"):
        return FieldText(field, text, is_blocked=True), ""
    notice = say("to_annex", language).format(part=_part_name(field, language))
    kept = cut_at_sentence(text, limit - len(notice) - 1)
    rest = text[len(kept) :].strip()
    return FieldText(field, f"{kept.rstrip()}\n{notice}".strip()[:limit], was_cut=True), rest


def _part_name(field: Field, language: str) -> str:
    if language != "en":
        return field.label_fr
    return say(_PARTS_EN.get(field.maps_to, "reasons"), "en")


def cut_at_sentence(text: str, limit: int) -> str:
    """The longest run of whole sentences within `limit` characters; empty when the first one is longer."""
    end = 0
    for found in _CUT.finditer(text):
        if found.start() > limit:
            break
        end = found.end() if found.end() <= limit else found.start()
    return text[:end] if limit > 0 else ""
