"""What each section of a dossier says, in French, as blocks. Layout belongs to the template."""

from collections.abc import Callable
from typing import Final

from saisine.dossiers import blocks
from saisine.dossiers.blocks import Block, Cell
from saisine.dossiers.data import (
    KINDS_FR,
    ROLES_FR,
    CopyRow,
    DossierData,
    Exhibit,
    Person,
    When,
)
from saisine.dossiers.recipients import TARGETED, Recipient
from saisine.dossiers.sheets import ClockSheet, QualificationSheet
from saisine.law.dates import day_fr, days_fr, number_fr

STATUS_FR: Final = {"met": "semble relever de", "possible": "pourrait relever de", "excluded": "écarté"}
DECISIONS_FR: Final = {
    "retenir": "Retenue par la personne qui prépare ce dossier",
    "ecarter": "Écartée par la personne qui prépare ce dossier",
    "demander_avis": "Avis demandé à une ou un juriste",
    "": "Proposée, pas encore décidée",
}
FROM_FR: Final = {
    "field": "d’après un champ de l’export",
    "id": "d’après l’identifiant du contenu",
    "file": "d’après le fichier",
    "person": "d’après une déclaration",
    "": "",
}
CLOCKS_FR: Final = {"open": "en cours", "expired": "expiré", "unknown": "à établir"}
LISTED_ACCOUNTS: Final = 12  # of the table of people; a wave has hundreds, six pages before the facts
NOT_ADVICE: Final = "Cette partie informe. Elle n’est pas un avis juridique et ne lie aucune juridiction."


def people(data: DossierData, recipient: Recipient) -> list[Block]:
    accounts = [person for person in data.people if person.role == "auteur_presume"]
    unlisted = accounts[LISTED_ACCOUNTS:]
    rows = [
        [
            blocks.strong(person.label),
            ROLES_FR.get(person.role, person.role),
            ", ".join((*person.names, *person.handles)),
            _contact(person, recipient),
        ]
        for person in data.people
        if person not in unlisted
    ]
    if not rows:
        return [blocks.paragraph("Aucune personne n’est décrite.", "soft")]
    return [
        blocks.paragraph("Chaque personne garde la même désignation dans tout le dossier.", "soft"),
        blocks.table(
            "",
            ("Désignation", "Rôle", "Noms et comptes", "Contact ou remarque"),
            (3, 4, 5, 4),
            rows,
        ),
        *_unlisted(len(unlisted)),
        blocks.paragraph(
            "Un compte en ligne n’est jamais attribué à une personne par Saisine : le lien reste à établir.",
            "soft",
        ),
    ]


def _contact(person: Person, recipient: Recipient) -> str:
    """Contact data, or in words that they are kept from this recipient; the remark stands alone otherwise."""
    if not person.contacts:
        return person.note
    if person.role not in recipient.contacts:
        return ", ".join((*person.contacts, person.note)) if person.note else ", ".join(person.contacts)
    kept = "Coordonnées remises à part" if person.role in TARGETED else "Coordonnées non transmises"
    return f"{kept}. {person.note}" if person.note else kept


def _unlisted(count: int) -> list[Block]:
    """Accounts of a wave are counted here: each has its own line in the exhibit that shows it."""
    if not count:
        return []
    others = "autre compte est nommé" if count == 1 else "autres comptes sont nommés"
    return [blocks.paragraph(f"{number_fr(count)} {others} dans les pièces, chacun à sa ligne.")]


def chronology(data: DossierData, recipient: Recipient) -> list[Block]:
    lines = sorted(data.chronology, key=lambda line: line.when.sort_key())
    if not lines:
        return [blocks.paragraph("Aucun événement n’est noté.", "soft")]
    rows = [[dated(line.when), line.text, blocks.numbers(line.exhibits)] for line in lines]
    return [
        blocks.paragraph("Heures de Paris. La précision et l’origine de chaque date sont indiquées.", "soft"),
        blocks.table("", ("Date", "Événement", "Pièces"), (5.2, 8.3, 2.2), rows),
    ]


