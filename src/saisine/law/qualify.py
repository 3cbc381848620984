"""What the facts may be, in three values (strong Kleene): met, possible or excluded, element by element.

The product says « semble relever de », never that a person is guilty. Rules: fr/offences.yaml.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from saisine.law.inputs import CaseInputs
from saisine.law.load import Law
from saisine.law.model import Offence, SpecialityRule, Validity
from saisine.law.statements import flag

Truth = bool | None
STATES_FR = {True: "présent", False: "absent", None: "à établir"}
STATES_EN = {True: "present", False: "absent", None: "to be established"}


def all_true(values: Iterable[Truth]) -> Truth:
    """AND: false wins, then unknown."""
    unknown = False
    for value in values:
        if value is False:
            return False
        unknown = unknown or value is None
    return None if unknown else True


def any_true(values: Iterable[Truth]) -> Truth:
    """OR: true wins, then unknown."""
    unknown = False
    for value in values:
        if value is True:
            return True
        unknown = unknown or value is None
    return None if unknown else False


def negated(value: Truth) -> Truth:
    return None if value is None else not value


@dataclass(frozen=True, slots=True)
class Element:
    """One condition of an offence. `value` is the fact's; `satisfied` says whether the condition holds."""

    fact: str
    role: str
    value: Truth
    satisfied: Truth
    label_fr: str
    label_en: str
    article: str
    verified: bool
    group: int = 0

    @property
    def why_fr(self) -> str:
        if self.role == "none_of":
            words = {True: "Fait obstacle", False: "Pas d’obstacle", None: "Ferait obstacle, à établir"}[
                self.value
            ]
            return f"{words} : {self.label_fr}."
        return f"{STATES_FR[self.value].capitalize()} : {self.label_fr}."

    def as_json(self) -> dict[str, object]:
        return {
            "fact": self.fact,
            "role": self.role,
            "group": self.group,
            "value": self.value,
            "satisfied": self.satisfied,
            "state_fr": STATES_FR[self.value],
            "state_en": STATES_EN[self.value],
            "label_fr": self.label_fr,
            "label_en": self.label_en,
            "why_fr": self.why_fr,
            "article": self.article,
            "verified": self.verified,
            "flag_fr": flag(self.verified),
            "flag_en": flag(self.verified, "en"),
        }


@dataclass(frozen=True, slots=True)
class Qualification:
    """One offence confronted with the facts. `rule` names the speciality rule that excluded it, if any."""

    offence: Offence
    status: str
    elements: tuple[Element, ...]
    missing: tuple[str, ...] = ()
    why_fr: str = ""
    rule: str = ""
    warnings: tuple[str, ...] = ()
    before_rules: str = ""

    @property
    def id(self) -> str:
        return self.offence.id

    @property
    def deciding(self) -> tuple[Element, ...]:
        """The conditions that fail, hence exclude."""
        return tuple(element for element in self.elements if element.satisfied is False)

    @property
    def pleaded(self) -> tuple[Element, ...]:
        """What a letter or a notice says of it: no obstacle (its absence would read as an allegation), nothing
        that fails, and no other way when one is already whole."""
        shown = (one for one in self.elements if one.role != "none_of" and one.value is not False)
        return tuple(one for one in shown if one.value or one.satisfied is None)


def qualify(law: Law, inputs: CaseInputs, days: Sequence[date] = ()) -> tuple[Qualification, ...]:
    """Every offence of the law confronted with the facts, in the order of the file.

    `days` are the days of the facts: the wording in force is judged by the last of them. Pure.
    """
    day = max(days) if days else None
    found = [_windowed(qualify_one(law, offence, inputs), day) for offence in law.offences.values()]
    return _apply_speciality(law.speciality_rules, found)


