"""A card of the sorting box in words: what it is, never what it says, until somebody asks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from saisine.casework.models import Decision
from saisine.casework.triage import UNDO_S, Card, Opened
from saisine.web import platforms, words

REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Tag:
    text: str
    attention: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Undo:
    """What was just done, and for how many seconds it can be taken back."""

    id: str
    band: str
    said: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Text:
    """An opened text, as it was received."""

    body: str
    lang: str
    author: str
    at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class CardWords:
    """One card. `dom` names it in the page; `opened` stays empty until « Afficher »."""

    dom: str
    ref: str
    band: str
    title: str
    summary: str
    tags: tuple[Tag, ...]
    verbs: tuple[Verb, ...]
    decision: str
    is_danger: bool
    opened: tuple[Text, ...] = ()
    why: str = ""
    undo: Undo | None = None
    is_focused: bool = False


def say_card(card: Card) -> CardWords:
    return CardWords(
        dom="".join(sign if sign.isalnum() else "-" for sign in card.ref),
        ref=card.ref,
        band=card.band,
        title=_title(card),
        summary=_summary(card),
        tags=_tags(card),
        verbs=_verbs(card),
        decision=_decided(card.value),
        is_danger=bool(card.dangers),
    )


def say_opened(card: Card, texts: Sequence[Opened]) -> CardWords:
    """The same card with its texts: up to three variants of a group."""
    english = words.is_english()
    reasons = dict.fromkeys(text.why_en if english else text.why_fr for text in texts)
    return replace(
        say_card(card),
        opened=tuple(Text(text.text, text.lang, text.author, text.at, text.url) for text in texts),
        why=" ".join(reason for reason in reasons if reason),
        is_focused=True,
    )


def _title(card: Card) -> str:
    if card.kind == "group":
        n = words.say_number(card.n)
        said = ngettext(
            "%(n)s messages presque identiques, %(v)s variante",
            "%(n)s messages presque identiques, %(v)s variantes",
            words.form(card.variants),
        )
        return said % {"n": n, "v": words.say_number(card.variants)}
    if card.dangers:
        return _("Signe de danger : %(kinds)s") % {
            "kinds": words.say_list([_danger(kind) for kind in card.dangers])
        }
    if card.at:
        return _("Message du %(moment)s") % {"moment": words.say_moment(card.at)}
    return _("Message sans date")


def _danger(kind: str) -> str:
    """The kinds of findings/rules.py in neutral words; one written by a later version is still told."""
    said = {
        "threat": _("menace possible"),
        "doxxing": _("adresse ou numéro peut-être publié"),
        "suicide_incitement": _("appel au suicide possible"),
    }
    return said.get(kind, _("à regarder"))


def _summary(card: Card) -> str:
    """« Message sur X, 14 mots, 14 mars 2026, 31 copies, scellé »."""
    place = platforms.says(card.platform)
    parts = [_("Message %(place)s") % {"place": place} if place else _("Message")]
    parts.append(
        ngettext("%(n)s mot", "%(n)s mots", words.form(card.words)) % {"n": words.say_number(card.words)}
    )
    parts.append(words.say_date(card.at) if card.at else _("date inconnue"))
    if card.n > 1:
        parts.append(ngettext("%(n)s copie", "%(n)s copies", card.n) % {"n": words.say_number(card.n)})
    parts.append(_("scellé"))
    return ", ".join(parts)


def _tags(card: Card) -> tuple[Tag, ...]:
    return (Tag(_("À regarder en premier"), attention=True),) if card.dangers else ()


def _verbs(card: Card) -> tuple[Verb, ...]:
    if card.value:
        return (Verb(REOPEN, _("Changer d’avis")),)
    keep = _("Garder tout le groupe") if card.kind == "group" else _("Garder")
    return (Verb("keep", keep), Verb("discard", _("Écarter")), Verb("later", _("Plus tard")))


def _decided(value: str) -> str:
    return {Decision.KEEP: _("Gardé"), Decision.DISCARD: _("Écarté")}.get(value, "")


def say_undo(decision: Decision, now: datetime) -> Undo:
    """« 127 messages gardés. » and the seconds that remain."""
    n = words.form(decision.count)
    said = (
        ngettext("%(n)s message gardé.", "%(n)s messages gardés.", n)
        if decision.value == Decision.KEEP
        else ngettext("%(n)s message écarté.", "%(n)s messages écartés.", n)
    )
    left = UNDO_S - int((now - decision.at).total_seconds())
    return Undo(decision.id, decision.band, said % {"n": words.say_number(decision.count)}, max(1, left))
