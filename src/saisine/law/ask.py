"""The next question: only what changes the answer, safety first, and always with its reason.

Backward chaining over the offences still possible. A question is one fact of the vocabulary; `group` holds
the facts of the same theme that still matter, so that a page may ask them together on one screen: what is
ticked is true, the rest false. An answer stays optional: « Je ne sais pas » and « Plus tard » go to `asked`.
With `sort=True`, one screen first asks what happened at all: every fact of an unticked theme is false.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from saisine.law.assess import Assessment, assess, outcome_of
from saisine.law.inputs import CaseInputs
from saisine.law.limitation import clock
from saisine.law.load import Law, conditions
from saisine.law.model import Fact, Offence
from saisine.law.qualify import Qualification, Truth, still_possible, truth_of

GROUND = "ground"
SORT = "sort"  # the id of the sorting screen, also what stands in `asked` once it was shown
SORT_FROM = 3  # themes left: with fewer, their own screens are as quick
CAP_DAYS = 7  # a clock that ends within the week already weighs its most
LATEST_DAYS = 10_000  # the weight of a clock that is over: its status still counts, last of all
SHOWN = 3  # offences named in `why`; the others are counted
STANDING_FACTS = ("target_person", "target_legal_person", GROUND)  # read by standing.py


@dataclass(frozen=True, slots=True)
class Choice:
    """One box of a screen: a fact of `group`, or a ground of `choices`."""

    id: str
    text_fr: str
    text_en: str
    help_fr: str = ""
    help_en: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `choices` is for the fact `ground` alone; `group` always holds the fact itself.

    `offences` are the ids it may decide, the shortest clock first; `heading_fr` is the title of the screen.
    """

    fact: str
    text_fr: str
    text_en: str
    help_fr: str
    help_en: str
    why_fr: str
    why_en: str
    articles: tuple[str, ...]
    is_danger: bool
    choices: tuple[Choice, ...]
    group: tuple[Choice, ...]
    theme: str
    heading_fr: str
    heading_en: str
    offences: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "fact": self.fact,
            "text_fr": self.text_fr,
            "text_en": self.text_en,
            "help_fr": self.help_fr,
            "help_en": self.help_en,
            "why_fr": self.why_fr,
            "why_en": self.why_en,
            "articles": list(self.articles),
            "offences": list(self.offences),
            "is_danger": self.is_danger,
            "choices": [_choice_json(choice) for choice in self.choices],
            "theme": self.theme,
            "heading_fr": self.heading_fr,
            "heading_en": self.heading_en,
            "group": [_choice_json(choice) for choice in self.group],
        }


def _choice_json(choice: Choice) -> dict[str, object]:
    return {"id": choice.id, "text_fr": choice.text_fr, "text_en": choice.text_en}


def ask(
    law: Law,
    inputs: CaseInputs,
    *,
    asked: frozenset[str] = frozenset(),
    today: date,
    sort: bool = False,
) -> Question | None:
    """The next question, or None when no unknown fact changes a status, a standing or the first route.

    `asked`: facts put off or answered « je ne sais pas », never asked again, and `SORT` once the sorting
    screen was shown. `sort`: allow that screen, whose fact is `SORT`. Pure. Ties follow the order of
    facts.yaml, so that runs repeat. Raises SaisineError("law_events_order").
    """
    if danger := [f for f in _danger(law) if inputs.value(f.id) is None and f.id not in asked]:
        return _danger_question(law, danger)
    days = [event.day for event in inputs.events if event.day and law.limitation.role(event.kind) == "fact"]
    found = still_possible(law, inputs, days)
    missing = {fact for result in found for fact in result.missing} - asked
    if sort and SORT not in asked and (question := _sorting(law, found, missing)):
        return question
    if missing:
        return _deciding_question(law, inputs, found, missing, today)
    return _last_question(law, inputs, asked, today)


def answers_of(law: Law, inputs: CaseInputs, question: Question, ticked: Iterable[str]) -> dict[str, bool]:
    """The facts that a whole screen settles; empty for the grounds, which `with_grounds` takes.

    Ticked boxes are true and the others false; on the sorting screen a ticked theme settles nothing yet.
    """
    chosen = frozenset(ticked)
    if question.fact == GROUND:
        return {}
    if question.fact != SORT:
        return {choice.id: choice.id in chosen for choice in question.group}
    refused = {choice.id for choice in question.group} - chosen
    facts = (fact for fact in law.facts.values() if fact.theme in refused and fact.id != GROUND)
    return {fact.id: False for fact in facts if inputs.value(fact.id) is None}


def answered(law: Law, inputs: CaseInputs, question: Question, ticked: Collection[str]) -> CaseInputs:
    """The case once a whole screen is answered."""
    if question.fact == GROUND:
        return inputs.with_grounds(ticked)
    return inputs.with_facts(answers_of(law, inputs, question, ticked))