def still_possible(law: Law, inputs: CaseInputs, days: Sequence[date] = ()) -> tuple[Qualification, ...]:
    """The offences neither met nor excluded, as `qualify` gives them; the excluded ones are not explained."""
    day = max(days) if days else None
    live = (offence for offence in law.offences.values() if truth_of(law, offence, inputs) is not False)
    found = [_windowed(qualify_one(law, offence, inputs), day) for offence in live]
    judged = _apply_speciality(law.speciality_rules, found)
    return tuple(result for result in judged if result.status == "possible")


def qualify_one(law: Law, offence: Offence, inputs: CaseInputs) -> Qualification:
    """One offence, before speciality rules and before its window of validity."""
    elements, truth = _evaluate(law, offence, inputs)
    status = {True: "met", False: "excluded", None: "possible"}[truth]
    missing = _missing(elements) if truth is None else ()
    result = Qualification(offence, status, elements, missing, before_rules=status)
    return replace(result, why_fr=_words(law, result))


def status_of(law: Law, offence: Offence, inputs: CaseInputs) -> str:
    """The status alone, without explanation: what the interview tries out many times."""
    return {True: "met", False: "excluded", None: "possible"}[truth_of(law, offence, inputs)]


def truth_of(law: Law, offence: Offence, inputs: CaseInputs) -> Truth:
    rule = offence.elements
    parts: list[Truth] = [_fact(offence, inputs, fact)[1] for fact in rule.all_of]
    parts += [negated(inputs.value(fact)) for fact in rule.none_of]
    if rule.any_of:
        parts.append(
            any_true(all_true(_leaf(offence, inputs, leaf)[1] for leaf in group) for group in rule.any_of)
        )
    if rule.grounds:
        parts.append(ground_truth(law, rule.grounds, inputs))
    return all_true(parts)


def ground_truth(law: Law, lists: Iterable[str], inputs: CaseInputs) -> Truth:
    """Whether one ground of these lists (by_article of grounds.yaml) is targeted."""
    return any_true(inputs.ground(ground) for name in lists for ground in law.ground_lists[name].grounds)


def _leaf(offence: Offence, inputs: CaseInputs, leaf: str) -> tuple[str, Truth]:
    if leaf.startswith("ground:"):
        return leaf, inputs.ground(leaf.removeprefix("ground:"))
    return _fact(offence, inputs, leaf)


def _fact(offence: Offence, inputs: CaseInputs, fact: str) -> tuple[str, Truth]:
    """The fact that answers a condition, and its value: a legal entity may stand for a person (data)."""
    value, entity = inputs.value(fact), offence.legal_person
    if entity is None or fact != entity.stands_for or value is True:
        return fact, value
    other = inputs.value(entity.fact)
    decides = other is True or (value is False and other is None)
    return (str(entity.fact), other) if decides else (fact, value)


def _evaluate(law: Law, offence: Offence, inputs: CaseInputs) -> tuple[tuple[Element, ...], Truth]:
    rule = offence.elements
    decisive = [_fact(offence, inputs, fact) for fact in rule.all_of]
    elements = [_element(law, offence, fact, "all_of", value) for fact, value in decisive]
    any_group = any_true(all_true(_leaf(offence, inputs, leaf)[1] for leaf in group) for group in rule.any_of)
    for number, group in enumerate(rule.any_of, start=1):
        for leaf in group:
            fact, value = _leaf(offence, inputs, leaf)
            element = _element(law, offence, fact, "any_of", value, number)
            # a group that lacks something is no fault while another group is whole
            elements.append(replace(element, satisfied=True if any_group else _soften(value, any_group)))
    elements += [_element(law, offence, fact, "none_of", inputs.value(fact)) for fact in rule.none_of]
    if rule.grounds:
        elements.append(_ground_element(law, offence, inputs))
    return tuple(elements), truth_of(law, offence, inputs)


def _soften(value: Truth, any_group: Truth) -> Truth:
    return value if any_group is False or value is not False else None


