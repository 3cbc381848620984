"""Who may act, per qualification: the targeted person, the association in its three roles, the prosecutor.

Own name, enabled civil party and mandatary are never mixed. Rules: associations of fr/offences.yaml.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from saisine.law.dates import add_months
from saisine.law.inputs import Association, CaseInputs
from saisine.law.limitation import Clock
from saisine.law.model import AssociationClause
from saisine.law.qualify import Qualification, Truth, any_true
from saisine.law.statements import flag

RANK = {"no": 0, "conditional": 1, "yes": 2}


@dataclass(frozen=True, slots=True)
class Standing:
    """One answer for one offence and one role. `missing`: what would turn a condition into a yes."""

    offence: str
    role: str
    answer: str
    article: str
    basis_fr: str
    missing: tuple[str, ...] = ()
    verified: bool = True

    def as_json(self) -> dict[str, object]:
        return {
            "offence": self.offence,
            "role": self.role,
            "answer": self.answer,
            "article": self.article,
            "basis_fr": self.basis_fr,
            "missing": list(self.missing),
            "verified": self.verified,
            "flag_fr": flag(self.verified),
            "flag_en": flag(self.verified, "en"),
        }


def best(answers: Iterable[str]) -> str:
    return max(answers, key=lambda answer: RANK[answer], default="no")


def standing(result: Qualification, clock: Clock, inputs: CaseInputs) -> tuple[Standing, ...]:
    """The association's answers for one qualification, the best first. Empty answers become one « no »."""
    association = inputs.association
    if association is None:
        return (_no(result, "Aucune association n’est décrite."),)
    if clock.status == "expired":
        return (_no(result, "L’action est prescrite."),)
    found = []
    if inputs.value("target_legal_person"):
        found.append(_own_name(result))
    for clause in result.offence.associations:
        if clause.object_tag in association.object_tags:
            found.append(_enabled(result, clause, association, inputs, clock))
    if not found:
        found.append(_no(result, _why_none(result, inputs)))
    return tuple(sorted(found, key=lambda item: -RANK[item.answer]))


def _no(result: Qualification, basis: str) -> Standing:
    return Standing(result.id, "none", "no", result.offence.articles[0], basis, (), result.offence.verified)


def _why_none(result: Qualification, inputs: CaseInputs) -> str:
    if not result.offence.associations:
        return "Aucun texte connu n’habilite une association pour cette infraction."
    wanted = " ; ".join(clause.object_fr for clause in result.offence.associations)
    return f"L’objet de l’association ne correspond pas. Objets prévus : {wanted}."


def _own_name(result: Qualification) -> Standing:
    answer = "yes" if result.status == "met" else "conditional"
    basis = "L’association est elle-même visée : elle agit en son nom, sans ancienneté ni accord."
    return Standing(result.id, "own_name", answer, "CPP art. 2", basis, (), True)


def _enabled(
    result: Qualification,
    clause: AssociationClause,
    association: Association,
    inputs: CaseInputs,
    clock: Clock,
) -> Standing:
    """Each gate answers True, False or None; a False closes, a None leaves a condition."""
    gates = (
        _covered(clause),
        _motive(clause, inputs),
        _senior(clause, association, clock.facts),
        _consent(clause, association, inputs),
        _mode(clause),
        _facts_met(result),
    )
    verified = clause.verified and clause.covers in (True, False)
    role = "enabled_civil_party"
    if refusal := next((words for truth, words in gates if truth is False), ""):
        return Standing(result.id, role, "no", clause.article, refusal, (), verified)
    missing = tuple(words for truth, words in gates if truth is None)
    answer = "conditional" if missing else "yes"
    basis = f"{clause.article} : {clause.object_fr}."
    return Standing(result.id, role, answer, clause.article, basis, missing, verified)


Gate = tuple[Truth, str]


def _covered(clause: AssociationClause) -> Gate:
    if clause.covers is False:
        return False, f"{clause.article} ne cite pas cette infraction."
    if clause.covers is True:
        return True, ""
    return (
        None,
        f"{clause.article} : l’infraction est sans doute couverte, à confirmer par une ou un juriste.",
    )


def _motive(clause: AssociationClause, inputs: CaseInputs) -> Gate:
    if not clause.motive_grounds:
        return True, ""
    truth = any_true(inputs.ground(ground) for ground in clause.motive_grounds)
    if truth is False:
        return False, f"{clause.article} demande un mobile que les faits ne montrent pas."
    return truth, "Établir le mobile."


def _senior(clause: AssociationClause, association: Association, facts: tuple[date, date] | None) -> Gate:
    years = clause.seniority_years
    if not years:
        return True, ""
    if association.declared_on is None:
        return None, "Indiquer la date de déclaration de l’association."
    if facts is None:
        return None, "Indiquer la date des faits."
    reached = add_months(association.declared_on, 12 * years)
    if reached <= facts[0]:
        return True, ""
    if reached > facts[1]:
        return False, f"Moins de {years} ans d’existence à la date des faits ({clause.article})."
    return None, f"Les {years} ans d’existence sont atteints pendant les faits : à faire confirmer."


def _consent(clause: AssociationClause, association: Association, inputs: CaseInputs) -> Gate:
    if clause.victim_consent == "not_required":
        return True, ""
    individual = True if clause.victim_consent == "required" else inputs.value("target_person")
    if individual is False or association.victim_consent is True:
        return True, ""
    if association.victim_consent is False and individual:
        return False, "La personne visée n’est pas d’accord."
    word = "Recueillir l’accord de la personne visée"
    return None, word + ("." if individual else ", si une personne est identifiée.")


def _mode(clause: AssociationClause) -> Gate:
    if clause.mode == "action":
        return True, ""
    return None, "L’action publique doit déjà être en mouvement (intervention)."


def _facts_met(result: Qualification) -> Gate:
    return (True, "") if result.status == "met" else (None, "Établir les éléments qui manquent.")


def victim_may_act(main: Sequence[tuple[Qualification, Clock]], inputs: CaseInputs) -> str:
    """The targeted person's own answer over the main qualifications."""
    usable = [(result, clock) for result, clock in main if clock.status != "expired"]
    if not usable:
        return "no_time_barred"
    if all(result.status == "possible" for result, _ in usable):
        return "conditional"
    if any(not result.offence.is_press for result, _ in usable if result.status == "met"):
        return "yes"
    named = any_true(inputs.value(fact) for fact in ("target_person", "target_legal_person"))
    if named is None:
        return "conditional"
    return "yes" if named else "no_individual_not_named"


def prosecutor_may_act(main: Sequence[tuple[Qualification, Clock]]) -> str:
    """Whether the prosecutor may act without a complaint; `no_complaint_required`: a complaint is needed."""
    usable = [(result, clock) for result, clock in main if clock.status != "expired"]
    if not usable:
        return "no_time_barred"
    met = [result for result, _ in usable if result.status == "met"]
    if not met:
        return "conditional"
    if any(result.offence.public_action.complaint == "not_required" for result in met):
        return "yes"
    return "no_complaint_required"
