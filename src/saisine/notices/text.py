"""The article 16 notice: every compulsory part, one content, cut to the form without losing a word.

Source: Regulation (EU) 2022/2065, article 16(2); the checklist is `notice_art_16` of law/eu/dsa.yaml.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from saisine.law.load import Law, load_law
from saisine.notices.draft import ElementLine, LegalBasis, NoticeDraft
from saisine.notices.fit import FieldText, fit_form
from saisine.notices.profiles import Place, load_platforms, platform_for_url
from saisine.notices.wording import QUALITY_EN, REQUIRED_EN, moment, say


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the checklist. A compulsory one that is missing blocks; the others warn."""

    id: str
    text_fr: str
    text_en: str
    is_met: bool
    is_compulsory: bool
    reason_fr: str = ""
    reason_en: str = ""

    def text(self, language: str = "fr") -> str:
        return self.text_en if language == "en" else self.text_fr

    def reason(self, language: str = "fr") -> str:
        return self.reason_en if language == "en" else self.reason_fr


@dataclass(frozen=True, slots=True)
class NoticeText:
    """The whole text, the same cut to the form's fields, and what is left to the annex.

    `can_be_sent` is False while a compulsory part is missing; `missing` says which and why.
    """

    text: str
    language: str
    place: Place
    content_id: str
    checklist: tuple[Point, ...]
    fields: tuple[FieldText, ...]
    annex: str

    @property
    def missing(self) -> tuple[Point, ...]:
        return tuple(point for point in self.checklist if point.is_compulsory and not point.is_met)

    @property
    def warnings(self) -> tuple[Point, ...]:
        return tuple(point for point in self.checklist if not point.is_compulsory and not point.is_met)

    @property
    def can_be_sent(self) -> bool:
        return not self.missing

    @property
    def fits(self) -> bool:
        """True when no field had to be cut and no annex is needed."""
        return not self.annex


@dataclass(frozen=True, slots=True)
class Part:
    """One titled part of the notice; `maps_to` is the form field that would receive it alone."""

    id: str
    title: str
    body: str

    def __str__(self) -> str:
        return f"{self.title}\n{self.body}"


def build_notice_text(draft: NoticeDraft, law: Law | None = None) -> NoticeText:
    """The notice of one content, in the draft's language. Raises nothing on a gap: the checklist says it."""
    law = law or load_law()
    place = _place(draft)
    content_id = draft.content_id or place.content_id
    parts = tuple(_parts(draft, place, content_id))
    head = f"{say('title', draft.language).upper()}\n{say('basis', draft.language)}"
    text = "\n\n".join((head, *map(str, parts)))
    form = place.platform.form("art16")
    fields, annex = fit_form(form, draft, parts, text, content_id)
    checklist = (*_required(draft, place, law), *_quality(draft, content_id, law))
    return NoticeText(text, draft.language, place, content_id, checklist, fields, annex)


def _place(draft: NoticeDraft) -> Place:
    found = platform_for_url(draft.url)
    chosen = load_platforms().get(draft.platform)
    if chosen is None or chosen.id == found.platform.id:
        return found
    return Place(chosen, draft.url, found.host)


# ---------------------------------------------------------------- parts


def _parts(draft: NoticeDraft, place: Place, content_id: str) -> Iterator[Part]:
    language = draft.language
    yield Part("content", say("content", language), _content(draft, place, content_id))
    if draft.quoted:
        yield Part("quoted", say("quoted", language), _quoted(draft))
    if draft.bases or draft.explanation:
        yield Part("reasons", say("reasons", language), _reasons(draft))
    if danger := _danger(draft):
        yield Part("danger", say("danger", language), danger)
    yield Part("who", say("who", language), _who(draft))
    if draft.good_faith:
        yield Part("good_faith", say("good_faith_title", language), say("good_faith", language))
    yield Part("requests", say("requests", language), say("requests_list", language))


def _content(draft: NoticeDraft, place: Place, content_id: str) -> str:
    language = draft.language
    name = place.platform.name if place.platform.hosts else place.host or place.platform.name
    lines = [
        ("url", draft.url.strip()),
        ("content_id", content_id or say("no_content_id", language)),
        ("platform", name),
        ("account", draft.account),
        ("published", moment(draft.published_at, language) if draft.published_at else ""),
        ("seen", moment(draft.seen_at, language) if draft.seen_at else ""),
    ]
    colon = ":" if language == "en" else " :"
    return "\n".join(f"{say(key, language)}{colon} {value}" for key, value in lines if value)


def _quoted(draft: NoticeDraft) -> str:
    first, last, colon = ("“", "”", ":") if draft.language == "en" else ("« ", " »", " :")
    body = f"{first}{(draft.quoted or '').strip()}{last}"
    if draft.translation:
        body += f"\n{say('translation', draft.language)}{colon} {first}{draft.translation.strip()}{last}"
    return body


def _reasons(draft: NoticeDraft) -> str:
    blocks = [_basis(basis, draft.language) for basis in draft.bases]
    if draft.explanation:
        blocks.append(draft.explanation.strip())
    if draft.bases:
        blocks.append(say("to_be_checked", draft.language))
    return "\n".join(blocks)