def _element(law: Law, offence: Offence, leaf: str, role: str, value: Truth, group: int = 0) -> Element:
    if leaf.startswith("ground:"):
        ground = law.grounds[leaf.removeprefix("ground:")]
        label_fr, label_en = ground.label_fr, ground.label_en
    else:
        label_fr, label_en = law.facts[leaf].label_fr, law.facts[leaf].label_en
    satisfied = negated(value) if role == "none_of" else value
    entity = offence.legal_person
    verified = offence.verified and (entity is None or leaf != entity.fact or entity.verified)
    return Element(
        str(leaf), role, value, satisfied, label_fr, label_en, offence.articles[0], verified, group
    )


def _ground_element(law: Law, offence: Offence, inputs: CaseInputs) -> Element:
    lists = [law.ground_lists[name] for name in offence.elements.grounds]
    value = ground_truth(law, offence.elements.grounds, inputs)
    targeted = [g for entry in lists for g in entry.grounds if inputs.ground(g)]
    shown = targeted or [g for entry in lists for g in entry.grounds][:6]
    label_fr = "critère de l’article (" + ", ".join(law.grounds[g].label_fr.lower() for g in shown) + ")"
    label_en = "ground of the article (" + ", ".join(law.grounds[g].label_en.lower() for g in shown) + ")"
    verified = all(entry.verified for entry in lists)
    return Element("ground", "grounds", value, value, label_fr, label_en, offence.articles[0], verified)


def _missing(elements: Sequence[Element]) -> tuple[str, ...]:
    """The unknown facts that still count, in the order of the rule; a group that fails counts no more."""
    dead = {e.group for e in elements if e.group and e.value is False}
    open_ones = [e for e in elements if e.value is None and e.satisfied is None and e.group not in dead]
    return tuple(dict.fromkeys(e.fact.split(":")[0] for e in open_ones))


def _words(law: Law, result: Qualification) -> str:
    name = result.offence.name_fr
    if result.status == "met":
        return f"Semble relever de : {name}. Les éléments décrits sont tous présents."
    if result.status == "possible":
        labels = ", ".join(law.facts[fact].label_fr for fact in result.missing)
        return f"Pourrait relever de : {name}. Il reste à établir : {labels}."
    return "Écarté. " + " ".join(element.why_fr for element in result.deciding[:2])


def _windowed(result: Qualification, day: date | None) -> Qualification:
    """Judge by the wording in force on the day of the facts (CP 112-1, to be checked by a jurist)."""
    offence = result.offence
    if day is None or result.status == "excluded":
        return result
    if offence.valid_from and day < offence.valid_from:
        return _too_early(result, offence.validity)
    if offence.valid_to and day > offence.valid_to:
        return _warned(result, "La rédaction examinée ne s’applique plus à cette date : à vérifier.")
    return result


def _too_early(result: Qualification, validity: Validity | None) -> Qualification:
    if validity and validity.before == "did_not_exist":
        why = "Écarté. Cette infraction n’existait pas au jour des faits."
        return replace(result, status="excluded", why_fr=why, missing=(), before_rules="excluded")
    return _warned(result, "La rédaction applicable à cette date n’est pas établie : à vérifier.")


def _warned(result: Qualification, warning: str) -> Qualification:
    return replace(result, warnings=(*result.warnings, warning))


def _apply_speciality(
    rules: Iterable[SpecialityRule], found: Sequence[Qualification]
) -> tuple[Qualification, ...]:
    """Exclude the general form when a special one is met; the rule says why. Data: speciality_rules."""
    table = {result.id: result for result in found}
    met = {result.id for result in found if result.status == "met"}
    for rule in rules:
        if not met.intersection(rule.keep):
            continue
        for name in rule.drop:
            if name in table and table[name].status != "excluded":
                why = f"Écarté. {rule.why_fr}"
                table[name] = replace(table[name], status="excluded", why_fr=why, rule=rule.id, missing=())
    return tuple(table.values())
