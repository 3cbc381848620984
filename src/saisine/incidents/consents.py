"""Consents: one per act, given, refused or withdrawn; nothing leaves without one that covers it.

The acts are those of the product's screen « Accords ». A safety emergency (17, 112, 114) never waits for one.
"""

from collections.abc import Iterable, Mapping
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
    act: str
    state: State
    at: datetime


def held(consents: Iterable[Consent]) -> dict[str, Consent]:
    """The latest word on each act."""
    found: dict[str, Consent] = {}
    for consent in consents:
        found[consent.act] = consent
    return found


def require_act(act: str) -> None:
    """Raises `incident_act_unknown`."""
    if act not in ACTS:
        raise SaisineError("incident_act_unknown", act=act)


def require_consent(consents: Iterable[Consent], acts: tuple[str, ...]) -> None:
    """Raises `incident_consent_missing` unless one of these acts is covered by a consent that still holds."""
    found = held(consents)
    if any(act in found and found[act].state == "given" for act in acts):
        return
    said = [found[act] for act in acts if act in found]
    withdrawn = any(consent.state in ("withdrawn", "refused") for consent in said)
    raise SaisineError(
        "incident_consent_missing",
        missing_fr=" ou ".join(f"« {ACTS[act][0]} »" for act in acts),
        missing_en=" or ".join(f"“{ACTS[act][1]}”" for act in acts),
        reason_fr="Il a été refusé ou retiré." if withdrawn else "Il n’a pas encore été recueilli.",
        reason_en="It was refused or withdrawn." if withdrawn else "It was not collected yet.",
    )
