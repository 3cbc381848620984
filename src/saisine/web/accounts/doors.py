"""Which act each page is, by the name of its address: the one table that the gate reads.

A page without a line here is closed to everybody as soon as accounts exist, and a test fails. `read` is the act of
GET and HEAD, `write` that of POST; acts are those of `casework.permissions`, or one of the three below.
"""

from dataclasses import dataclass
from typing import Final

OPEN: Final = "open"  # anyone, signed in or not: help, signing in, leaving, verifying a bundle
SIGNED: Final = "signed"  # any member, whatever her roles
JOB: Final = "job"  # the act of what the job works on


@dataclass(frozen=True, slots=True)
class Door:
    """One page. `is_whole`: it touches what is of no single incident, so « I » does not open it.

    `has_counts`: whoever sees counts alone gets a page of counts there. `stays_open`: it answers while the screen
    is locked. `needs_accounts`: it does not exist before the first account.
    """

    read: str
    write: str = ""
    is_whole: bool = False
    has_counts: bool = False
    stays_open: bool = False
    needs_accounts: bool = False

    def act(self, method: str | None) -> str:
        return (self.write or self.read) if method == "POST" else self.read


_SIGN_IN: Final = Door(OPEN, stays_open=True, needs_accounts=True)
_MINE: Final = Door(SIGNED, needs_accounts=True)

