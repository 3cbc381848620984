"""The maximum penalty incurred: highest tier that holds, then one motive that raises it (132-76, 132-77).

Printed as « peine maximale encourue », never as a risk. Rules: fr/offences.yaml.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from saisine.law.dates import months_fr
from saisine.law.inputs import CaseInputs
from saisine.law.load import Law
from saisine.law.model import Modifier, Offence, Tier
from saisine.law.qualify import Truth, ground_truth


@dataclass(frozen=True, slots=True)
class Penalty:
    """Prison in months, fine in euros. `modifier_state`: "applies", "possible" (ground unknown) or ""."""

    prison_months: int
    fine_eur: int
    tier_fr: str = ""
    is_aggravated: bool = False
    modifier: str = ""
    modifier_state: str = ""
    prison_months_with_modifier: int | None = None
    modifier_article: str = ""
    possible_tier_fr: str = ""

    @property
    def text_fr(self) -> str:
        raised = self.prison_months_with_modifier or 0
        months = raised if self.modifier_state == "applies" else self.prison_months
        prison = f"{months_fr(months)} d’emprisonnement et " if months else ""
        fine = f"{self.fine_eur:,}".replace(",", "\u202f")
        words = f"Peine maximale encourue : {prison}{fine} euros d’amende"
        if self.modifier_state == "applies":
            words += f" (mobile, {self.modifier_article})"
        elif self.modifier_state == "possible":
            words += f" ; {months_fr(raised)} si le mobile est établi ({self.modifier_article})"
        return words + "."

    def as_json(self) -> dict[str, object]:
        data: dict[str, object] = {"prison_months": self.prison_months, "fine_eur": self.fine_eur}
        if self.modifier:
            data["modifier"] = self.modifier
            data["modifier_state"] = self.modifier_state
            data["prison_months_with_modifier"] = self.prison_months_with_modifier
        return data | {
            "tier_fr": self.tier_fr,
            "possible_tier_fr": self.possible_tier_fr,
            "text_fr": self.text_fr,
        }


def penalty(law: Law, offence: Offence, inputs: CaseInputs) -> Penalty:
    """The maximum penalty of this offence with these facts. Pure."""
    tier = _highest(offence, lambda tier: _holds(tier, inputs) is True)
    wider = _highest(offence, lambda tier: _holds(tier, inputs) is not False)
    base = Penalty(
        prison_months=tier.prison_months,
        fine_eur=tier.fine_eur,
        tier_fr=tier.when_fr,
        is_aggravated=tier is not offence.penalty.base,
        possible_tier_fr=wider.when_fr if wider is not tier else "",
    )
    return _with_modifier(law, offence, inputs, tier, base)


def _highest(offence: Offence, holds: Callable[[Tier], bool]) -> Tier:
    tiers = [tier for tier in offence.penalty.aggravated if holds(tier)]
    return max([offence.penalty.base, *tiers], key=lambda tier: (tier.prison_months, tier.fine_eur))


def _holds(tier: Tier, inputs: CaseInputs) -> Truth:
    values = [inputs.value(fact) for fact in tier.when]
    if values.count(True) >= tier.count_required:
        return True
    return None if values.count(True) + values.count(None) >= tier.count_required else False


def _with_modifier(law: Law, offence: Offence, inputs: CaseInputs, tier: Tier, base: Penalty) -> Penalty:
    """Motives do not add up: one that applies is preferred to one that is only possible."""
    if not tier.prison_months or offence.category.startswith("contravention"):
        return base
    found = []
    for name in offence.penalty.modifiers:
        modifier = law.modifiers[name]
        truth = ground_truth(law, modifier.grounds, inputs)
        raised = raised_months(modifier, tier.prison_months)
        if truth is not False and raised and not _already(modifier, offence, tier, inputs):
            found.append((truth is None, name, modifier, raised))
    if not found:
        return base
    is_possible, name, modifier, raised = min(found, key=lambda item: item[0])
    return replace(
        base,
        modifier=str(name),
        modifier_state="possible" if is_possible else "applies",
        prison_months_with_modifier=raised,
        modifier_article=modifier.articles[0],
    )


def raised_months(modifier: Modifier, months: int) -> int | None:
    """The raised maximum, or None when the scale says nothing of that length."""
    for step in modifier.scale:
        if step.up_to_months and months <= step.up_to_months:
            return months * step.multiply
        if step.months and months == step.months:
            return step.becomes
    return None


def _already(modifier: Modifier, offence: Offence, tier: Tier, inputs: CaseInputs) -> bool:
    """132-77 leaves out an offence that is already aggravated by the same quality (partner)."""
    counted = {fact for fact in tier.when if inputs.value(fact)} | set(offence.elements.all_of)
    return bool(counted.intersection(modifier.not_if_already_aggravated_by))
