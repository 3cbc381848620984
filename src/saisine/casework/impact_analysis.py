"""The outline of the impact analysis (GDPR, art. 35): a draft with our own facts, for the association to complete."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from saisine.casework.register_facts import TO_CHECK, Document, Facts, Row, Section, Text


def outline(found: Facts, on: date) -> Document:
    return Document(
        ("Analyse d’impact : plan à compléter", "Impact analysis: outline to complete"),
        (
            "Plan écrit par Saisine avec les faits de cet espace (RGPD, article 35). La gravité et la vraisemblance "
            "sont à évaluer par l’association. " + TO_CHECK[0],
            "Outline written by Saisine with the facts of this workspace (GDPR, article 35). Severity and likelihood "
            "are for the association to assess. " + TO_CHECK[1],
        ),
        on,
        (
            Section(("Pourquoi une analyse", "Why an analysis"), lines=_WHY, must_be_checked=True),
            Section(("Description", "Description"), rows=tuple(_description(found))),
            Section(
                ("Nécessité et proportion", "Necessity and proportionality"),
                lines=_NECESSITY,
                must_be_checked=True,
            ),
            *_risks(found),
            Section(("Avis et décision", "Advice and decision"), rows=_DECISION),
        ),
    )


_WHY: Final[tuple[Text, ...]] = (
    (
        "Données sensibles et relatives à des infractions, à grande échelle possible.",
        "Sensitive data and data on offences, possibly at scale.",
    ),
    (
        "Personnes vulnérables : personnes visées, parfois mineures.",
        "Vulnerable people: those targeted, sometimes minors.",
    ),
)
_NECESSITY: Final[tuple[Text, ...]] = (
    (
        "Sans la preuve exacte et datée, le droit de recours est privé d’effet.",
        "Without exact, dated evidence, the right to a remedy is empty.",
    ),
    (
        "Les tiers sont masqués par défaut ; les nombres sous 3 ne sont pas publiés.",
        "Third parties are masked by default; counts under 3 are not published.",
    ),
    (
        "Information des auteurs et autrices de messages : dérogation à vérifier (article 14, 5).",
        "Informing authors of messages: exemption to be checked (article 14(5)).",
    ),
)
_DECISION: Final[tuple[Row, ...]] = (
    (("Avis des personnes concernées", "Views of data subjects"), ("à recueillir", "to be sought")),
    (("Décision de l’association", "Decision of the association"), ("à compléter", "to be completed")),
    (("Date de la prochaine revue", "Date of the next review"), ("à compléter", "to be completed")),
)


def _description(found: Facts) -> Iterator[Row]:
    yield ("Messages", "Messages"), (f"{found.messages:,}".replace(",", "\u202f"), f"{found.messages:,}")
    yield ("Pièces scellées", "Sealed items"), (str(found.pieces), str(found.pieces))
    yield ("Incidents", "Incidents"), (str(found.incidents), str(found.incidents))
    yield ("Signalements", "Notices"), (str(found.notices), str(found.notices))
    yield ("Dossiers construits", "Dossiers built"), (str(found.dossiers), str(found.dossiers))
    yield (
        ("Lieu", "Place"),
        ("un dossier d’un ordinateur de l’association", "a folder of a computer of the association"),
    )


def _risks(found: Facts) -> Iterator[Section]:
    """One section a risk: what is in place here, what is missing here, what the association has to assess."""
    assess: Row = (
        ("Gravité, vraisemblance", "Severity, likelihood"),
        ("à évaluer par l’association", "to be assessed by the association"),
    )
    for title, there, missing in _risk_rows(found):
        rows: list[Row] = [(("En place", "In place"), there)]
        if missing is not None:
            rows.append((("Manque ici", "Missing here"), missing))
        yield Section(title, rows=(*rows, assess))


def _risk_rows(found: Facts) -> Iterator[tuple[Text, Text, Text | None]]:
    yield (
        ("Risque : fuite et représailles", "Risk: leak and retaliation"),
        (
            "pièces chiffrées, rien d’envoyé, tiers masqués",
            "items encrypted, nothing sent, third parties masked",
        ),
        None if found.is_protected else ("phrase de passe", "passphrase"),
    )
    yield (
        ("Risque : perte de la preuve", "Risk: loss of evidence"),
        ("copie exacte dès la réception, sauvegarde chiffrée", "exact copy on receipt, encrypted backup"),
        None if found.backup_until else ("sauvegarde récente", "recent backup"),
    )
    yield (
        ("Risque : modification", "Risk: alteration"),
        (
            "journal en ajout seul, empreintes, vérification par un tiers",
            "append-only log, hashes, check by a third party",
        ),
        None if found.authorities else ("date certifiée par un tiers", "date certified by a third party"),
    )
    yield (
        ("Risque : accusation à tort", "Risk: wrong accusation"),
        (
            "aucune note de personne, qualification décidée par une personne",
            "no score of anyone, a person decides each qualification",
        ),
        None,
    )
    yield (
        ("Risque : épuisement de qui lit", "Risk: exhaustion of readers"),
        (
            "texte absent avant demande, compteur, pauses proposées",
            "text absent until asked, counter, pauses proposed",
        ),
        None,
    )
    yield (
        ("Risque : conservation trop longue", "Risk: kept too long"),
        ("durées affichées, effacement avec certificat", "lengths shown, erasure with certificate"),
        None,
    )