def _danger(law: Law) -> list[Fact]:
    return sorted((fact for fact in law.facts.values() if fact.safety), key=lambda fact: fact.safety)


def _danger_question(law: Law, facts: Sequence[Fact]) -> Question:
    why_fr = "La sécurité passe avant tout le reste ; répondre est facultatif."
    why_en = "Safety comes before everything else; answering is optional."
    offences = [offence for offence in law.offences.values() if facts[0].id in _named(offence)]
    return _question(law, facts[0], facts, offences, why_fr, why_en, theme="danger")


def _sorting(law: Law, found: Sequence[Qualification], missing: Collection[str]) -> Question | None:
    """« Que s’est-il passé ? »: the themes that still matter and can be answered as a whole."""
    wanted = {law.facts[fact].theme for fact in missing}
    themes = [theme for theme in law.themes.values() if theme.sort_fr and theme.id in wanted]
    if len(themes) < SORT_FROM:
        return None
    sorted_ids = {theme.id for theme in themes}
    offences = [r.offence for r in found if any(law.facts[f].theme in sorted_ids for f in r.missing)]
    why_fr, why_en = _why(offences)
    return Question(
        fact=SORT,
        text_fr="Que s’est-il passé ?",
        text_en="What happened?",
        help_fr="Ce qui n’est pas coché ne sera plus demandé. Dans le doute, cochez.",
        help_en="What is not ticked will not be asked again. In doubt, tick it.",
        why_fr=why_fr,
        why_en=why_en,
        articles=_articles(offences),
        is_danger=False,
        choices=(),
        group=tuple(Choice(theme.id, theme.sort_fr, theme.sort_en) for theme in themes),
        theme=SORT,
        heading_fr="Que s’est-il passé ?",
        heading_en="What happened?",
        offences=tuple(offence.id for offence in offences),
    )


