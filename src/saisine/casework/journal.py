"""« Qui a vu quoi »: one row per act, without content. The vault's log keeps acts on sealed things too."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from saisine.casework.models import JournalRow
from saisine.casework.session import Session
from saisine.messages.schema import Message

# code -> (French for one, French for several, English for one, English for several); {n} is the count
WHAT: Final[dict[str, tuple[str, str, str, str]]] = {
    "deposit_received": ("Un fichier reçu", "{n} fichiers reçus", "A file received", "{n} files received"),
    "deposit_sealed": ("Un fichier scellé", "{n} fichiers scellés", "A file sealed", "{n} files sealed"),
    "message_opened": (
        "Un contenu affiché",
        "{n} contenus affichés",
        "A content shown",
        "{n} contents shown",
    ),
    "kept": ("Un message gardé", "{n} messages gardés", "A message kept", "{n} messages kept"),
    "discarded": (
        "Un message écarté",
        "{n} messages écartés",
        "A message set aside",
        "{n} messages set aside",
    ),
    "undone": (
        "Une décision annulée (un message)",
        "Une décision annulée ({n} messages)",
        "A decision undone (one message)",
        "A decision undone ({n} messages)",
    ),
    "captures_later": (
        "Une capture remise à plus tard",
        "{n} captures remises à plus tard",
        "A screenshot left for later",
        "{n} screenshots left for later",
    ),
    "incident_opened": (
        "Un incident ouvert",
        "Un incident ouvert, {n} pièces",
        "An incident opened",
        "An incident opened, {n} exhibits",
    ),
    "exhibits_added": (
        "Une pièce ajoutée à un incident",
        "{n} pièces ajoutées à un incident",
        "An exhibit added to an incident",
        "{n} exhibits added to an incident",
    ),
    "remap_accepted": (
        "Une nouvelle lecture acceptée (un message)",
        "Une nouvelle lecture acceptée ({n} messages)",
        "A new reading accepted (one message)",
        "A new reading accepted ({n} messages)",
    ),
    "messages_erased": (
        "Un message effacé à la demande d’une personne",
        "{n} messages effacés à la demande d’une personne",
        "A message erased at a person’s request",
        "{n} messages erased at a person’s request",
    ),
    "calendar_taken": (
        "Le calendrier exporté (une échéance)",
        "Le calendrier exporté ({n} échéances)",
        "The calendar exported (one term)",
        "The calendar exported ({n} terms)",
    ),
    "lesson_learnt": (
        "Un apprentissage local (une décision)",
        "Un apprentissage local ({n} décisions)",
        "A local training (one decision)",
        "A local training ({n} decisions)",
    ),
    "dossier_reviewed": (
        "Une pièce relue avant de remettre un dossier",
        "{n} pièces relues avant de remettre un dossier",
        "An exhibit looked at before a dossier leaves",
        "{n} exhibits looked at before a dossier leaves",
    ),
    "notices_drafted": (
        "Un signalement préparé",
        "{n} signalements préparés d’un coup",
        "A notice prepared",
        "{n} notices prepared at once",
    ),
    "dossier_built": (
        "Un dossier scellé et exporté, une pièce",
        "Un dossier scellé et exporté, {n} pièces",
        "A dossier sealed and exported, one exhibit",
        "A dossier sealed and exported, {n} exhibits",
    ),
} | {
    code: (french, french, english, english)
    for code, french, english in (
        ("types_confirmed", "Les types d’un message confirmés", "The types of a message confirmed"),
        (
            "types_withdrawn",
            "Une confirmation de types annulée",
            "A confirmation of types taken back",
        ),
        ("deposit_abandoned", "Un dépôt retiré avant scellement", "A deposit withdrawn before sealing"),
        (
            "deposit_stopped",
            "Un dépôt arrêté : contenu qui ne peut pas être gardé ; rien n’a été scellé",
            "A deposit stopped: content that may not be kept; nothing was sealed",
        ),
        ("letter_made", "Une lettre préparée", "A letter prepared"),
        ("statement_added", "Un propos ajouté à un incident", "A statement added to an incident"),
        ("statement_changed", "Un propos d’un incident modifié", "A statement of an incident changed"),
        ("element_shown", "Les pièces d’un élément désignées", "The exhibits of an element named"),
        ("exhibit_withdrawn", "Une pièce retirée d’un incident", "An exhibit taken out of an incident"),
        ("answer_withdrawn", "Une réponse retirée", "An answer withdrawn"),
        ("breach_noted", "Un manquement d’une plateforme noté", "A breach by a platform noted"),
        ("breach_confirmed", "Un manquement confirmé", "A breach confirmed"),
        ("breach_withdrawn", "Un manquement retiré", "A breach withdrawn"),
        ("mask_put", "Un cadre posé sur l’image d’une pièce", "A box put over the picture of an exhibit"),
        (
            "mask_removed",
            "Un cadre retiré de l’image d’une pièce",
            "A box taken off the picture of an exhibit",
        ),
        ("incident_state_set", "L’état d’un incident changé", "The state of an incident changed"),
        ("harm_noted", "Un préjudice noté", "Harm noted"),
        ("harm_withdrawn", "Un préjudice retiré", "Harm taken back"),
        ("note_written", "Une note privée écrite", "A private note written"),
        ("note_removed", "Une note privée effacée", "A private note erased"),
        ("dossier_handed_over", "La remise d’un dossier notée", "The handing over of a dossier noted"),
        ("handover_withdrawn", "La remise d’un dossier retirée", "The handing over of a dossier taken back"),
        ("procedure_noted", "Une suite de plainte notée", "A step of a complaint noted"),
        ("deposit_answered", "Questions d’un dépôt remplies", "Questions of a deposit answered"),
        ("capture_opened", "Une capture affichée", "A screenshot shown"),
        ("capture_saved", "Une capture complétée", "A screenshot completed"),
        ("original_taken", "Un original téléchargé", "An original downloaded"),
        ("summary_written", "Le récit d’un incident enregistré", "The account of an incident saved"),
        ("fact_answered", "Une question répondue", "A question answered"),
        ("act_noted", "Un acte daté noté", "A dated act noted"),
        ("act_withdrawn", "Un acte daté retiré", "A dated act taken back"),
        ("person_added", "Une personne ajoutée à un incident", "A person added to an incident"),
        ("person_removed", "Une personne retirée d’un incident", "A person taken out of an incident"),
        ("notice_taken_back", "Une étape d’un signalement retirée", "A step of a notice taken back"),
        ("title_changed", "Le titre d’un incident changé", "The title of an incident changed"),
        (
            "capture_reopened",
            "Une capture à compléter de nouveau",
            "A screenshot to be completed again",
        ),
        ("note_withdrawn", "Une note privée retirée", "A private note taken back"),
        ("note_put_back", "Une note privée remise", "A private note put back"),
        (
            "review_withdrawn",
            "Une pièce à relire de nouveau avant de remettre un dossier",
            "An exhibit to be looked at again before a dossier leaves",
        ),
        ("exhibit_put_back", "Une pièce remise dans un incident", "An exhibit put back into an incident"),
        ("procedure_corrected", "Une suite de plainte retirée", "A step of a complaint taken back"),
        ("example_asked", "L’exemple inventé déposé", "The invented example deposited"),
        ("example_removed", "L’exemple inventé retiré", "The invented example removed"),
        ("consent_noted", "Un accord noté", "A consent noted"),
        ("qualification_decided", "Une qualification décidée", "A qualification decided"),
        ("notice_drafted", "Un signalement préparé", "A notice prepared"),
        ("notice_shown", "Le texte d’un signalement affiché", "The text of a notice shown"),
        ("notice_noted", "Une étape de signalement notée", "A step of a notice noted"),
        ("dossier_taken", "Un fichier de dossier téléchargé", "A file of a dossier downloaded"),
        ("association_saved", "La fiche de l’association enregistrée", "The association’s card saved"),
        ("hold_set", "Des données conservées pour une procédure", "Data kept for a procedure"),
        ("hold_lifted", "La conservation pour une procédure levée", "The hold for a procedure lifted"),
        ("data_erased", "Des données effacées", "Data erased"),
        ("remap_refused", "Une nouvelle lecture refusée", "A new reading refused"),
        (
            "item_barred",
            "Une pièce mise à l’écart : elle ne peut pas être gardée",
            "An item set aside: it may not be kept",
        ),
        ("item_destroyed", "Une pièce mise à l’écart détruite", "An item set aside destroyed"),
        ("stamp_dated", "Le coffre daté par un tiers", "The vault dated by a third party"),
        (
            "stamp_waiting",
            "Une autorité n’a pas répondu ; la demande repartira",
            "An authority did not answer; the request will go again",
        ),
        ("stamp_refused", "Une réponse d’horodatage refusée", "A time-stamp reply refused"),
        (
            "authority_chosen",
            "Une autorité choisie pour dater le coffre",
            "An authority chosen to date the vault",
        ),
        ("authority_retired", "Une autorité n’est plus interrogée", "An authority is asked no more"),
        ("vault_verified", "Le coffre vérifié en entier", "The whole vault verified"),
        ("passphrase_set", "La phrase de passe choisie ou changée", "The passphrase chosen or changed"),
        ("officer_added", "Une personne de secours ajoutée", "A recovery person added"),
        ("officer_removed", "Une personne de secours retirée", "A recovery person removed"),
        ("backup_made", "Une sauvegarde faite", "A backup made"),
        ("backup_taken", "Une sauvegarde téléchargée", "A backup downloaded"),
        ("backup_deleted", "Une sauvegarde supprimée", "A backup deleted"),
        ("incident_erased", "Un incident effacé", "An incident erased"),
        ("erasure_planned", "Un effacement prévu dans sept jours", "An erasure planned in seven days"),
        ("erasure_called_off", "Un effacement prévu annulé", "A planned erasure called off"),
        ("everything_exported", "Un export de toutes les données préparé", "An export of all data prepared"),
        (
            "everything_taken",
            "Un export de toutes les données téléchargé",
            "An export of all data downloaded",
        ),
        ("everything_deleted", "Un export de toutes les données supprimé", "An export of all data deleted"),
        ("register_taken", "Le registre des traitements téléchargé", "The register of processing downloaded"),
        ("retention_chosen", "Les durées de conservation changées", "The lengths of retention changed"),
        ("member_added", "Une personne ajoutée aux membres", "A person added to the members"),
        ("member_roles_set", "Les rôles d’une personne changés", "The roles of a person changed"),
        ("member_left", "Une personne a quitté les membres", "A person left the members"),
        (
            "incident_member_added",
            "Une personne ajoutée aux membres d’un incident",
            "A person added to the members of an incident",
        ),
        (
            "incident_member_removed",
            "Une personne retirée des membres d’un incident",
            "A person removed from the members of an incident",
        ),
        ("deposit_shared", "Un dépôt partagé avec un incident", "A deposit shared with an incident"),
        ("invitation_made", "Une invitation préparée", "An invitation prepared"),
        ("invitation_revoked", "Une invitation annulée", "An invitation cancelled"),
        ("access_set", "Un réglage d’accès changé", "A setting of access changed"),
        ("lawyer_link_made", "Un lien préparé pour une ou un avocat", "A link prepared for a lawyer"),
        ("lawyer_link_revoked", "Le lien d’une ou un avocat fermé", "The link of a lawyer closed"),
        ("lesson_chosen", "Un ordre de lecture choisi", "A reading order chosen"),
        ("lessons_deleted", "L’apprentissage local supprimé", "Local learning deleted"),
        (
            "own_model_chosen",
            "Un modèle fourni choisi pour le tri",
            "A model of one’s own chosen for the triage",
        ),
        ("own_model_put_away", "Un modèle fourni mis de côté", "A model of one’s own put away"),
        (
            "labels_withdrawn",
            "Les décisions d’un membre retirées de l’apprentissage",
            "A member’s decisions withdrawn from learning",
        ),
        ("network_taken", "Un réseau exporté sous pseudonymes", "A network exported under pseudonyms"),
        ("names_taken", "Un réseau exporté avec identifiants", "A network exported with identifiers"),
        (
            "data_request_asked",
            "Une demande sur ses données enregistrée",
            "A request about one’s own data noted",
        ),
        (
            "data_request_answered",
            "Une demande sur des données répondue",
            "A request about personal data answered",
        ),
        (
            "data_request_withdrawn",
            "Une demande sur ses données retirée",
            "A request about one’s own data withdrawn",
        ),
        (
            "data_request_reopened",
            "Une demande sur des données rouverte",
            "A request about personal data reopened",
        ),
        ("certificate_taken", "Un certificat d’effacement téléchargé", "A certificate of erasure downloaded"),
    )
}


@dataclass(frozen=True, slots=True)
class Lines:
    """Some rows, newest first; `next` is what to pass as `before` for the older ones, or None."""

    rows: list[JournalRow]
    next: int | None


def note(session: Session, what: str, *, count: int = 1, subject: str = "") -> None:
    """Write one row. `subject` is a random id or a hash, never words."""
    if what not in WHAT:
        raise KeyError(what)
    JournalRow.objects.create(at=session.now(), by=session.actor, what=what, count=count, subject=subject)


def note_shown(session: Session, messages: Sequence[Message], *, subject: str = "") -> None:
    """Texts of a corpus left for somebody's eyes: one row here, one line of the vault's log per unit."""
    if not messages:
        return
    corpora = Counter((message.ref or "").split(":")[0] for message in messages)
    for corpus, count in sorted(corpora.items()):
        session.vault.log_access(session.corpora.info(corpus).unit, count=count, actor=session.actor)
    note(session, "message_opened", count=len(messages), subject=subject)


def lines(session: Session, *, before: int | None = None, limit: int = 50, among: Q | None = None) -> Lines:
    """A page of the journal, newest first; `among` (of `journal_scopes`) keeps some rows only."""
    rows = JournalRow.objects.order_by("-id")
    if among is not None:
        rows = rows.filter(among)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: limit + 1])
    page = found[:limit]
    return Lines(page, page[-1].id if len(found) > limit else None)


def say(what: str, language: str = "fr", count: int = 1) -> str:
    """A row in words; a code written by a later version is shown as it is."""
    words = WHAT.get(what)
    if words is None:
        return what
    return words[(2 if language == "en" else 0) + (count > 1)].format(n=count)
