"""Every address of `saisine.web.urls`, by its name: which page it is and how to see each of its states.

One line per name. A new address without a line fails `test_every_address_has_a_line`. Three kinds:

    "deposit": Page("/documenter/", refused={})         a page; `refused`: a form sent to it that it refuses
    "incident": Page("/incidents/{incident}/")          `{...}`: what `stage.example` gives; no empty state then
    "deposit_seal": act("deposit_one")                  takes a POST alone, and goes to the page of that name
    "original": file()                                  leaves as an attachment, or is read by a program
    "triage_show": part("triage_band")                  a part of a page, or that page after a POST

`Page.since` names the workspace where it exists, when it is not the usual one; `Page.who` looks at it there.

`MOMENTS` are pages as they are once something was pressed, or at another of their addresses.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Page:
    """`at`: its address. `refused`: the fields of a form it refuses; None when it has none to refuse.

    `has_empty` is known from `at`: a page of one thing does not exist while there is nothing.
    """

    at: str
    refused: dict[str, str] | None = None
    since: str = "normal"
    who: str = "responsable"

    @property
    def has_empty(self) -> bool:
        return "{" not in self.at


@dataclass(frozen=True, slots=True)
class Moment:
    """The page `at` once the first button of `press` (CSS) was pressed, with `typed` in its fields (CSS: text)."""

    at: str
    press: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    since: str = "normal"
    who: str = "responsable"


@dataclass(frozen=True, slots=True)
class NoPage:
    """Why this address is no page of its own: `kind` is act, file or part; `page` is where it is seen."""

    kind: str
    page: str = ""


def act(page: str) -> NoPage:
    return NoPage("act", page)


def file() -> NoPage:
    return NoPage("file")


def part(page: str) -> NoPage:
    return NoPage("part", page)


ADDRESSES: dict[str, Page | NoPage] = {
    # the frame
    "home": Page("/"),
    "help": Page("/aide/"),
    "help_guide": Page("/aide/guide/"),
    "guide": Page("/guide/"),
    "glossary": Page("/glossaire/"),
    "accessibility": Page("/accessibilite/"),
    "quit": Page("/quitter/"),
    "come_back": act("home"),
    "language": act("home"),
    "journal": Page("/journal/"),
    "search": Page("/recherche/?q=association"),
    "offline": Page("/hors-ligne/"),
    "manifest": file(),
    "service_worker": file(),
    "drafts": part("incident"),
    "drafts_forget": act("home"),
    # deposit and jobs
    "deposit": Page("/documenter/", refused={}),
    "deposit_one": Page("/documenter/{deposit}/"),
    "deposit_seal": act("deposit_one"),
    "deposit_stop": act("deposit_one"),
    "deposit_move": act("deposit_one"),
    "deposit_share": act("deposit_one"),
    "deposit_abandon": act("deposit"),
    "example": act("deposit_one"),
    "example_remove": act("home"),
    "deposit_receipt": file(),
    "deposit_questions": act("deposit_one"),
    "jobs": Page("/travaux/"),
    "job": part("deposit_one"),
    "job_cancel": act("deposit_one"),
    "job_resume": act("jobs"),
    "bell": part("home"),
    # sorting and waves
    "triage": Page("/tri/"),
    "triage_band": Page("/tri/{band}/"),
    "triage_prepare": act("triage"),
    "triage_order": act("triage"),
    "triage_why": part("triage_band"),
    "triage_types": part("triage_band"),
    "triage_targets": part("triage_band"),
    "triage_show": part("triage_band"),
    "triage_decide": part("triage_band"),
    "triage_rest": act("triage_band"),
    "triage_undo": act("triage_band"),
    "incident_from_triage": act("incident"),
    "captures": Page("/tri/captures/", refused={"capture": "{capture}", "shown_on": "hier"}),
    "captures_show": part("captures"),
    "captures_later": act("triage"),
    "captures_again": act("captures"),
    "capture_picture": file(),
    "original": file(),
    "learning": Page("/tri/apprendre/"),
    "learning_learn": act("learning"),
    "learning_use": act("learning"),
    "learning_withdraw": act("learning"),
    "learning_delete": act("learning"),
    "learning_export": file(),
    "own_model_choose": act("learning"),
    "own_model_run": act("learning"),
    "own_model_put_away": act("learning"),
    "waves": Page("/vagues/"),
    "waves_again": act("waves"),
    "waves_texts": part("waves"),
    "wave": Page("/vagues/{wave}/"),
    "wave_show": part("wave"),
    "wave_edge": part("wave"),
    "wave_network": part("wave"),
    "wave_incident": act("incident"),
    # incidents
    "incidents": Page("/incidents/", refused={"title": ""}),
    "incident": Page("/incidents/{incident}/"),
    "incident_summary": act("incident"),
    "incident_elements": Page("/incidents/{incident}/elements/", refused={"pieces-is_public": "99"}),
    "incident_statement": act("incident"),
    "incident_statement_new": act("incident"),
    "incident_answer": act("incident"),
    "incident_answer_again": act("incident"),
    "incident_questions_again": act("incident"),
    "incident_decide": part("incident"),
    "incident_person": act("incident"),
    "incident_consent": act("incident"),
    "incident_exhibit_withdraw": act("incident"),
    "incident_join": act("incident"),
    "incident_procedure": act("incident"),
    "incident_follow": Page("/incidents/{incident}/suivi/"),
    "incident_harm": act("incident_follow"),
    "incident_state": act("incident_follow"),
    "incident_note": act("incident_follow"),
    "incident_handover": act("incident_follow"),
    "masks": Page("/incidents/{incident}/pieces/{masked}/masquer/"),
    "masks_show": part("masks"),
    "masks_picture": file(),
    "letters": Page("/incidents/{incident}/courriers/"),
    "letter": file(),
    # notices and deadlines
    "notices": Page("/signalements/"),
    "notice_new": Page("/incidents/{incident}/signalement/", refused={"notifier_role": "own_name"}),
    "notice": Page("/signalements/{notice}/"),
    "notice_show": part("notice"),
    "notice_sent": act("notice"),
    "notice_ack": act("notice"),
    "notice_answer": act("notice"),
    "notice_batch": act("notices"),
    "notice_batch_texts": file(),
    "notice_step": act("notice"),
    "notice_breach": act("notice"),
    "notice_breach_change": act("notice"),
    "notices_breaches_csv": file(),
    "deadlines": Page("/echeances/"),
    "deadlines_ics": file(),
    # dossiers and verification
    "dossier_new": act("dossier"),
    "dossier": Page("/dossiers/{dossier}/"),
    "dossier_build": act("dossier"),
    "dossier_reviewed": act("dossier"),
    "dossier_file": file(),
    "verify": Page("/verifier/", refused={}),
    # the vault
    "vault": Page("/coffre/"),
    "vault_verify": Page("/coffre/verifier/", refused={"code": "ABCD"}),
    "vault_receipt": file(),
    "vault_certificate": file(),
    "vault_deposits": Page("/coffre/depots/"),
    "vault_hold": Page("/coffre/depots/{unit}/conserver/", refused={"reason": ""}),
    "vault_dates": Page("/coffre/dates/"),
    "vault_dates_add": act("vault_dates"),
    "vault_dates_remove": act("vault_dates"),
    "vault_dates_ask": act("vault_dates"),
    "vault_passphrase": Page("/coffre/phrase/", refused={"passphrase": "un", "again": "deux"}),
    "vault_passphrase_progress": part("vault_passphrase"),
    "vault_officers": Page("/coffre/secours/"),
    "vault_officer_create": part("vault_officers"),
    "vault_officer_add": act("vault_officers"),
    "vault_officer_remove": act("vault_officers"),
    "vault_officer_key": file(),
    "vault_backups": Page("/coffre/sauvegardes/"),
    "vault_backup": file(),
    "vault_backup_delete": Page("/coffre/sauvegardes/{backup}/supprimer/"),
    "vault_image": Page("/coffre/images/{item}/"),
    "vault_image_bar": act("vault_image"),
    "vault_image_destroy": act("vault_image"),
    # rights, data, settings, care
    "rights": Page("/droits/"),
    "rights_offence": Page("/droits/infractions/injure_publique/"),
    "rights_route": Page("/droits/voies/plainte_simple/"),
    "data": Page("/donnees/"),
    "data_retention": Page("/donnees/durees/"),
    "data_export": Page("/donnees/export/"),
    "data_export_file": file(),
    "data_export_delete": act("data_export"),
    "data_erase": Page("/donnees/effacer/"),
    "data_erase_plan": act("data_erase"),
    "data_erase_cancel": act("data_erase"),
    "data_requests": Page("/donnees/demandes/", refused={}),
    "data_request_answer": act("data_requests"),
    "data_request_withdraw": act("data_requests"),
    "data_request_reopen": act("data_requests"),
    "data_register": Page("/donnees/registre/"),
    "data_register_file": file(),
    "settings": Page("/reglages/"),
    "settings_exposure": act("settings"),
    "settings_retention": act("settings"),
    "settings_association": act("settings"),
    "care_pause": act("care_rest"),
    "care_rest": Page("/pause/repos/"),
    "care_end": Page("/terminer/"),
    # accounts: before the first one, two pages; the others exist once there is one
    "account_first": Page("/compte/premier/", refused={"username": ""}),
    "members": Page("/membres/"),
    "lock": Page("/verrou/", since="members", who="locked"),
    "access_idle": act("members"),
    "access_address": act("members"),
    "account_login": Page("/connexion/", since="members", who="nobody"),
    "account_invited": Page("/invitation/{invitation}/", since="members", who="nobody"),
    "account_inactive": Page("/compte/ferme/", since="members", who="nobody"),
    "account_logout": act("account_login"),
    "account_reauthenticate": Page("/compte/confirmer/", since="members"),
    "account_change_password": Page("/compte/mot-de-passe/", since="members"),
    "devices": Page("/compte/appareils/", since="members"),
    "device_end": act("devices"),
    "mfa_index": Page("/compte/", since="members"),
    "mfa_authenticate": Page("/connexion/second-facteur/", since="members", who="half"),
    "mfa_login_webauthn": file(),
    "mfa_reauthenticate": Page("/compte/confirmer/code/", since="members"),
    "mfa_reauthenticate_webauthn": Page("/compte/confirmer/cle/", since="members"),
    "mfa_activate_totp": Page("/compte/application/", since="members", who="documentaliste"),
    "mfa_deactivate_totp": Page("/compte/application/retirer/", since="members"),
    "mfa_view_recovery_codes": Page("/compte/codes/", since="members"),
    "mfa_generate_recovery_codes": Page("/compte/codes/nouveaux/", since="members"),
    "mfa_download_recovery_codes": file(),
    "mfa_list_webauthn": Page("/compte/cles/", since="members"),
    "mfa_add_webauthn": Page("/compte/cles/ajouter/", since="members"),
    "mfa_edit_webauthn": Page("/compte/cles/{passkey}/", since="members"),
    "mfa_remove_webauthn": Page("/compte/cles/{passkey}/retirer/", since="members"),
    "member_invite": act("members"),
    "member_link": act("members"),
    "member_roles": act("members"),
    "member_leave": act("members"),
    "member_end_sessions": act("members"),
    "invitation_revoke": act("members"),
    "incident_members": Page("/incidents/{incident}/membres/", since="members"),
    "incident_member_remove": act("incident_members"),
    "incident_deposit": act("incident_members"),
    "lawyer_links": Page("/incidents/{incident}/avocat/", since="members"),
    "lawyer_link_revoke": act("lawyer_links"),
    "lawyer": Page("/avocat/{lawyer}/", since="members", who="nobody"),
    "lawyer_show": part("lawyer"),
    "lawyer_picture": file(),
    "lawyer_file": file(),
}


def form(end: str) -> str:
    """The button that sends the form whose address ends so."""
    return f"main form[action$='{end}'] button"


_BAND, _WAVE = "/tri/{band}/", "/vagues/{wave}/"
MOMENTS: dict[str, Moment] = {
    # other addresses of pages above
    "files that wait": Moment("/documenter/{waiting}/"),
    "the band of danger": Moment("/tri/urgent/"),
    "the band of the rest": Moment("/tri/others/"),
    "a search without an answer": Moment("/recherche/?q=parapluie"),
    "an empty search": Moment("/recherche/?q="),
    "a notice to send": Moment("/signalements/{draft}/"),
    "a dossier to build": Moment("/dossiers/{new_dossier}/"),
    "an offence after another": Moment("/droits/infractions/menace_personne_publique/"),
    # what was asked for
    "a text shown": Moment(_BAND, form("/tri/afficher/")),
    "types to confirm": Moment("/tri/urgent/", form("/tri/pourquoi/")),
    "a screenshot shown": Moment("/tri/captures/", form("/captures/afficher/")),
    "a picture to mask": Moment("/incidents/{incident}/pieces/{masked}/masquer/", form("/masquer/afficher/")),
    "first posts shown": Moment(_WAVE, form("/afficher/")),
    "a notice shown": Moment("/signalements/{notice}/", form("/afficher/")),
    "an exhibit shown to a lawyer": Moment(
        "/avocat/{lawyer}/", form("#piece-1"), since="members", who="nobody"
    ),
    # what was decided or made
    "a message kept": Moment(_BAND, form("/tri/decider/")),
    "an erasure to confirm": Moment("/donnees/effacer/?portee=everything"),
    "an erasure of an incident": Moment("/donnees/effacer/?portee=incident&cible={incident}"),
    "an invitation made": Moment(
        "/membres/", form("/membres/inviter/"), {"#label": "Awa", "[name=role]": "juriste"}, since="members"
    ),
    "a lawyer’s link made": Moment(
        "/incidents/{incident}/avocat/", form("/avocat/"), {"#label": "Maître Inventée"}, since="members"
    ),
    "a passphrase refused at sign-in": Moment(
        "/connexion/",
        form("/connexion/"),
        {"[name=login]": "personne", "[name=password]": "rien de tel"},
        since="members",
        who="nobody",
    ),
    # what a role changes
    "counts of notices": Moment("/signalements/", since="members", who="lecture"),
    "counts of deadlines": Moment("/echeances/", since="members", who="lecture"),
    "the first page of a reader": Moment("/", since="members", who="lecture"),
    "the first page of the targeted person": Moment("/", since="members", who="personne_visee"),
    "the first page of a member": Moment("/", since="members", who="documentaliste"),
    "an account without second factor": Moment("/compte/", since="members", who="documentaliste"),
    "nobody at the verification": Moment("/verifier/", since="members", who="nobody"),
    # errors
    "no such page": Moment("/rien-de-tel/"),
    "no such incident": Moment("/incidents/inconnu/"),
}