DOORS: Final[dict[str, Door]] = {
    "home": Door(SIGNED),
    "deposit": Door("deposit"),
    "deposit_one": Door("deposit"),
    "deposit_seal": Door("deposit"),
    "deposit_stop": Door("deposit"),
    "deposit_move": Door("deposit", needs_accounts=True),
    "deposit_share": Door("deposit", needs_accounts=True),
    "deposit_abandon": Door("deposit"),
    "example": Door("deposit", is_whole=True),
    "example_remove": Door("erase"),
    "deposit_receipt": Door("deposit"),
    "deposit_questions": Door("deposit"),
    "job": Door(JOB),
    "job_cancel": Door(JOB),
    "triage": Door("queue"),
    "triage_band": Door("queue"),
    "search": Door("queue"),
    "triage_show": Door("show"),
    "triage_decide": Door("sort"),
    "triage_rest": Door("sort"),
    "triage_undo": Door("sort"),
    # jobs over every message, what the decisions of all taught, and pages that cross all deposits
    "triage_prepare": Door("queue", is_whole=True),
    "triage_order": Door("queue", is_whole=True),
    "triage_why": Door("queue"),
    "triage_targets": Door("show"),
    "learning": Door("sort", is_whole=True),
    "learning_learn": Door("sort", is_whole=True),
    "learning_use": Door("sort", is_whole=True),
    "learning_withdraw": Door("sort", is_whole=True),
    "learning_delete": Door("sort", is_whole=True),
    "learning_export": Door("keys"),
    "waves": Door("queue", is_whole=True),
    "waves_again": Door("queue", is_whole=True),
    "wave": Door("queue", is_whole=True),
    "wave_show": Door("show", is_whole=True),
    "wave_edge": Door("show", is_whole=True),
    "wave_network": Door("dossier_export", is_whole=True),
    "wave_incident": Door("incident_edit", is_whole=True),
    "incident_from_triage": Door("incident_edit"),
    "captures": Door("queue", "deposit"),
    "captures_show": Door("show"),
    "captures_later": Door("deposit"),
    "captures_again": Door("deposit"),
    "capture_picture": Door("show"),
    "incidents": Door("incident_read", "incident_edit"),
    "incident": Door("incident_read"),
    "incident_summary": Door("incident_edit"),
    "incident_answer": Door("incident_edit"),
    "incident_procedure": Door("incident_edit"),
    # private notes and harm stand there: whoever only reads an incident does not read them
    "incident_follow": Door("incident_edit"),
    "incident_harm": Door("incident_edit"),
    "incident_state": Door("incident_edit"),
    "incident_note": Door("incident_edit"),
    "incident_handover": Door("dossier_build"),
    "masks": Door("incident_read", "incident_edit"),
    "masks_show": Door("show"),
    "masks_picture": Door("show"),
    "notice_batch": Door("notice_draft"),
    "notice_step": Door("notice_draft"),
    "incident_join": Door("incident_edit"),
    "incident_exhibit_withdraw": Door("incident_edit"),
    "incident_answer_again": Door("incident_edit"),
    "incident_statement_new": Door("incident_edit"),
    "incident_elements": Door("incident_read", "incident_edit"),
    "incident_statement": Door("incident_edit"),
    "incident_questions_again": Door("incident_edit"),
    "incident_decide": Door("qualify"),
    "incident_person": Door("incident_edit"),
    "incident_consent": Door("consent"),
    "notice_new": Door("notice_draft"),
    "dossier_new": Door("dossier_build"),
    "letters": Door("dossier_build"),
    "letter": Door("dossier_build"),
    "original": Door("show"),
    "notices": Door("notice_read", has_counts=True),
    "notice": Door("notice_read"),
    "notice_show": Door("show"),
    "notice_sent": Door("notice_send"),
    "notice_ack": Door("notice_draft"),
    "notice_answer": Door("notice_draft"),
    "notice_breach": Door("notice_draft"),
    "notice_breach_change": Door("notice_draft"),
    "notices_breaches_csv": Door("notice_read", is_whole=True),
    "deadlines": Door("notice_read", has_counts=True),
    # its file numbers the terms of every incident: a calendar of some would cancel the others
    "deadlines_ics": Door("notice_read", is_whole=True),
    "dossier": Door("dossier_build"),
    "dossier_build": Door("dossier_export"),
    "dossier_reviewed": Door("dossier_export"),
    "dossier_file": Door("dossier_export"),
    "verify": Door(OPEN),
    "vault": Door("vault_read"),
    "vault_verify": Door("vault_read"),
    "vault_receipt": Door("vault_read"),
    "vault_certificate": Door("keys"),
    "vault_deposits": Door("keys"),
    "vault_hold": Door("keys"),
    "vault_dates": Door("keys"),
    "vault_dates_add": Door("keys"),
    "vault_dates_remove": Door("keys"),
    "vault_dates_ask": Door("keys"),
    "vault_passphrase": Door("keys"),
    "vault_passphrase_progress": Door("keys"),
    "vault_officers": Door("keys"),
    "vault_officer_create": Door("keys"),
    "vault_officer_add": Door("keys"),
    "vault_officer_remove": Door("keys"),
    "vault_officer_key": Door("keys"),
    "vault_backups": Door("keys"),
    "vault_backup": Door("keys"),
    "vault_backup_delete": Door("keys"),
    "vault_image": Door("show"),
    "vault_image_bar": Door("show"),
    "vault_image_destroy": Door("erase"),
    "help": Door(OPEN),
    "data": Door(SIGNED),
    "data_retention": Door("erase"),
    "data_register": Door("members"),
    "data_register_file": Door("members"),
    "data_export": Door("keys"),
    "data_export_file": Door("keys"),
    "data_export_delete": Door("keys"),
    "data_erase": Door("erase"),
    "data_erase_plan": Door("erase"),
    "data_erase_cancel": Door("erase"),
    "data_requests": Door("erase_ask"),
    "data_request_answer": Door("erase"),
    "data_request_withdraw": Door("erase_ask"),
    "data_request_reopen": Door("erase_ask"),
    "settings": Door(SIGNED),
    "settings_exposure": Door(SIGNED),
    "settings_retention": Door("members"),
    "settings_association": Door("members"),
    "care_pause": Door(SIGNED),
    "care_rest": Door(SIGNED),
    "care_end": Door(SIGNED),
    "drafts": Door(SIGNED),
    "drafts_forget": Door(SIGNED),
    "jobs": Door(SIGNED),
    "bell": Door(SIGNED),
    "job_resume": Door(JOB),
    # the law and the help, without any fact of a workspace
    "rights": Door(OPEN),
    "rights_offence": Door(OPEN),
    "rights_route": Door(OPEN),
    "glossary": Door(OPEN),
    "accessibility": Door(OPEN),
    "guide": Door(OPEN),
    "help_guide": Door(OPEN),
    "offline": Door(OPEN, stays_open=True),
    "manifest": Door(OPEN, stays_open=True),
    "service_worker": Door(OPEN, stays_open=True),
    "journal": Door("journal"),
    "quit": Door(OPEN, stays_open=True),
    "come_back": Door(OPEN, stays_open=True),
    "language": Door(OPEN, stays_open=True),
    # accounts
    "account_first": Door(OPEN),
    "account_invited": Door(OPEN, needs_accounts=True),
    "account_login": _SIGN_IN,
    "account_logout": _SIGN_IN,
    "account_inactive": _SIGN_IN,
    "mfa_authenticate": _SIGN_IN,
    "mfa_login_webauthn": _SIGN_IN,
    "account_reauthenticate": _MINE,
    "account_change_password": _MINE,
    "mfa_index": _MINE,
    "mfa_reauthenticate": _MINE,
    "mfa_activate_totp": _MINE,
    "mfa_deactivate_totp": _MINE,
    "mfa_view_recovery_codes": _MINE,
    "mfa_generate_recovery_codes": _MINE,
    "mfa_download_recovery_codes": _MINE,
    "mfa_list_webauthn": _MINE,
    "mfa_add_webauthn": _MINE,
    "mfa_edit_webauthn": _MINE,
    "mfa_remove_webauthn": _MINE,
    "mfa_reauthenticate_webauthn": Door(SIGNED, stays_open=True, needs_accounts=True),
    "lock": Door(SIGNED, stays_open=True),
    "devices": _MINE,
    "device_end": _MINE,
    "members": Door("members"),
    "member_invite": Door("members", needs_accounts=True),
    "member_roles": Door("members", needs_accounts=True),
    "member_link": Door("members", needs_accounts=True),
    "member_leave": Door("members", needs_accounts=True),
    "member_end_sessions": Door("members", needs_accounts=True),
    "invitation_revoke": Door("members", needs_accounts=True),
    "access_idle": Door("members"),
    "access_address": Door("members", needs_accounts=True),
    "incident_members": Door("members", needs_accounts=True),
    "incident_member_remove": Door("members", needs_accounts=True),
    "incident_deposit": Door("members", needs_accounts=True),
    "lawyer_links": Door("dossier_export", needs_accounts=True),
    "lawyer_link_revoke": Door("dossier_export", needs_accounts=True),
    "lawyer": Door(OPEN, needs_accounts=True),
    "lawyer_show": Door(OPEN, needs_accounts=True),
    "lawyer_picture": Door(OPEN, needs_accounts=True),
    "lawyer_file": Door(OPEN, needs_accounts=True),
}

# asked by an open page itself, each second: nobody is at the keyboard because of them
PASSIVE: Final = frozenset({"job", "bell", "drafts", "vault_passphrase_progress"})
# read by the script of an open page, which shows what is answered nowhere
BY_SCRIPT: Final = frozenset({"drafts", "drafts_forget"})
