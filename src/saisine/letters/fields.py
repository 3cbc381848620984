"""The merge fields: a closed vocabulary, the words of each gap, and how a text is filled.

A field is written `{name}` in a model. An empty one becomes « [à compléter : …] », so that nobody sends a letter
with a hole in it. Hidden and direction-changing signs of evidence are spelled out (texts.safe_display).
"""

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from saisine.law.dates import day_fr
from saisine.letters.data import DatedLine, LetterData, NoticeLine, OffenceLine
from saisine.texts import safe_display

# name -> what a person reads in the gap
FIELDS: Final[dict[str, str]] = {
    "number": "numéro du dossier",
    "today": "date de la lettre",
    "place": "lieu",
    "sender_name": "nom de l’association",
    "sender_address": "adresse de l’association",
    "sender_email": "adresse électronique de l’association",
    "sender_object": "objet de l’association, d’après ses statuts",
    "sender_declared_on": "date de déclaration de l’association",
    "signer": "prénom, nom et fonction de qui signe",
    "person_name": "prénom et nom de la personne visée",
    "person_address": "adresse de la personne visée",
    "recipient_name": "nom du ou de la destinataire",
    "recipient_address": "adresse du ou de la destinataire",
    "summary": "récit des faits en trois phrases",
    "harm": "préjudice : santé, travail, sécurité, frais",
    "platform": "nom de la plateforme",
    "coordinator": "coordinateur du pays où la plateforme est établie",
    "first_day": "jour du premier fait",
    "last_day": "jour du dernier fait connu",
    "clock_day": "dernier jour utile pour agir",
    "clock_offence": "qualification dont le délai est le plus court",
    "law_as_of": "date des textes lus",
    "notice_number": "numéro du signalement",
    "notice_sent_on": "jour d’envoi du signalement",
    "notice_reference": "référence donnée par la plateforme",
    "decision": "décision de la plateforme",
    "decided_on": "jour de la décision",
    "complaint_until": "dernier jour pour réclamer",
    "body_name": "organe de règlement certifié choisi",
    "court": "tribunal judiciaire compétent",
    "elected_domicile": "adresse déclarée pour recevoir les actes (CPP art. 89)",
    "suspect": "nom de l’auteur, s’il est connu, sinon X",
    "lawyer_name": "nom de l’avocate ou de l’avocat",
    "controller": "responsable du traitement des données",
    "controller_answer": "réponse du responsable du traitement, ou son silence",
    "personal_data": "données personnelles en cause",
    "request_sent_on": "jour de la demande au responsable du traitement",
    "discrimination": "refus ou différence de traitement, et son motif",
    "asked": "ce qui est demandé",
    "withdrawn_consent": "accord retiré",
    "withdrawn_on": "jour du retrait de l’accord",
    "handed_on": "jour de la transmission",
    "mandate_scope": "contenus et comptes concernés par le mandat",
    "mandate_until": "fin du mandat",
    "documents": "documents joints",
}
# what a person may type for one letter; the rest comes from the incident
GIVEN: Final = frozenset(FIELDS) - {
    "number", "today", "sender_name", "sender_email", "summary", "first_day", "last_day",
    "clock_day", "clock_offence", "law_as_of", "complaint_until", "notice_number",
}  # fmt: skip
# source -> (its row fields, what a person reads when there is no row)
SOURCES: Final[dict[str, tuple[frozenset[str], str]]] = {
    "chronology": (frozenset({"when", "text"}), "les faits datés"),
    "contents": (
        frozenset({"url", "platform_name", "account", "published", "piece", "quoted"}),
        "les contenus, avec leur adresse exacte",
    ),
    "offences": (
        frozenset({"name", "articles", "statement", "elements", "complaint", "standing", "last_day_of"}),
        "les qualifications et les textes",
    ),
    "exhibits": (frozenset({"piece_number", "title", "when", "url", "sha256"}), "la liste des pièces"),
    "notices": (
        frozenset({"row_number", "platform_name", "url", "sent_on", "reference", "answer"}),
        "les signalements envoyés",
    ),
    "observed": (frozenset({"article", "text"}), "les manquements constatés, avec leur preuve"),
}
# who must complain before anybody is prosecuted (`public_action` of the law's data)
COMPLAINTS: Final[dict[str, str]] = {
    "not_required": "Aucune plainte préalable n’est nécessaire pour poursuivre.",
    "required_victim": "Il faut la plainte de la personne visée elle-même.",
    "required_victim_or_minister": "Il faut la plainte de la personne visée, ou du ministre.",
}
_GAP: Final = "[à compléter : {label}]"
_SPACES: Final = re.compile(r"\s+")
_VOWEL: Final = re.compile("[aâàeéèêëiîïoôöuûüyh]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line; a gap is shown apart (highlighted in the .docx, framed in the PDF)."""

    text: str
    is_gap: bool = False


Line = tuple[Run, ...]


def shown(text: str) -> str:
    """One line of text that may be printed: spaces folded, hidden signs spelled out, no sign XML forbids."""
    one_line = _SPACES.sub(" ", text).strip()
    return "".join(char if _is_xml(char) else f"⟨U+{ord(char):04X}⟩" for char in safe_display(one_line))


def _is_xml(char: str) -> bool:
    """XML 1.0, section 2.2, for what is left after spaces were folded."""
    code = ord(char)
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def names_in(text: str) -> tuple[str, ...]:
    """The fields that a text names. Raises ValueError on a brace that opens no plain field."""
    found = []
    for _, name, form, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(name)
        found.append(name)
    return tuple(found)


def fill(text: str, values: Mapping[str, str], labels: Mapping[str, str], gaps: dict[str, str]) -> Line:
    """The text with its fields filled; each empty one is marked, and added to `gaps` by name."""
    runs: list[Run] = []
    for literal, name, _, _ in string.Formatter().parse(text):
        value = shown(values.get(name, "")) if name else ""
        if literal:
            runs.append(Run(_elided(literal, value)))
        if value:
            runs.append(Run(value))
        elif name is not None:
            gaps[name] = labels[name]
            runs.append(Run(_GAP.format(label=labels[name]), is_gap=True))
    return tuple(runs)


def _elided(literal: str, value: str) -> str:
    """« de » before a vowel: d’Évry, d’Instagram."""
    return literal[:-2] + "’" if literal.endswith(" de ") and _VOWEL.match(value) else literal


def gap_line(label: str) -> Line:
    return (Run(_GAP.format(label=label), is_gap=True),)


def values_of(data: LetterData, notice: NoticeLine | None = None) -> dict[str, str]:
    """Every field that the incident and the letter's notice fill, then what a person typed for this letter."""
    sender, clock = data.sender, _shortest(data)
    found = {
        "number": str(data.number),
        "today": day_fr(data.today),
        "sender_name": sender.name,
        "sender_address": sender.address,
        "sender_email": sender.email,
        "sender_object": sender.object_fr,
        "sender_declared_on": _day(sender.declared_on),
        "summary": data.summary,
        "harm": data.harm,
        "platform": data.platform,
        "coordinator": data.coordinator,
        "law_as_of": _day(data.law_as_of),
        "first_day": data.chronology[0].when if data.chronology else "",
        "last_day": data.chronology[-1].when if data.chronology else "",
        "clock_day": _day(clock.last_day) if clock else "",
        "clock_offence": clock.name if clock else "",
        **_of_notice(notice),
    }
    typed = {name: text for name, text in data.given.items() if name in GIVEN and text.strip()}
    return found | typed


def _of_notice(notice: NoticeLine | None) -> dict[str, str]:
    if notice is None:
        return {}
    return {
        "notice_number": str(notice.number),
        "notice_sent_on": _day(notice.sent_on),
        "notice_reference": notice.reference,
        "decision": _small(notice.decision),
        "decided_on": _day(notice.decided_on),
        "complaint_until": _day(notice.complaint_until),
    }


def _shortest(data: LetterData) -> OffenceLine | None:
    running = [one for one in data.offences if one.last_day and one.last_day >= data.today]
    return min(running, key=lambda one: one.last_day or date.max, default=None)


def _day(day: date | None) -> str:
    return day_fr(day) if day else ""


# ------------------------------------------------------------------ rows


def rows_of(source: str, data: LetterData) -> list[dict[str, str]]:
    """The rows of a source, each by its row fields."""
    return _ROWS[source](data)


def _pieces(numbers: tuple[int, ...]) -> str:
    if not numbers:
        return ""
    words = ", ".join(map(str, numbers[:12])) + ("…" if len(numbers) > 12 else "")
    return f"(pièce {words})" if len(numbers) == 1 else f"(pièces {words})"


def _chronology(data: LetterData) -> list[dict[str, str]]:
    return [{"when": row.when, "text": _with_pieces(row)} for row in data.chronology]


def _with_pieces(row: DatedLine) -> str:
    """The fact and the exhibits that show it, once: most lines name theirs already."""
    return row.text if "(pièce" in row.text else f"{row.text} {_pieces(row.exhibits)}"


def _contents(data: LetterData) -> list[dict[str, str]]:
    return [
        {
            "url": row.url,
            "platform_name": row.platform,
            "account": row.account or "compte non indiqué",
            "published": row.published or "jour inconnu",
            "piece": f"pièce {row.exhibit}" if row.exhibit else "sans pièce",
            "quoted": f"« {row.quoted} »." if row.quoted else "Texte non cité ici.",
        }
        for row in data.contents
    ]


def _offences(data: LetterData) -> list[dict[str, str]]:
    return [
        {
            "name": row.name,
            "articles": row.articles,
            "statement": row.statement,
            "elements": " ".join(row.elements) or "éléments à exposer",
            "complaint": COMPLAINTS[row.complaint],
            "standing": row.standing or "à établir",
            "last_day_of": _last_day(row, data.today),
        }
        for row in data.offences
    ]


def _last_day(row: OffenceLine, today: date) -> str:
    if row.last_day is None:
        return "délai à établir"
    return _day(row.last_day) + (", dépassé au jour de cette lettre" if row.last_day < today else "")


def _exhibits(data: LetterData) -> list[dict[str, str]]:
    return [
        {
            "piece_number": str(row.number),
            "title": row.title,
            "when": row.when or "jour inconnu",
            "url": row.url or "sans adresse",
            "sha256": row.sha256 or "empreinte absente",
        }
        for row in data.exhibits
    ]


def _notices(data: LetterData) -> list[dict[str, str]]:
    return [
        {
            "row_number": str(row.number),
            "platform_name": row.platform,
            "url": row.url,
            "sent_on": _day(row.sent_on),
            "reference": row.reference or "sans référence",
            "answer": _answer(row),
        }
        for row in data.notices
    ]


def _answer(row: NoticeLine) -> str:
    if not row.decision:
        return "aucune décision reçue"
    return _small(row.decision) + (f", le {_day(row.decided_on)}" if row.decided_on else ", sans date")


def _small(words: str) -> str:
    """As they stand after a colon."""
    return words[:1].lower() + words[1:]


def _observed(data: LetterData) -> list[dict[str, str]]:
    return [{"article": row.article, "text": row.text} for row in data.observed]


_ROWS: Final[dict[str, Callable[[LetterData], list[dict[str, str]]]]] = {
    "chronology": _chronology,
    "contents": _contents,
    "offences": _offences,
    "exhibits": _exhibits,
    "notices": _notices,
    "observed": _observed,
}
# labels of row fields, for their gaps
ROW_LABELS: Final[dict[str, str]] = {
    "url": "adresse exacte du contenu",
    "sent_on": "jour d’envoi",
    "text": "fait",
    "when": "jour",
    "article": "article",
    "title": "titre de la pièce",
    "statement": "texte et son contrôle",
    "articles": "articles",
    "name": "qualification",
    "platform_name": "plateforme",
}
