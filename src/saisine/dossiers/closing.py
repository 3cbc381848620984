"""The last pages: how to check the file, and what it does not prove. Same words for every recipient."""

from typing import Final

from saisine.dossiers import blocks
from saisine.dossiers.blocks import Block
from saisine.dossiers.data import DossierData
from saisine.dossiers.recipients import Recipient
from saisine.law.dates import number_fr
from saisine.notices.wording import moment

COMMANDS: Final = (
    "sha256sum -c manifest-sha256.txt",
    "python3 data/verify.py",
)
LIMITS: Final = (
    "Que la page était vraie : ce dossier montre ce qui a été reçu et scellé.",
    "Qui se trouve derrière un compte : aucun compte n’est attribué à une personne.",
    "L’heure de la capture : elle vient de l’ordinateur. Un horodatage ne prouve que « avant telle heure ».",
    "Que rien n’a été mis en scène avant le scellement.",
    "Que les faits sont constitués : les qualifications sont des propositions à vérifier.",
    "L’absence d’autres messages : une collecte n’est jamais complète.",
)


def integrity(data: DossierData, recipient: Recipient) -> list[Block]:
    """The state of the log, the counts of seals and stamps, and how to verify with common tools."""
    sealed = [exhibit for exhibit in data.exhibits if exhibit.seq is not None]
    dated = sum(exhibit.is_dated for exhibit in sealed)
    found: list[Block] = [
        blocks.paragraph(
            "Chaque original est scellé dans un journal : rien ne peut en être retiré sans que cela se voie."
        ),
        blocks.pairs([*_counts(data, recipient), *_log(data)]),
        blocks.heading("Vérifier"),
        blocks.paragraph(
            "Le ZIP qui accompagne ce PDF se vérifie sans Saisine, sans réseau et sans compte. "
            "Décompressez-le, ouvrez un terminal dans son dossier, puis :"
        ),
        {"k": "code", "lines": list(COMMANDS)},
        *_kept_apart(recipient),
        blocks.paragraph(
            "Le fichier data/VERIFIER.md explique chaque étape, la vérification de la signature et de "
            "l’horodatage avec openssl, et ce que signifie un échec."
        ),
    ]
    if len(sealed) > dated:
        found.append(
            blocks.note(
                "Pas encore daté",
                "Pour ces pièces, aucune autorité d’horodatage n’a encore confirmé l’existence du journal. "
                "La signature et l’ordre des lignes se vérifient déjà ; la date repose sur l’ordinateur.",
                attention=True,
            )
        )
    return found


def _counts(data: DossierData, recipient: Recipient) -> list[tuple[str, blocks.Cell]]:
    """How many seals and stamps; not for the public, who could find a hidden count with it."""
    if recipient.id == "public":
        return []
    sealed = [exhibit for exhibit in data.exhibits if exhibit.seq is not None]
    dated = sum(exhibit.is_dated for exhibit in sealed)
    return [
        ("Pièces scellées", f"{number_fr(len(sealed))} sur {number_fr(len(data.exhibits))}"),
        ("Datées par un tiers", f"{number_fr(dated)} ; pas encore datées : {number_fr(len(sealed) - dated)}"),
    ]


def _kept_apart(recipient: Recipient) -> list[Block]:
    """Where to look for the originals that do not travel; nothing for a recipient without exhibits."""
    if "exhibit_list" not in recipient.sections:
        return []
    words = (
        "Le fichier data/pieces.csv relie chaque pièce à son original. Un original où une personne est "
        "masquée reste à l’association : sa ligne du journal et sa preuve sont dans data/preuves."
    )
    if not recipient.gives_originals:
        words = (
            "Les originaux restent à l’association. Le fichier data/pieces.csv donne l’empreinte de chacun ; sa "
            "ligne du journal et sa preuve sont dans data/preuves."
        )
    return [blocks.paragraph(words)]


def _log(data: DossierData) -> list[tuple[str, blocks.Cell]]:
    if data.integrity is None:
        return []
    state = data.integrity
    return [
        ("Journal", blocks.mono(state.origin)),
        ("Lignes du journal", f"{number_fr(state.size)}, au {moment(state.at, 'fr')}"),
        ("Racine du journal", blocks.mono(state.root)),
        ("Code du reçu", blocks.mono(state.code)),
    ]


def limits(data: DossierData, recipient: Recipient) -> list[Block]:
    return [
        blocks.paragraph("Ce dossier ne prouve pas :"),
        blocks.bullets(LIMITS),
        blocks.note(
            "Rappel",
            "Saisine ne remplace pas un commissaire de justice. Les textes marqués « à vérifier » n’ont pas "
            "été contrôlés par une ou un juriste.",
        ),
    ]
