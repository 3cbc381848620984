"""The parts of an incident's page in words: questions, qualifications, exhibits, people, consents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from saisine.casework import chronology, consents, exhibits, incidents, masks, rights, triage
from saisine.casework.case_models import StatementRow
from saisine.casework.models import ExhibitRow, Incident, QualificationRow
from saisine.casework.session import Session
from saisine.law.ask import GROUND, Question
from saisine.law.assess import Assessed, Assessment
from saisine.web import law_words, words

LISTED = 50  # exhibits on one page of the table


@dataclass(frozen=True, slots=True)
class Box:
    id: str
    text: str
    help: str


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """A screen of questions: one box is asked by yes or no, several by ticking."""

    fact: str
    text: str
    help: str
    why: str
    articles: str
    boxes: tuple[Box, ...]
    is_danger: bool

    @property
    def is_single(self) -> bool:
        return len(self.boxes) == 1

    @property
    def has_examples(self) -> bool:
        return any(box.help for box in self.boxes)


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """An answer that holds, and the answers that may replace it."""

    fact: str
    text: str
    value: str
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    number: int
    title: str
    when: str
    is_dated: bool
    download_url: str
    bar_url: str
    mask_url: str


@dataclass(frozen=True, slots=True)
class ChronologyLine:
    when: str
    what: str


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    label: str
    role: str


@dataclass(frozen=True, slots=True)
class ConsentWords:
    act: str
    label: str
    state_words: str
    choices: tuple[tuple[str, str], ...]


def choices(table: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """(value, words) of a table of (French, English), for a list to choose from."""
    return [(value, said[1 if words.is_english() else 0]) for value, said in table.items()]


# ------------------------------------------------------------------ questions


def say_questions(opened: Session, incident: Incident, about: StatementRow) -> dict[str, object]:
    question = rights.next_question(opened, incident, about)
    answers = rights.answers(opened, incident, about)
    return {
        "question": say_question(question) if question else None,
        "answers": [_answer(one) for one in answers],
        "later_count": sum(a.value in ("later", "unknown") for a in answers),
    }


def say_question(question: Question) -> QuestionWords:
    offered = question.choices if question.fact == GROUND else question.group
    boxes = tuple(Box(c.id, _either(c.text_fr, c.text_en), _either(c.help_fr, c.help_en)) for c in offered)
    return QuestionWords(
        fact=question.fact,
        text=_either(question.heading_fr, question.heading_en),
        help=_either(question.help_fr, question.help_en) if len(boxes) == 1 else "",
        why=_either(question.why_fr, question.why_en),
        articles=", ".join(question.articles),
        boxes=boxes,
        is_danger=question.is_danger,
    )


def _answer(one: rights.Answered) -> AnswerLine:
    offered = (("true", _("Oui")), ("false", _("Non")), ("unknown", _("Je ne sais pas")))
    others = tuple(pair for pair in offered if pair[0] != one.value)
    return AnswerLine(one.fact, _either(one.text_fr, one.text_en), _value(one.value), others)


def _either(french: str, english: str) -> str:
    return english if words.is_english() else french


def _value(value: str) -> str:
    return _either(*rights.VALUE_WORDS[value])


# ------------------------------------------------------------------ qualifications


def say_qualifications(
    assessment: Assessment,
    decided: Mapping[str, QualificationRow],
    shown: Mapping[str, Sequence[int]],
    *,
    focused: str = "",
) -> list[law_words.Card]:
    """Those that an answer supports, or on which a person decided, each with that decision."""
    said = {id: _either(*rights.DECISIONS[row.decision]) for id, row in decided.items()}
    return [
        law_words.say_card(item, decision=said.get(item.id, ""), is_focused=item.id == focused, shown=shown)
        for item in assessment.main
        if item.id in decided or _is_supported(item)
    ]


def _is_supported(item: Assessed) -> bool:
    """Met, or possible with an element that an answer shows; before any answer, every offence is possible."""
    shown = (element.value for element in item.qualification.elements if element.role != "none_of")
    return item.status == "met" or any(value is True for value in shown)


def say_open(assessment: Assessment, decided: Mapping[str, QualificationRow]) -> list[str]:
    """The names of those that only missing answers keep possible."""
    return [_name(item) for item in assessment.main if item.id not in decided and not _is_supported(item)]


def say_excluded(assessment: Assessment) -> list[str]:
    return [_name(item) for item in assessment.qualifications if item.status == "excluded"]


def _name(item: Assessed) -> str:
    return _either(item.offence.name_fr, item.offence.name_en)


# ------------------------------------------------------------------ exhibits and chronology


def say_exhibits(opened: Session, incident: Incident, after: int) -> dict[str, object]:
    """One page of the table; `after` is the number of the exhibit before it."""
    rows = exhibits.exhibits(opened, incident)
    page = [row for row in rows if row.number > after][: LISTED + 1]
    shown = page[:LISTED]
    more = (
        f"{reverse('incident', args=[incident.id])}?pieces={shown[-1].number}" if len(page) > LISTED else ""
    )
    return {
        "exhibit_count": len(rows),
        "exhibits": say_pieces(opened, shown),
        "more_url": more,
    }


def say_kept(opened: Session) -> str:
    """What was kept in the sorting box and is in no incident yet; empty when there is nothing."""
    held = triage.kept(opened)
    n = held.count + held.captures
    if not n:
        return ""
    said = ngettext(
        "%(n)s élément gardé n’est dans aucun incident.",
        "%(n)s éléments gardés ne sont dans aucun incident.",
        words.form(n),
    )
    return said % {"n": words.say_number(n)}


def say_pieces(opened: Session, rows: Sequence[ExhibitRow]) -> list[Piece]:
    return [
        Piece(
            number=row.number,
            title=exhibits.exhibit_title(row, words.language()),
            when=_when(row),
            is_dated=_is_dated(opened, row),
            download_url=reverse("original", args=[row.item]) if row.item else "",
            bar_url=reverse("vault_image", args=[row.item]) if row.capture_id and row.item else "",
            mask_url=reverse("masks", args=[row.incident_id, row.number])
            if masks.has_picture(opened, row)
            else "",
        )
        for row in rows
    ]


def _when(row: ExhibitRow) -> str:
    if row.at:
        return words.say_moment(row.at)
    return words.say_day(row.on) if row.on else _("date inconnue")


def _is_dated(opened: Session, row: ExhibitRow) -> bool:
    """Whether a third party confirmed the date of the sealed bytes behind it."""
    sealed = exhibits.sealed_of(opened, row)
    return sealed is not None and sealed.state == "dated"


def say_chronology(opened: Session, incident: Incident) -> list[ChronologyLine]:
    spoken = words.language()
    lines = chronology.chronology(opened, incident)
    return [ChronologyLine(line.when.words(spoken), line.text(spoken)) for line in lines]


# ------------------------------------------------------------------ people and consents


def say_people(incident: Incident) -> list[Person]:
    return [
        Person(p.row.id, _either(p.label_fr, p.label_en), _either(p.role_fr, p.role_en))
        for p in incidents.people(incident)
    ]


def say_consents(opened: Session, incident: Incident) -> list[ConsentWords]:
    return [say_consent(line) for line in consents.consents(opened, incident)]


def say_consent(line: consents.ConsentLine) -> ConsentWords:
    state = _either(*consents.STATES[line.state])
    said = _("%(state)s le %(day)s") % {"state": state, "day": words.say_day(line.at)} if line.at else state
    give, refuse, withdraw = _("Donner l’accord"), _("Noter un refus"), _("Retirer l’accord")
    offered = {
        "": (("given", give), ("refused", refuse)),
        "given": (("withdrawn", withdraw),),
        "refused": (("given", give),),
        "withdrawn": (("given", give),),
    }
    return ConsentWords(line.act, _either(line.label_fr, line.label_en), f"{said}.", offered[line.state])
