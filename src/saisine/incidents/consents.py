"""Consents: one per act, given, refused or withdrawn; nothing leaves without one that covers it.

The acts are those of the product's screen « Accords ». A safety emergency (17, 112, 114) never waits for one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from saisine.errors import SaisineError

State = Literal["given", "refused", "withdrawn"]
STATES: Final[Mapping[str, tuple[str, str]]] = {
    "given": ("Accord donné", "Consent given"),
    "refused": ("Refus", "Refused"),
    "withdrawn": ("Accord retiré", "Consent withdrawn"),
    "": ("Pas encore demandé", "Not asked yet"),
}
ACTS: Final[Mapping[str, tuple[str, str]]] = {
    "conserver": ("Conserver les pièces", "Keep the exhibits"),
    "partager_accompagnante": ("Partager avec une personne de confiance", "Share with a trusted person"),
    "notifier_plateforme": ("Signaler à la plateforme", "Notify the platform"),
    "saisir_autorite": ("Saisir une autorité", "Refer to an authority"),
    "agir_en_justice": ("Agir en justice", "Go to court"),
    "publier": ("Publier", "Publish"),
    "observatoire": ("Compter dans l’observatoire", "Count in the observatory"),
}
# what an association that acts in its own name grants at once: keep, report, refer (never publish)
IN_ITS_NAME: Final = (
    "conserver", "partager_accompagnante", "notifier_plateforme", "saisir_autorite", "agir_en_justice",
)  # fmt: skip
# recipient of a dossier -> the acts of which one is enough
RECIPIENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "avocat": ("agir_en_justice", "saisir_autorite"),
    "procureur": ("saisir_autorite",),
    "pharos": ("saisir_autorite",),
    "arcom": ("saisir_autorite",),
    "organe21": ("notifier_plateforme",),
    "interne": ("conserver",),
    "public": ("publier",),
}


@dataclass(frozen=True, slots=True)
class Consent:
    """One word on one act. `person` is the id of who said it; empty, it was said for the whole incident."""

    act: str
    state: State
    at: datetime
    person: str = ""


def held(consents: Iterable[Consent], person: str = "") -> dict[str, Consent]:
    """The latest word on each act: of one person, or for the whole incident."""
    return {consent.act: consent for consent in consents if consent.person == person}


def require_act(act: str) -> None:
    """Raises `incident_act_unknown`."""
    if act not in ACTS:
        raise SaisineError("incident_act_unknown", act=act)


def words_on(consents: Iterable[Consent], act: str, targeted: Collection[str] = ()) -> dict[str, Consent]:
    """The latest word on one act of each targeted person who spoke, and under "" that for the whole incident."""
    return {
        consent.person: consent
        for consent in consents
        if consent.act == act and (not consent.person or consent.person in targeted)
    }


def is_covered(consents: Iterable[Consent], act: str, targeted: Collection[str] = ()) -> bool:
    """Whether an act may go on: a word for the whole incident, or that of every targeted person.

    One refusal or withdrawal is enough to stop it: an incident of several people is handed over whole.
    """
    said = words_on(consents, act, targeted)
    if not said or any(consent.state != "given" for consent in said.values()):
        return False
    return "" in said or set(targeted) <= set(said)


def require_consent(
    consents: Iterable[Consent], acts: tuple[str, ...], targeted: Mapping[str, tuple[str, str]] | None = None
) -> None:
    """Raises `incident_consent_missing` unless one of these acts is covered.

    `targeted` gives the neutral label (French, English) of each targeted person by id.
    """
    found, people = list(consents), targeted or {}
    if any(is_covered(found, act, people) for act in acts):
        return
    raise SaisineError(
        "incident_consent_missing",
        missing_fr=" ou ".join(f"« {ACTS[act][0]} »" for act in acts),
        missing_en=" or ".join(f"“{ACTS[act][1]}”" for act in acts),
        reason_fr=_reason(found, acts, people, 0),
        reason_en=_reason(found, acts, people, 1),
    )


def _reason(
    consents: Sequence[Consent], acts: tuple[str, ...], people: Mapping[str, tuple[str, str]], at: int
) -> str:
    """Refused or withdrawn, and by whom; else that somebody was not asked yet."""
    said = {person: word for act in acts for person, word in words_on(consents, act, people).items()}
    against = [person for person, word in said.items() if word.state != "given"]
    named = ", ".join(people[person][at] for person in against if person)
    if against:
        alone = ("Il a été refusé ou retiré.", "It was refused or withdrawn.")
        by = (f"Il a été refusé ou retiré : {named}.", f"It was refused or withdrawn: {named}.")
        return (by if named else alone)[at]
    waiting = ", ".join(labels[at] for person, labels in people.items() if person not in said)
    if said and waiting:
        return (f"Il manque celui de : {waiting}.", f"That of these is missing: {waiting}.")[at]
    return ("Il n’a pas encore été recueilli.", "It was not collected yet.")[at]
