"""The Django application that holds accounts and their open sessions, in the workspace's own database."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "saisine.web.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
