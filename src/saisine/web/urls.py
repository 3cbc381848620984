"""The addresses of the pages. Identifiers are random; no path holds a word of any content."""

from django.urls import path

from saisine.web.pages import (
    captures,
    deadlines,
    deposit,
    dossiers,
    frame,
    home,
    incidents,
    jobs,
    notices,
    triage,
    verify,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("documenter/", deposit.start, name="deposit"),
    path("documenter/<str:id>/", deposit.one, name="deposit_one"),
    path("documenter/<str:id>/sceller/", deposit.seal, name="deposit_seal"),
    path("documenter/<str:id>/arreter/", deposit.stop, name="deposit_stop"),
    path("documenter/<str:id>/retirer/", deposit.abandon, name="deposit_abandon"),
    path("documenter/<str:id>/recu/", deposit.receipt, name="deposit_receipt"),
    path("documenter/<str:id>/questions/", deposit.questions, name="deposit_questions"),
    path("travaux/<str:id>/", jobs.job, name="job"),
    path("travaux/<str:id>/interrompre/", jobs.cancel, name="job_cancel"),
    path("tri/", triage.overview, name="triage"),
    path("tri/afficher/", triage.show, name="triage_show"),
    path("tri/decider/", triage.decide, name="triage_decide"),
    path("tri/reste/", triage.discard_rest, name="triage_rest"),
    path("tri/annuler/", triage.undo, name="triage_undo"),
    path("tri/incident/", incidents.from_triage, name="incident_from_triage"),
    path("tri/captures/", captures.captures, name="captures"),
    path("tri/captures/afficher/", captures.show, name="captures_show"),
    path("tri/captures/plus-tard/", captures.later, name="captures_later"),
    path("tri/captures/image/<str:token>/", captures.picture, name="capture_picture"),
    path("tri/<str:band>/", triage.band, name="triage_band"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/<str:id>/", incidents.incident, name="incident"),
    path("incidents/<str:id>/recit/", incidents.summary, name="incident_summary"),
    path("incidents/<str:id>/reponse/", incidents.answer, name="incident_answer"),
    path("incidents/<str:id>/questions/", incidents.questions_again, name="incident_questions_again"),
    path("incidents/<str:id>/decision/", incidents.decide, name="incident_decide"),
    path("incidents/<str:id>/personne/", incidents.person, name="incident_person"),
    path("incidents/<str:id>/accord/", incidents.consent, name="incident_consent"),
    path("incidents/<str:id>/signalement/", notices.new, name="notice_new"),
    path("incidents/<str:id>/dossier/", dossiers.new, name="dossier_new"),
    path("pieces/<str:item>/original/", captures.original, name="original"),
    path("signalements/", notices.notices, name="notices"),
    path("signalements/<str:id>/", notices.notice, name="notice"),
    path("signalements/<str:id>/afficher/", notices.show, name="notice_show"),
    path("signalements/<str:id>/envoye/", notices.sent, name="notice_sent"),
    path("signalements/<str:id>/accuse/", notices.acknowledged, name="notice_ack"),
    path("signalements/<str:id>/reponse/", notices.answered, name="notice_answer"),
    path("echeances/", deadlines.deadlines, name="deadlines"),
    path("echeances/calendrier.ics", deadlines.calendar, name="deadlines_ics"),
    path("dossiers/<str:id>/", dossiers.dossier, name="dossier"),
    path("dossiers/<str:id>/sceller/", dossiers.build, name="dossier_build"),
    path("dossiers/<str:id>/<str:kind>/", dossiers.file, name="dossier_file"),
    path("verifier/", verify.verify, name="verify"),
    path("aide/", frame.help_page, name="help"),
    path("donnees/", frame.data, name="data"),
    path("journal/", frame.journal, name="journal"),
    path("quitter/", frame.quit_page, name="quit"),
    path("langue/", frame.language, name="language"),
]

handler400 = "saisine.web.pages.frame.bad_request"
handler403 = "saisine.web.pages.frame.forbidden"
handler404 = "saisine.web.pages.frame.not_found"
handler500 = "saisine.web.pages.frame.failed"
