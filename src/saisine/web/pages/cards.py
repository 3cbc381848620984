"""A card of the sorting box in words: what it is, never what it says, until somebody asks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil, floor

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from saisine.casework import own_model
from saisine.casework.models import Decision
from saisine.casework.triage import UNDO_S, Card, Opened
from saisine.errors import SaisineError
from saisine.findings.alignment import Piece
from saisine.findings.triage.blend import FIRST, NEXT, NOTHING
from saisine.findings.triage.frequencies import Frequency
from saisine.findings.triage.scoring import Result
from saisine.web import platforms, words
from saisine.web.accounts import who
from saisine.web.pages.type_boxes import TypesForm, say_chosen

REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Tag:
    text: str
    attention: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """A decision to take; `key` is its letter on the keyboard, empty for none."""

    value: str
    label: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Undo:
    """What was just done, and for how many seconds it can be taken back."""

    id: str
    band: str
    said: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Text:
    """An opened text, as it was received; `pieces` set a variant beside the first one, with `likeness` in words."""

    body: str
    lang: str
    author: str
    at: datetime | None
    url: str
    pieces: tuple[Piece, ...] = ()
    likeness: str = ""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a message is where it is: for, against, and why the model does not know, in words without a quote."""

    rank: str
    against: tuple[str, ...]
    for_: tuple[str, ...]
    unsure: str
    frequency: str = ""


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
    reasons: Reasons | None = None
    types: TypesForm | None = None
    chosen: str = ""
    can_ask_why: bool = False
    undo: Undo | None = None
    is_focused: bool = False
    value: str = ""  # the decision that this card shows: a change of mind says which one it was about


def say_card(card: Card) -> CardWords:
    return CardWords(
        value=card.value,
        dom="".join(sign if sign.isalnum() else "-" for sign in card.ref),
        ref=card.ref,
        band=card.band,
        title=_title(card),
        summary=_summary(card),
        tags=_tags(card),
        verbs=_verbs(card),
        decision=_decided(card.value),
        is_danger=bool(card.dangers),
        # a danger sign needs no order to be explained; what was confirmed is changed and taken back there
        can_ask_why=bool(card.rank or card.dangers) or card.chosen is not None,
        chosen=say_chosen(card.chosen) if card.chosen is not None else "",
    )


def say_opened(card: Card, texts: Sequence[Opened]) -> CardWords:
    """The same card with its texts: up to three variants of a group."""
    english = words.is_english()
    reasons = dict.fromkeys(text.why_en if english else text.why_fr for text in texts)
    return replace(
        say_card(card),
        opened=tuple(say_text(text) for text in texts),
        why=" ".join(reason for reason in reasons if reason),
        is_focused=True,
    )


def say_text(text: Opened) -> Text:
    likeness = text.likeness_en if words.is_english() else text.likeness_fr
    return Text(text.text, text.lang, text.author, text.at, text.url, text.pieces, likeness)


def say_rank(rank: str) -> str:
    """A part of the reading order; the last one says what it does not prove."""
    said = {
        FIRST: _("À regarder d’abord"),
        NEXT: _("À regarder ensuite"),
        NOTHING: _("Rien trouvé (cela ne veut pas dire : rien de grave)"),
    }
    return said.get(rank, "")


def say_reasons(result: Result, frequency: Frequency | None = None) -> Reasons:
    """The reasons of the triage, heaviest first, each said once; no word of the message is in them."""
    at = "en" if words.is_english() else "fr"
    unsure = {
        "no_text": _("pas de texte"),
        "no_words": _("aucun mot : un lien, une image ou des signes"),
        "too_short": _("trop court"),
        "unknown_words": _("peu de mots connus : autre langue, ou autre façon d’écrire"),
        "members_apart": _("les parties du modèle ne sont pas d’accord"),
        "near_half": _("trop près du milieu"),
    }
    return Reasons(
        rank=say_rank(result.band),
        for_=tuple(dict.fromkeys(getattr(one, at) for one in result.reasons_for)),
        against=tuple(dict.fromkeys(getattr(one, at) for one in result.reasons_against)),
        unsure=unsure.get(result.abstain_reason or "", result.abstain_reason or ""),
        frequency=_frequency(frequency) if frequency is not None else _own(result),
    )


def _own(result: Result) -> str:
    if not own_model.is_its_word(result):
        return ""
    return _("Ce rang vient de votre propre modèle, non calibré. Les indices sont ceux de notre tri.")


def _frequency(one: Frequency) -> str:
    """What the trials say of messages scored alike, and of what they were made."""
    said = _(
        "Dans nos essais, sur 100 messages notés ainsi, environ %(n)s étaient à regarder (entre %(low)s et %(high)s)."
    ) % {"n": round(100 * one.share), "low": floor(100 * one.low), "high": ceil(100 * one.high)}
    trials = _("Essais : %(total)s messages publics, compris comme moitié agressifs, moitié non.")
    return f"{said} {trials % {'total': words.say_number(one.total)}}"


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
        "raid": _("appel à agir en nombre possible"),
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
    if card.dangers:
        return (Tag(_("À regarder en premier"), attention=True),)
    found = [Tag(say_rank(card.rank), attention=card.rank == FIRST)] if card.rank else []
    return tuple([*found, Tag(_("Je ne sais pas"))] if card.is_unsure else found)


def _verbs(card: Card) -> tuple[Verb, ...]:
    if card.value:
        return (Verb(REOPEN, _("Changer d’avis")),)
    keep = _("Garder tout le groupe") if card.kind == "group" else _("Garder")
    return (
        Verb("keep", keep, "g"),
        Verb("discard", _("Écarter"), "e"),
        Verb("later", _("Plus tard"), "p"),
    )


def say_decided_by(name: str, value: str) -> str:
    """« Déjà décidé par Claire : gardé »: a second save changes nothing, and says whose word stands."""
    said = _decided(value)
    return _("Déjà décidé par %(name)s : %(value)s") % {"name": name, "value": said[:1].lower() + said[1:]}


def decided_already(request: HttpRequest, other: Decision) -> SaisineError:
    """The same as a page of three sentences, for whoever has no JavaScript."""
    said = {Decision.KEEP: ("gardé", "kept"), Decision.DISCARD: ("écarté", "set aside")}
    value_fr, value_en = said.get(other.value, ("", ""))
    return SaisineError(
        "card_decided", who=who.names(request)(other.by), value_fr=value_fr, value_en=value_en
    )


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
