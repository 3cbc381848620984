"""The register of processing (GDPR, art. 30), with our own facts; the outline of art. 35 is in `impact_analysis`.

Both are drafts: what is counted here is true on the day it is written, what is law is marked « à vérifier par une ou un
juriste ». The same sections are written as Markdown and as .docx by `register_files`.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal

from saisine.casework import impact_analysis
from saisine.casework.register_facts import TO_CHECK, Document, Facts, Row, Section, Text, facts_of
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.vault.opening import say_day_en, say_day_fr

Kind = Literal["registre", "analyse"]
KINDS: Final = ("registre", "analyse")


def build(session: Session, kind: str) -> Document:
    """The register, or the outline. Raises `register_unknown`."""
    if kind not in KINDS:
        raise SaisineError("register_unknown", kind=kind)
    found = facts_of(session)
    make = _register if kind == "registre" else impact_analysis.outline
    return make(found, session.today())


# ------------------------------------------------------------------ the register


RECIPIENTS: Final[dict[str, Text]] = {
    "avocate": ("avocate ou avocat", "lawyer"),
    "avocat": ("avocate ou avocat", "lawyer"),
    "procureur": ("procureur ou police", "prosecutor or police"),
    "pharos": ("PHAROS", "PHAROS"),
    "arcom": ("Arcom", "Arcom"),
    "organe21": ("organe de règlement extrajudiciaire", "out-of-court body"),
    "interne": ("usage interne", "internal use"),
    "public": ("public", "public"),
}


def _register(found: Facts, on: date) -> Document:
    return Document(
        ("Registre des traitements", "Register of processing activities"),
        (
            "Projet écrit par Saisine avec les faits de cet espace (RGPD, article 30). " + TO_CHECK[0],
            "Draft written by Saisine with the facts of this workspace (GDPR, article 30). " + TO_CHECK[1],
        ),
        on,
        (
            Section(("Responsable du traitement", "Controller"), rows=tuple(_controller(found))),
            Section(("Finalités", "Purposes"), lines=_PURPOSES),
            Section(("Base légale", "Legal basis"), lines=_BASES, must_be_checked=True),
            Section(("Personnes concernées", "Data subjects"), rows=tuple(_people(found))),
            Section(("Catégories de données", "Categories of data"), lines=_CATEGORIES, must_be_checked=True),
            Section(("Destinataires", "Recipients"), lines=tuple(_recipients(found))),
            Section(
                ("Transferts hors de l’Union", "Transfers outside the Union"), lines=tuple(_transfers(found))
            ),
            Section(
                ("Durées de conservation", "Retention"), rows=tuple(_retention(found)), must_be_checked=True
            ),
            Section(("Mesures de sécurité", "Security measures"), lines=tuple(_security(found))),
        ),
    )


def _controller(found: Facts) -> Iterator[Row]:
    empty = ("à compléter", "to be completed")
    yield ("Association", "Association"), (found.name, found.name) if found.name else empty
    yield ("Courriel", "E-mail"), (found.email, found.email) if found.email else empty
    yield ("Délégué à la protection des données", "Data protection officer"), empty


_PURPOSES: Final[tuple[Text, ...]] = (
    (
        "Conserver la preuve de propos et d’actes hostiles en ligne.",
        "Keep evidence of hostile words and acts online.",
    ),
    (
        "Trier ces contenus et préparer des signalements aux plateformes.",
        "Sort them and prepare notices to platforms.",
    ),
    ("Constater, exercer ou défendre des droits en justice.", "Establish, exercise or defend legal claims."),
    (
        "Mesurer les réponses des plateformes, sans nommer personne.",
        "Measure platforms’ answers, naming nobody.",
    ),
)
_BASES: Final[tuple[Text, ...]] = (
    (
        "Intérêt légitime de l’association (RGPD, article 6, 1, f).",
        "Legitimate interest (GDPR, article 6(1)(f)).",
    ),
    (
        "Données sensibles : constatation, exercice ou défense d’un droit en justice (article 9, 2, f).",
        "Sensitive data: establishment, exercise or defence of legal claims (article 9(2)(f)).",
    ),
    (
        "Données relatives aux infractions : article 10 du RGPD et article 46 de la loi du 6 janvier 1978.",
        "Data on offences: article 10 of the GDPR and article 46 of the French law of 6 January 1978.",
    ),
    (
        "Accords de la personne visée, recueillis acte par acte dans chaque incident.",
        "Consents of the targeted person, collected act by act in each incident.",
    ),
)
_CATEGORIES: Final[tuple[Text, ...]] = (
    (
        "Identifiants et noms de comptes, dates, adresses de publications.",
        "Account names and ids, dates, addresses of posts.",
    ),
    ("Textes et images publiés ou reçus.", "Texts and images published or received."),
    (
        "Données sensibles possibles : origine, religion, opinions, santé, orientation sexuelle.",
        "Possible sensitive data: origin, religion, opinions, health, sexual orientation.",
    ),
    ("Données relatives à des infractions supposées.", "Data on alleged offences."),
    (
        "Récit des incidents et accords, écrits par l’association.",
        "Accounts of incidents and consents, written by the association.",
    ),
)


def _people(found: Facts) -> Iterator[Row]:
    yield (
        ("Personnes visées, témoins, accompagnantes", "Targeted people, witnesses, helpers"),
        _count(found.people, "notée", "notées", "noted"),
    )
    yield (
        ("Auteurs et autrices de messages", "Authors of messages"),
        _count(found.messages, "message lu", "messages lus", "messages read"),
    )
    yield (
        ("Tiers nommés dans ces contenus", "Third parties named in them"),
        (
            "non comptés ; masqués par défaut dans les documents remis",
            "not counted; masked by default in documents",
        ),
    )


def _count(n: int, one: str, several: str, english: str) -> Text:
    shown = f"{n:,}".replace(",", "\u202f")
    return f"{shown} {several if n > 1 else one}", f"{n:,} {english}"


def _recipients(found: Facts) -> Iterator[Text]:
    yield (
        "Personne par défaut : tout reste dans un dossier de cet ordinateur.",
        "Nobody by default: all stays in a folder of this computer.",
    )
    if found.notices:
        yield (
            f"Plateformes, par des signalements envoyés à la main : {found.notices}.",
            f"Platforms, by notices sent by hand: {found.notices}.",
        )
    for name in found.recipients:
        said = RECIPIENTS.get(name, (name, name))
        yield (f"Dossier préparé pour : {said[0]}.", f"Dossier prepared for: {said[1]}.")


def _transfers(found: Facts) -> Iterator[Text]:
    yield ("Aucun contenu n’est transféré par le logiciel.", "No content is transferred by the software.")
    if found.authorities:
        names = ", ".join(found.authorities)
        yield (
            f"Une empreinte, sans contenu, part chez : {names}. Leur pays est à vérifier.",
            f"A hash, without content, goes to: {names}. Their country is to be checked.",
        )


def _retention(found: Facts) -> Iterator[Row]:
    loose, kept = found.lengths.loose_months, found.lengths.incident_months
    yield (
        ("Ce qui n’est dans aucun incident", "What is in no incident"),
        (f"{loose} mois après le dernier acte", f"{loose} months after the last act"),
    )
    yield (
        ("Un incident", "An incident"),
        (f"{kept} mois après la fin de son dernier délai", f"{kept} months after its last deadline"),
    )
    yield (
        ("Conservé pour une procédure", "Kept for a procedure"),
        (f"{found.holds} ; jusqu’à la levée", f"{found.holds}; until released"),
    )
    until = found.backup_until
    if until is not None:
        yield (
            ("Dernière sauvegarde", "Last backup"),
            (f"à détruire le {say_day_fr(until)}", f"to be destroyed on {say_day_en(until)}"),
        )


def _security(found: Facts) -> Iterator[Text]:
    yield (
        "Pièces chiffrées (age) ; toute modification se voit (journal RFC 6962).",
        "Items encrypted (age); any change shows (RFC 6962 log).",
    )
    if found.is_protected:
        yield ("La clé est protégée par une phrase de passe.", "The key is protected by a passphrase.")
    else:
        yield (
            "À faire : la clé n’est protégée par aucune phrase de passe.",
            "To do: the key is protected by no passphrase.",
        )
    yield (
        "Le récit des incidents n’est pas chiffré : le disque doit l’être.",
        "Accounts of incidents are not encrypted: the disk must be.",
    )
    if found.officers:
        yield (f"Personnes de secours : {found.officers}.", f"Recovery people: {found.officers}.")
    yield (
        "Chaque contenu ouvert laisse une ligne dans le journal « Qui a vu quoi ».",
        "Each content opened leaves a line in the journal “Who saw what”.",
    )
    if found.backup_until is None:
        yield ("À faire : aucune sauvegarde sur cet ordinateur.", "To do: no backup on this computer.")