def _articles(offences: Iterable[Offence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(article for offence in offences for article in offence.articles))


def _named(offence: Offence) -> set[str]:
    rule = offence.elements
    return {*rule.all_of, *rule.none_of, *(leaf for group in rule.any_of for leaf in group)}


def _deciding_question(
    law: Law, inputs: CaseInputs, found: Sequence[Qualification], missing: set[str], today: date
) -> Question:
    weights = _weights(law, [result.offence for result in found], inputs, today)
    gains: dict[str, float] = {}
    for fact in law.facts.values():
        if fact.id in missing:
            concerned = [result.offence for result in found if fact.id in result.missing]
            gains[fact.id] = _gain(law, inputs, fact, concerned, weights)
    best = law.facts[max(gains, key=lambda name: gains[name])]  # the first of equals: vocabulary order
    wanted = gains.keys() | _standing_gaps(law, inputs, best)
    group = [best, *(f for f in law.facts.values() if f.id in wanted - {best.id} and f.theme == best.theme)]
    decided = [result for result in found if best.id in result.missing]
    decided.sort(key=lambda result: -weights[result.id])
    offences = [result.offence for result in decided]
    return _question(law, best, group, offences, *_why(offences))


def _standing_gaps(law: Law, inputs: CaseInputs, best: Fact) -> set[str]:
    """Facts of the same screen that decide whether the association may act: asked at the same time."""
    if inputs.association is None or best.id not in STANDING_FACTS:
        return set()
    return {name for name in STANDING_FACTS if name != GROUND and inputs.value(name) is None}


def _weights(law: Law, offences: Iterable[Offence], inputs: CaseInputs, today: date) -> dict[str, float]:
    """One clock per distinct rule of limitation, unless an event names the offences that it touches."""
    is_shared = not any(event.offences for event in inputs.events)
    known: dict[object, float] = {}
    weights = {}
    for offence in offences:
        key: object = offence.limitation if is_shared else offence.id
        if key not in known:
            known[key] = _weight(law, offence, inputs, today)
        weights[offence.id] = known[key]
    return weights


def _weight(law: Law, offence: Offence, inputs: CaseInputs, today: date) -> float:
    """The shorter the clock that still runs, the heavier; unknown days count as the whole period."""
    run = clock(law.limitation, offence, inputs.events, today)
    left = offence.limitation.months * 30 if run.days_left is None else run.days_left
    return 1 / (LATEST_DAYS if left < 0 else max(CAP_DAYS, left))


def _gain(
    law: Law, inputs: CaseInputs, fact: Fact, offences: Sequence[Offence], weights: dict[str, float]
) -> float:
    """Σ weight × share of the tried values that settle the offence, divided by what the question costs."""
    if fact.id == GROUND:
        share = _ground_shares(law, inputs, offences)
    else:
        tries = (inputs.with_fact(fact.id, True), inputs.with_fact(fact.id, False))
        share = [sum(_settled(law, offence, case) for case in tries) / 2 for offence in offences]
    return sum(weights[o.id] * part for o, part in zip(offences, share, strict=True)) / max(1, fact.cost)


def _settled(law: Law, offence: Offence, inputs: CaseInputs) -> bool:
    truth: Truth = truth_of(law, offence, inputs)
    return truth is not None


def _ground_shares(law: Law, inputs: CaseInputs, offences: Sequence[Offence]) -> list[float]:
    """Tried: no ground at all, or one ground of each article's list."""
    none = inputs.with_grounds(())
    shares = []
    for offence in offences:
        one = inputs.with_grounds(_first_ground(law, offence))
        shares.append((_settled(law, offence, none) + _settled(law, offence, one)) / 2)
    return shares


def _first_ground(law: Law, offence: Offence) -> list[str]:
    listed = [str(ground) for name in offence.elements.grounds for ground in law.ground_lists[name].grounds]
    literal = [leaf[len("ground:") :] for leaf in _named(offence) if leaf.startswith("ground:")]
    return (listed or sorted(literal))[:1]


def _last_question(law: Law, inputs: CaseInputs, asked: frozenset[str], today: date) -> Question | None:
    """When every status is settled: what still changes who may act, or the first route."""
    assessment = assess(law, inputs, today)
    now = outcome_of(law, assessment, inputs, today)
    open_ones = [
        fact
        for fact in _acting_facts(law)
        if fact.id not in asked
        and _is_unknown(inputs, fact)
        and any(outcome_of(law, assessment, case, today) != now for case in _tries(inputs, assessment, fact))
    ]
    if not open_ones:
        return None
    group = [fact for fact in open_ones if fact.theme == open_ones[0].theme]
    why_fr = "Cette réponse change qui peut agir, ou la première voie à suivre."
    why_en = "This answer changes who may act, or the first route to take."
    return _question(law, open_ones[0], group, [], why_fr, why_en)


def _acting_facts(law: Law) -> list[Fact]:
    named = {
        fact
        for rule in law.routes.rules
        for condition in conditions(rule.when)
        for fact in (*(condition.facts_any or ()), *(condition.facts_none or ()))
    }
    return [fact for fact in law.facts.values() if fact.id in named or fact.id in STANDING_FACTS]


def _is_unknown(inputs: CaseInputs, fact: Fact) -> bool:
    if fact.id == GROUND:
        return not inputs.grounds_closed and not inputs.grounds
    return inputs.value(fact.id) is None


def _tries(inputs: CaseInputs, assessment: Assessment, fact: Fact) -> list[CaseInputs]:
    """The case with each value that this fact may take."""
    if fact.id != GROUND:
        return [inputs.with_fact(fact.id, True), inputs.with_fact(fact.id, False)]
    motives = {g for item in assessment.main for c in item.offence.associations for g in c.motive_grounds}
    return [inputs.with_grounds(()), *(inputs.with_grounds([ground]) for ground in sorted(motives))]


def _why(offences: Sequence[Offence]) -> tuple[str, str]:
    """« Décide de : injure publique (Loi … art. 33) ; … ; et 4 autres infractions. »"""
    shown, rest = offences[:SHOWN], len(offences) - SHOWN
    french = [f"{offence.name_fr} ({offence.articles[0]})" for offence in shown]
    english = [f"{offence.name_en} ({offence.articles[0]})" for offence in shown]
    if rest > 0:
        french.append(f"et {rest} autre{'s' if rest > 1 else ''}")
        english.append(f"and {rest} more")
    return "Décide de : " + " ; ".join(french) + ".", "Decides: " + "; ".join(english) + "."


def _question(
    law: Law,
    fact: Fact,
    facts: Sequence[Fact],
    offences: Sequence[Offence],
    why_fr: str,
    why_en: str,
    theme: str = "",
) -> Question:
    is_ground = fact.id == GROUND
    screen = law.themes[theme or fact.theme]
    # the grounds have their own boxes: they never share a screen with yes-or-no facts
    group = [fact] if is_ground else [other for other in facts if other.id != GROUND]
    return Question(
        fact=fact.id,
        text_fr=fact.question_fr,
        text_en=fact.question_en,
        help_fr=fact.help_fr,
        help_en=fact.help_en,
        why_fr=why_fr,
        why_en=why_en,
        articles=_articles(offences),
        is_danger=bool(theme),
        choices=_grounds(law) if is_ground else (),
        group=tuple(_box(other) for other in group),
        theme=screen.id,
        heading_fr=fact.question_fr if len(group) == 1 else screen.name_fr,
        heading_en=fact.question_en if len(group) == 1 else screen.name_en,
        offences=tuple(offence.id for offence in offences),
    )


def _box(fact: Fact) -> Choice:
    return Choice(fact.id, fact.question_fr, fact.question_en, fact.help_fr, fact.help_en)


def _grounds(law: Law) -> tuple[Choice, ...]:
    offered = (ground for ground in law.grounds.values() if ground.offered)
    return tuple(Choice(ground.id, ground.label_fr, ground.label_en) for ground in offered)
