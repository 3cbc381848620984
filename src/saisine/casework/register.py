"""The register of processing (GDPR, art. 30) and an outline of the impact analysis (art. 35), with our own facts.

Both are drafts: what is counted here is true on the day it is written, what is law is marked « à vérifier par une ou un
juriste ». The same sections are written as Markdown and as .docx by `register_files`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from saisine.casework import association, retention, vault_state
from saisine.casework.models import Deposit, DossierRow, Incident, NoticeRow, PersonRow
from saisine.casework.session import Session
from saisine.vault.opening import say_day_en, say_day_fr

Kind = Literal["registre", "analyse"]
KINDS: Final = ("registre", "analyse")
TO_CHECK: Final = ("À vérifier par une ou un juriste.", "To be checked by a jurist.")

Text = tuple[str, str]  # French, English
Row = tuple[Text, Text]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines: (label, text) when it is a table of facts, sentences otherwise."""

    title: Text
    rows: tuple[Row, ...] = ()
    lines: tuple[Text, ...] = ()
    must_be_checked: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    title: Text
    intro: Text
    on: date
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted in the workspace. No name of a person, no content."""

    name: str
    email: str
    messages: int
    pieces: int
    incidents: int
    people: int
    notices: int
    dossiers: int
    deposits: int
    holds: int
    recipients: tuple[str, ...]
    authorities: tuple[str, ...]
    is_protected: bool
    officers: int
    backup_until: date | None
    lengths: retention.Lengths


# ------------------------------------------------------------------ facts


def facts_of(session: Session) -> Facts:
    """Counted now. Raises what the vault refuses."""
    state = vault_state.state_of(session)
    card = association.get_association(session)
    built = DossierRow.objects.filter(built_at__isnull=False)
    return Facts(
        name=card.name or session.workspace.name,
        email=card.email,
        messages=sum(info.rows for info in session.corpora.list()),
        pieces=state.pieces,
        incidents=Incident.objects.count(),
        people=PersonRow.objects.count(),
        notices=NoticeRow.objects.count(),
        dossiers=built.count(),
        deposits=Deposit.objects.filter(state=Deposit.SEALED).count(),
        holds=len(state.holds),
        recipients=tuple(sorted(set(built.values_list("recipient", flat=True)) - {""})),
        authorities=tuple(one.label for one in state.datings),
        is_protected=state.is_protected,
        officers=state.officers,
        backup_until=state.backup.until if state.backup else None,
        lengths=retention.lengths(session),
    )


def build(session: Session, kind: str) -> Document:
    """The register, or the outline. Raises `register_unknown`."""
    from saisine.errors import SaisineError

    if kind not in KINDS:
        raise SaisineError("register_unknown", kind=kind)
    found = facts_of(session)
    make = _register if kind == "registre" else _impact
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


# ------------------------------------------------------------------ the impact analysis


def _impact(found: Facts, on: date) -> Document:
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