def dated(when: When) -> Cell:
    source = FROM_FR[when.source]
    return [when.words(), blocks.soft(source)] if source else when.words()


def qualification(data: DossierData, recipient: Recipient) -> list[Block]:
    found: list[Block] = [blocks.note("Limite", NOT_ADVICE)]
    if not data.qualifications:
        return [*found, blocks.paragraph("Aucune qualification n’est proposée.", "soft")]
    for sheet in data.qualifications:
        if sheet.decision != "ecarter" and sheet.status != "excluded":
            found += _sheet(sheet)
    found += _set_aside(data)
    if data.left_open:
        one = data.left_open == 1
        words = (
            "autre qualification n’est pas écartée" if one else "autres qualifications ne sont pas écartées"
        )
        said = f"{number_fr(data.left_open)} {words} : trop d’éléments restent à établir pour en dire plus."
        found.append(blocks.paragraph(said, "soft"))
    if data.law_digest:
        found.append(blocks.pairs([("Version des règles (SHA-256)", blocks.mono(data.law_digest))]))
    return found


def _sheet(sheet: QualificationSheet) -> list[Block]:
    found = [
        blocks.heading(sheet.title_fr),
        blocks.pairs(
            [
                ("Propos", sheet.about_fr),
                ("Proposition", f"Ce qui est décrit {STATUS_FR[sheet.status]} cette qualification."),
                ("Décision", _decision(sheet)),
                ("Texte", _statement(sheet)),
                ("Peine", sheet.penalty_fr),
                ("Identification", sheet.identification_fr),
            ]
        ),
    ]
    if sheet.elements:
        found.append(_elements(sheet))
    if sheet.warnings:
        found.append(blocks.note("À savoir", " ".join(sheet.warnings), attention=True))
    return found


def _statement(sheet: QualificationSheet) -> Cell:
    """The article, its wording date and flag; a frame makes an unverified rule stand out."""
    if sheet.is_verified:
        return sheet.statement_fr
    return [sheet.statement_fr, blocks.tag("à vérifier", is_open=True)]


def _decision(sheet: QualificationSheet) -> str:
    words = DECISIONS_FR[sheet.decision]
    return f"{words} : {sheet.reason}" if sheet.reason else words


def _elements(sheet: QualificationSheet) -> Block:
    shown = any(row.exhibits for row in sheet.elements)  # a column that nothing fills tells nothing
    rows = [
        [
            row.text_fr[:1].upper() + row.text_fr[1:],
            blocks.tag(row.state_fr, is_open=row.state_fr == "à établir"),
            *([blocks.numbers(row.exhibits)] if shown else []),
            [row.article, blocks.verified_tag(row.is_verified)],
        ]
        for row in sheet.elements
    ]
    head = ("Élément", "État", "Pièces", "Article") if shown else ("Élément", "État", "Article")
    widths = (6, 2.2, 2, 4.5) if shown else (8, 2.2, 4.5)
    return blocks.table(f"Éléments : {sheet.title_fr}", head, widths, rows)


def _set_aside(data: DossierData) -> list[Block]:
    out = [sheet for sheet in data.qualifications if sheet.decision == "ecarter"]
    if not out:
        return []
    lines = [f"{sheet.title_fr}. {sheet.reason or sheet.why_fr}".strip() for sheet in out]
    return [blocks.heading("Qualifications écartées"), blocks.bullets(lines)]


def limitation(data: DossierData, recipient: Recipient) -> list[Block]:
    sheets = [sheet for sheet in data.considered if sheet.clock]
    found: list[Block] = [
        blocks.paragraph(
            "Un délai par qualification. Le plus court conduit le calendrier. Un signalement à une "
            "plateforme, à PHAROS ou à une autorité administrative n’interrompt pas la prescription."
        )
    ]
    if not sheets:
        return [*found, blocks.paragraph("Aucun délai ne peut encore être calculé.", "soft")]
    rows = [_clock_row(sheet, sheet.clock) for sheet in sheets if sheet.clock]
    head = ("Qualification", "Dernier jour utile", "Reste", "État")
    found.append(blocks.table("Délais par qualification", head, (5, 4.5, 2.5, 2.5), rows))
    for sheet in sheets:
        if sheet.clock:
            found += _arithmetic(sheet.title_fr, sheet.clock)
    return found


