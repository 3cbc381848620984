"""The Django application that holds the decided rows."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "saisine.casework"
    label = "casework"
    default_auto_field = "django.db.models.BigAutoField"
