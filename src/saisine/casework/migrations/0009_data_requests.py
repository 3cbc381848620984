"""Requests of a person about her own data (GDPR, art. 15 to 17)."""

import django.db.models.deletion
from django.db import migrations, models

import saisine.casework.request_models


class Migration(migrations.Migration):
    dependencies = [("casework", "0008_page_indexes")]

    operations = [
        migrations.CreateModel(
            name="DataRequest",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=saisine.casework.request_models.new_request_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kind", models.CharField(max_length=16)),
                ("text", models.TextField(default="")),
                ("received_on", models.DateField()),
                ("due_on", models.DateField()),
                ("state", models.CharField(default="open", max_length=10)),
                ("asked_at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                ("answer", models.TextField(default="")),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(default="", max_length=32)),
                (
                    "incident",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="data_requests",
                        to="casework.incident",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["state", "due_on"], name="data_request_open")]},
        ),
    ]