def _clock_row(sheet: QualificationSheet, clock: ClockSheet) -> list[Cell]:
    last = day_fr(clock.last_useful_day, weekday=True) if clock.last_useful_day else "à établir"
    left = days_fr(clock.days_left) if clock.days_left is not None and clock.status == "open" else ""
    day: Cell = (
        [last, blocks.soft(f"marge conseillée : {day_fr(clock.safety_day)}")] if clock.safety_day else last
    )
    return [sheet.title_fr, day, left, blocks.tag(CLOCKS_FR[clock.status], is_open=clock.status == "unknown")]


def _arithmetic(name: str, clock: ClockSheet) -> list[Block]:
    prudent = " Délai prudent." if clock.is_prudential else ""
    found = [
        blocks.heading(f"Calcul : {name}"),
        blocks.bullets(clock.steps),
        blocks.paragraph(f"Source : {clock.source}. {clock.flag_fr}.{prudent}", "soft"),
    ]
    if clock.alerts:
        found.append(blocks.note("À établir", " ".join(clock.alerts), attention=True))
    return found


def standing(data: DossierData, recipient: Recipient) -> list[Block]:
    rows = [
        [sheet.title_fr, row.role_fr, blocks.tag(row.answer_fr, is_open=row.answer_fr != "Oui"), _basis(row)]
        for sheet in data.retained
        for row in sheet.standing
    ]
    if not rows:
        return [blocks.paragraph("La qualité pour agir de l’association n’a pas été examinée.", "soft")]
    head = ("Qualification", "À quel titre", "Réponse", "Fondement")
    return [blocks.table("", head, (4, 3, 2.2, 6), rows)]


def _basis(row: object) -> Cell:
    basis, article = getattr(row, "basis_fr", ""), getattr(row, "article", "")
    missing = " ".join(getattr(row, "missing", ()))
    words = f"{basis} {missing}".strip()
    return [words, blocks.soft(f"{article}. {getattr(row, 'flag_fr', '')}." if article else "")]


def harm(data: DossierData, recipient: Recipient) -> list[Block]:
    if not data.harm:
        return [blocks.paragraph("Aucun préjudice n’est décrit à ce jour.", "soft")]
    rows = [[line.kind_fr, line.text, line.period, blocks.numbers(line.exhibits)] for line in data.harm]
    return [blocks.table("", ("Nature", "Description", "Période", "Pièces"), (3, 7, 3, 2), rows)]


def steps(data: DossierData, recipient: Recipient) -> list[Block]:
    if not data.steps:
        return [blocks.paragraph("Aucune démarche n’a encore été faite.", "soft")]
    ordered = sorted(data.steps, key=lambda step: step.when.sort_key())
    rows = [
        [
            dated(step.when),
            [step.text, blocks.soft(f"Référence : {step.reference}") if step.reference else ""],
            [
                step.state_fr,
                step.note,
                blocks.soft(f"Manquement allégué : {step.breach_fr}") if step.breach_fr else "",
            ],
            blocks.numbers(step.exhibits),
        ]
        for step in ordered
    ]
    return [blocks.table("", ("Date", "Démarche", "Suite donnée", "Pièces"), (4.2, 5.3, 4.3, 1.9), rows)]


def requests(data: DossierData, recipient: Recipient) -> list[Block]:
    if not data.requests:
        return [blocks.paragraph("Aucune demande n’est formulée.", "soft")]
    return [blocks.bullets(data.requests)]


def missing(data: DossierData, recipient: Recipient) -> list[Block]:
    if not data.missing:
        return [blocks.paragraph("Rien ne manque à première vue.", "soft")]
    rows = [[piece.text, piece.reason, piece.who] for piece in data.missing]
    return [
        blocks.paragraph("Ces pièces aideraient. Leur absence n’empêche pas d’agir.", "soft"),
        blocks.table("", ("Pièce", "Pourquoi", "Qui peut la fournir"), (5, 5, 4), rows),
    ]


