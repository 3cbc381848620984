"""The seven recipients of a dossier: what each receives, and who is masked by default.

The table is the authority of `casework` for contents and masks; a person may only mask more, except third
parties, whom the lawyer and the prosecutor may see when someone says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from saisine.dossiers.data import DossierData, Exhibit, Person
from saisine.errors import SaisineError

EVERYONE: Final = frozenset(
    {"visee", "accompagnante", "juriste", "temoin", "auteur_presume", "tiers", "representant_legal"}
)
PRIVATE_KINDS: Final = frozenset({"certificat"})  # health, of no use to who judges a platform
_ACCOUNT: Final = re.compile(r"(.*?) \(identifiant (.+)\)")
_WHOLE_ID: Final = 6  # a shorter number also stands in dates and counts
TARGETED: Final = frozenset({"visee", "accompagnante", "representant_legal", "temoin"})
ALL_SECTIONS: Final = (
    "people", "chronology", "qualification", "limitation", "standing", "harm", "steps", "requests",
    "missing", "exhibit_list", "exhibits", "integrity", "limits",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipient:
    """`names`, `handles`, `contacts`: roles whose names, public accounts and contact data are hidden.

    `shows_texts` and `shows_pictures` say whether the words and pictures of exhibits are printed;
    `gives_originals` whether sealed originals travel in the bundle. `unconcerned`: kinds of exhibits that it
    does not receive; `needs_address`: only those with an address; `requests`: what is asked of it.
    """

    id: str
    label_fr: str
    label_en: str
    purpose_fr: str
    sections: tuple[str, ...]
    names: frozenset[str]
    handles: frozenset[str]
    contacts: frozenset[str]
    shows_texts: bool = True
    shows_pictures: bool = True
    gives_originals: bool = True
    may_show_third_parties: bool = False
    unconcerned: frozenset[str] = frozenset()
    needs_address: bool = False
    requests: tuple[str, ...] = ()


RECIPIENTS: Final[dict[str, Recipient]] = {
    recipient.id: recipient
    for recipient in (
        Recipient(
            "avocat",
            "Avocate ou avocat",
            "Lawyer",
            "Pour conseil et, s’il y a lieu, action en justice.",
            ALL_SECTIONS,
            names=frozenset({"tiers"}),
            handles=frozenset({"tiers"}),
            contacts=frozenset({"tiers"}),
            may_show_third_parties=True,
        ),
        Recipient(
            "procureur",
            "Procureur de la République ou police",
            "Prosecutor or police",
            "À l’appui d’une plainte. Les coordonnées des personnes visées sont remises à part.",
            tuple(section for section in ALL_SECTIONS if section != "missing"),
            names=frozenset({"tiers"}),
            handles=frozenset({"tiers"}),
            contacts=TARGETED | {"tiers", "juriste"},
            may_show_third_parties=True,
        ),
        Recipient(
            "pharos",
            "PHAROS",
            "PHAROS",
            "Adresses, dates et comptes de contenus publics, pour un signalement.",
            ("exhibit_list", "integrity", "limits"),
            names=EVERYONE,
            handles=EVERYONE - {"auteur_presume"},
            contacts=EVERYONE,
            shows_texts=False,
            shows_pictures=False,
            gives_originals=False,
            unconcerned=PRIVATE_KINDS | {"document", "constat"},
            needs_address=True,
        ),
        Recipient(
            "arcom",
            "Arcom, coordinateur pour les services numériques",
            "Arcom, digital services coordinator",
            "À l’appui d’une plainte au titre de l’article 53 du règlement sur les services numériques.",
            ("chronology", "steps", "requests", "exhibit_list", "integrity", "limits"),
            names=EVERYONE,
            handles=EVERYONE,
            contacts=EVERYONE,
            shows_texts=False,
            shows_pictures=False,
            gives_originals=False,
            unconcerned=PRIVATE_KINDS,
            requests=(
                "Examiner les manquements allégués au règlement (UE) 2022/2065, décrits dans les démarches.",
                "Demander au service ce qu’il a fait de chaque notification, et dans quel délai.",
            ),
        ),
        Recipient(
            "organe21",
            "Organe de règlement extrajudiciaire",
            "Out-of-court dispute settlement body",
            "Pour un litige au titre de l’article 21 du règlement sur les services numériques.",
            (
                "chronology",
                "qualification",
                "steps",
                "requests",
                "exhibit_list",
                "exhibits",
                "integrity",
                "limits",
            ),
            names=EVERYONE,
            handles=EVERYONE,
            contacts=EVERYONE,
            shows_pictures=False,
            gives_originals=False,
            unconcerned=PRIVATE_KINDS,
            requests=(
                "Examiner la décision du service, ou son silence, au regard de la loi et de ses conditions générales.",
                "Demander au service de revoir cette décision.",
            ),
        ),
        Recipient(
            "interne",
            "Usage interne",
            "Internal use",
            "Note pour l’association : où en est-on, que reste-t-il à faire. Ne pas transmettre.",
            ("chronology", "limitation", "steps", "missing", "integrity", "limits"),
            names=EVERYONE,
            handles=EVERYONE,
            contacts=EVERYONE,
            shows_texts=False,
            shows_pictures=False,
            gives_originals=False,
        ),
        Recipient(
            "public",
            "Public",
            "Public",
            "Des chiffres, sans personne ni propos.",
            ("integrity", "limits"),
            names=EVERYONE,
            handles=EVERYONE,
            contacts=EVERYONE,
            shows_texts=False,
            shows_pictures=False,
            gives_originals=False,
        ),
    )
}


def require_recipient(id: str) -> Recipient:
    """The recipient of that id. Raises SaisineError("dossier_recipient_unknown")."""
    if id not in RECIPIENTS:
        raise SaisineError("dossier_recipient_unknown", recipient=id, known=", ".join(RECIPIENTS))
    return RECIPIENTS[id]


def hidden_words(
    recipient: Recipient, people: tuple[Person, ...], *, mask_third_parties: bool = True
) -> Iterator[tuple[str, str]]:
    """(words, label) to mask for this recipient. Labels of people are stable from one dossier to another."""
    show_third = recipient.may_show_third_parties and not mask_third_parties
    for person in people:
        if show_third and person.role == "tiers":
            continue
        for roles, words in (
            (recipient.names, person.names),
            (recipient.handles, tuple(part for handle in person.handles for part in _parts(handle))),
            (recipient.contacts, person.contacts),
        ):
            if person.role in roles:
                yield from ((word, person.label) for word in words if word.strip())


def _parts(handle: str) -> Iterator[str]:
    """An account as shown, « @compte (identifiant 19…) », then its parts: an address holds one of them alone."""
    yield handle
    if found := _ACCOUNT.fullmatch(handle):
        yield found[1]
        if len(found[2]) >= _WHOLE_ID:
            yield found[2]


def received(data: DossierData, recipient: Recipient) -> DossierData:
    """The data with the exhibits, requests and days that concern this recipient; numbers of exhibits never change."""
    kept = tuple(exhibit for exhibit in data.exhibits if _concerns(exhibit, recipient))
    left_out = data.left_out + len(data.exhibits) - len(kept)
    asked = recipient.requests if recipient.requests and data.requests else data.requests
    known = tuple(line for line in data.chronology if not (line.is_birth and "visee" in recipient.names))
    return replace(data, exhibits=kept, requests=asked, left_out=left_out, chronology=known)


def _concerns(exhibit: Exhibit, recipient: Recipient) -> bool:
    if exhibit.kind in recipient.unconcerned or (exhibit.is_lawful and recipient.needs_address):
        return False  # to an addressee of addresses, each one reads as a content reported
    addresses = (exhibit.url, *(row.url for row in exhibit.copies))
    return any(addresses) or not recipient.needs_address
