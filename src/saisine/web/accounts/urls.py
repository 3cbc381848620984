"""Addresses around accounts. Of allauth only the pages in use are here: no sign-up, no mail, no social account."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import path

from saisine.web.accounts import entrance, lawyer_pages, members_pages, mine

urlpatterns = [
    path("compte/premier/", entrance.first, name="account_first"),
    path("invitation/<str:token>/", entrance.invited, name="account_invited"),
    path("connexion/", account.login, name="account_login"),
    path("connexion/second-facteur/", mfa.authenticate, name="mfa_authenticate"),
    path("connexion/cle/", entrance.by_passkey, name="mfa_login_webauthn"),
    path("deconnexion/", account.logout, name="account_logout"),
    path("compte/ferme/", account.account_inactive, name="account_inactive"),
    path("compte/", mfa.index, name="mfa_index"),
    path("compte/confirmer/", account.reauthenticate, name="account_reauthenticate"),
    path("compte/confirmer/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("compte/confirmer/cle/", entrance.confirm_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("compte/mot-de-passe/", account.password_change, name="account_change_password"),
    path("compte/application/", totp.activate_totp, name="mfa_activate_totp"),
    path("compte/application/retirer/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("compte/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("compte/codes/nouveaux/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("compte/codes/fichier/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("compte/cles/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("compte/cles/ajouter/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("compte/cles/<int:pk>/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("compte/cles/<int:pk>/retirer/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("compte/appareils/", mine.devices, name="devices"),
    path("compte/appareils/<str:id>/", mine.end_device, name="device_end"),
    path("verrou/", mine.locked, name="lock"),
    path("membres/", members_pages.overview, name="members"),
    path("membres/inviter/", members_pages.invite, name="member_invite"),
    path("membres/invitations/<str:id>/", members_pages.revoke, name="invitation_revoke"),
    path("membres/verrou/", members_pages.set_idle, name="access_idle"),
    path("membres/adresse/", members_pages.set_address, name="access_address"),
    path("membres/<str:id>/roles/", members_pages.set_roles, name="member_roles"),
    path("membres/<str:id>/lien/", members_pages.link, name="member_link"),
    path("membres/<str:id>/depart/", members_pages.leave, name="member_leave"),
    path("membres/<str:id>/appareils/", members_pages.end_sessions, name="member_end_sessions"),
    path("incidents/<str:id>/membres/", members_pages.of_incident, name="incident_members"),
    path(
        "incidents/<str:id>/membres/<str:member>/",
        members_pages.remove_from_incident,
        name="incident_member_remove",
    ),
    path("incidents/<str:id>/depots/", members_pages.share_deposit, name="incident_deposit"),
    path("incidents/<str:id>/avocat/", lawyer_pages.links, name="lawyer_links"),
    path("avocat/liens/<str:id>/fermer/", lawyer_pages.revoke, name="lawyer_link_revoke"),
    path("avocat/<str:token>/", lawyer_pages.read, name="lawyer"),
    path("avocat/<str:token>/pieces/<str:exhibit>/", lawyer_pages.show, name="lawyer_show"),
    path("avocat/<str:token>/images/<str:signed>/", lawyer_pages.picture, name="lawyer_picture"),
    path("avocat/<str:token>/dossiers/<str:id>/<str:kind>/", lawyer_pages.file, name="lawyer_file"),
]