def exhibit_list(data: DossierData, recipient: Recipient) -> list[Block]:
    if not data.exhibits:
        return [blocks.paragraph("Aucune pièce.", "soft")]
    rows = [_list_row(exhibit) for exhibit in data.exhibits]
    head = ("N°", "Pièce", "Date", "Adresse et empreinte SHA-256", "Journal")
    return [
        blocks.paragraph(
            "L’empreinte désigne l’original scellé. « Journal » donne la ligne qui l’a scellé, et dit si un "
            f"tiers l’a daté.{_scope(data, recipient)}",
            "soft",
        ),
        blocks.table("", head, (0.9, 3.4, 2.8, 6.6, 2.6), rows),
        *_copies_apart(data, recipient),
    ]


def _scope(data: DossierData, recipient: Recipient) -> str:
    """What the list leaves out, and what the printed pictures are."""
    words = ""
    if data.left_out:
        words += " Les pièces qui ne concernent pas ce destinataire n’y sont pas : leurs numéros manquent."
    if recipient.shows_pictures:
        words += " Les images imprimées sont des copies pour la lecture ; l’original scellé fait foi."
    return words


def _copies_apart(data: DossierData, recipient: Recipient) -> list[Block]:
    """Without the pages of exhibits, the addresses of copies stand under the list."""
    if "exhibits" in recipient.sections:
        return []
    groups = (exhibit for exhibit in data.exhibits if exhibit.copies)
    return [block for one in groups for block in (blocks.heading(f"Pièce {one.number}"), copies(one))]


def copies(exhibit: Exhibit) -> Block:
    """The messages of a group of near-copies: each account keeps its own line."""
    rows = [[row.when.words(), row.account, _copy_place(row)] for row in exhibit.copies]
    caption = f"Messages presque identiques : {number_fr(len(exhibit.copies))}"
    if exhibit.variants:
        caption += f", {number_fr(exhibit.variants)} variante{'s' if exhibit.variants > 1 else ''}"
    return blocks.table(caption, ("Date", "Compte", "Adresse et empreinte de la ligne"), (2.6, 4, 6.4), rows)


def _copy_place(row: CopyRow) -> Cell:
    address = [blocks.link(row.url)] if row.url else []
    digest = [blocks.mono(row.record_sha256)] if row.record_sha256 else []
    return [*address, *digest]


def _list_row(exhibit: Exhibit) -> list[Cell]:
    kind = KINDS_FR.get(exhibit.kind, exhibit.kind)
    place: list[Cell] = [blocks.link(exhibit.url)] if exhibit.url else []
    place.append(
        {"t": exhibit.sha256, "s": "mono"} if exhibit.sha256 else blocks.soft("pas d’original scellé")
    )
    return [
        blocks.strong(str(exhibit.number)),
        [
            " ".join(exhibit.title.split()),
            blocks.soft(kind),
            blocks.soft(exhibit.account) if exhibit.account else "",
        ],
        dated(exhibit.when),
        place,
        log_state(exhibit),
    ]


def log_state(exhibit: Exhibit) -> Cell:
    """The line of the log and whether a third party dated it: « pas encore daté » is said, never hidden."""
    if exhibit.seq is None:
        return blocks.tag("hors journal", is_open=True)
    state = blocks.tag("daté") if exhibit.is_dated else blocks.tag("pas encore daté", is_open=True)
    return [f"ligne {exhibit.seq}", state]


Section = Callable[[DossierData, Recipient], list[Block]]
SECTIONS: Final[dict[str, tuple[str, Section]]] = {
    "people": ("Personnes et rôles", people),
    "chronology": ("Chronologie", chronology),
    "qualification": ("Qualification proposée", qualification),
    "limitation": ("Prescription et délais", limitation),
    "standing": ("Qualité pour agir de l’association", standing),
    "harm": ("Préjudice", harm),
    "steps": ("Démarches déjà faites", steps),
    "requests": ("Demandes", requests),
    "missing": ("Pièces manquantes", missing),
    "exhibit_list": ("Liste des pièces", exhibit_list),
}