def _basis(basis: LegalBasis, language: str) -> str:
    english = language == "en"
    name = basis.name_en if english else basis.name_fr
    statement = basis.statement_en if english else basis.statement_fr
    colon = ":" if english else " :"
    lines = [f"{say('seems', language)}{colon} {name}.", statement]
    if basis.elements:
        lines.append(f"{say('elements', language)}{colon}")
        lines += [_element(element, language) for element in basis.elements]
    if grounds := basis.grounds_en if english else basis.grounds_fr:
        lines.append(f"{say('ground', language)}{colon} {', '.join(grounds)}.")
    return "\n".join(lines)


def _element(element: ElementLine, language: str) -> str:
    text = element.text_en if language == "en" else element.text_fr
    state = say("present" if element.value else "unknown", language)
    return f"– {text.rstrip('.')}{':' if language == 'en' else ' :'} {state}."


def _danger(draft: NoticeDraft) -> str:
    words = draft.danger_fr
    if draft.language == "en":
        words = draft.danger_en or (f"(in French) {words}" if words else "")
    lines = [words] if words else []
    if draft.threatens_life:
        lines.append(say("article18", draft.language))
    return "\n".join(lines)


def _who(draft: NoticeDraft) -> str:
    notifier, language = draft.notifier, draft.language
    colon = ":" if language == "en" else " :"
    if draft.is_minor_sexual_offence and not (notifier.name and notifier.email):
        lines = [say("anonymous", language)]
    else:
        pairs = (("name", notifier.name), ("email", notifier.email))
        lines = [f"{say(key, language)}{colon} {value.strip()}" for key, value in pairs if value.strip()]
    if notifier.role == "mandate":
        reference = notifier.mandate_reference
        ref = say("mandate_ref", language).format(ref=reference) if reference else ""
        who = notifier.on_behalf_of or say("targeted", language)
        lines.append(say("mandate", language).format(who=who, ref=ref))
    else:
        lines.append(say(notifier.role, language))
    return "\n".join(lines)


# ---------------------------------------------------------------- checklist


def _required(draft: NoticeDraft, place: Place, law: Law) -> Iterator[Point]:
    """Points a to d of article 16(2), in the order of the law data; an unknown new point is never met."""
    tests = {
        "a": (
            bool(draft.bases),
            "Aucune qualification n’est retenue : rien n’indique que ce contenu soit illicite.",
            "No qualification is kept: nothing says that this content is illegal.",
        ),
        "b": (
            bool(place.host),
            "L’adresse exacte du contenu manque ou n’est pas un lien http ou https.",
            "The exact address of the content is missing, or is no http or https link.",
        ),
        "c": (
            _is_identified(draft) or draft.is_minor_sexual_offence,
            "Le nom ou l’adresse électronique manque, hors du cas où la loi en dispense.",
            "The name or the e-mail address is missing, outside the case exempted by law.",
        ),
        "d": (
            draft.good_faith,
            "La déclaration de bonne foi n’est pas faite.",
            "The statement of good faith is not made.",
        ),
    }  # fmt: skip
    for part in law.dsa.notice_art_16.required:
        is_met, reason_fr, reason_en = tests.get(part.id, (False, part.fr, part.fr))
        english = REQUIRED_EN.get(part.id, part.fr)
        shown = ("", "") if is_met else (reason_fr, reason_en)
        yield Point(f"16-2-{part.id}", part.fr, english, is_met, True, *shown)


def _is_identified(draft: NoticeDraft) -> bool:
    name, email = draft.notifier.name.strip(), draft.notifier.email.strip()
    return bool(name) and "@" in email.strip("@") and " " not in email


def _quality(draft: NoticeDraft, content_id: str, law: Law) -> Iterator[Point]:
    """The ten quality points of the law data, in their order."""
    has_elements = any(basis.elements for basis in draft.bases)
    met = (
        True,  # a draft holds one address: one notice, one content
        bool(content_id),
        draft.seen_at is not None,
        bool(draft.quoted),
        has_elements,
        any(basis.grounds_fr for basis in draft.bases),
        bool(draft.danger_fr) or draft.threatens_life,
        draft.threatens_life,
        True,  # always written
        draft.notifier.role != "mandate" or bool(draft.notifier.mandate_reference),
    )
    texts = law.dsa.notice_art_16.quality_checklist_fr
    relevant = _relevant(draft, has_elements)
    for number, (french, english, is_met) in enumerate(zip(texts, QUALITY_EN, met, strict=True), 1):
        yield Point(f"q{number:02d}", french, english, is_met or number not in relevant, False)


def _relevant(draft: NoticeDraft, has_elements: bool) -> Sequence[int]:
    """Points that mean something here: no ground to name in a plain threat, no danger where none is said."""
    numbers = [1, 2, 3, 4, 5, 9, 10]
    if any(basis.grounds_fr for basis in draft.bases) or has_elements:
        numbers.append(6)
    if draft.danger_fr:
        numbers.append(7)
    return numbers
