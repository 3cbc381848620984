"""Statements of an incident, breaches of platforms, procedures, the address of the association.

An incident written before holds one statement: its answers, acts and decisions become those of that statement.
What was carried over on whom it targets stays common to every statement to come.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import saisine.casework.case_models

COMMON = ("target_legal_person", "target_person", "target_group", "online")


def one_statement_each(apps: Any, schema_editor: Any) -> None:
    named = {
        name: apps.get_model("casework", name) for name in ("Incident", "StatementRow", "FactRow", "ActRow")
    }
    decided = apps.get_model("casework", "QualificationRow")
    for incident in named["Incident"].objects.iterator():
        first = named["StatementRow"].objects.create(
            incident=incident, number=1, span="rest", added_at=incident.opened_at
        )
        named["FactRow"].objects.filter(incident=incident).exclude(fact__in=COMMON).update(statement=first)
        named["ActRow"].objects.filter(incident=incident).update(statement=first)
        decided.objects.filter(incident=incident).update(statement=first)


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0002_members"),
    ]

    operations = [
        migrations.AddField(
            model_name="associationcard",
            name="address",
            field=models.TextField(default=""),
        ),
        migrations.CreateModel(
            name="BreachRow",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=saisine.casework.case_models.new_case_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("clicks", models.IntegerField(null=True)),
                ("observed_on", models.DateField()),
                ("note", models.TextField(default="")),
                ("counter_evidence", models.TextField(default="")),
                ("noted_at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "exhibit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to="casework.exhibitrow"
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="breaches",
                        to="casework.noticerow",
                    ),
                ),
            ],
            options={
                "ordering": ["noted_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="ProcedureRow",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=saisine.casework.case_models.new_case_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.IntegerField()),
                ("kind", models.CharField(max_length=30)),
                ("authority", models.CharField(default="", max_length=200)),
                ("added_at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="procedures",
                        to="casework.incident",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="ProcedureEventRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("on", models.DateField()),
                ("reference", models.CharField(default="", max_length=120)),
                ("note", models.TextField(default="")),
                ("noted_at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="casework.procedurerow",
                    ),
                ),
            ],
            options={
                "ordering": ["on", "id"],
            },
        ),
        migrations.CreateModel(
            name="StatementRow",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=saisine.casework.case_models.new_case_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.IntegerField()),
                ("span", models.CharField(default="chosen", max_length=8)),
                ("pieces", models.JSONField(default=list)),
                ("published_on", models.DateField(null=True)),
                ("author", models.CharField(default="", max_length=200)),
                ("added_at", models.DateTimeField()),
                ("by", models.CharField(default="", max_length=32)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="statements",
                        to="casework.incident",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.AddField(
            model_name="actrow",
            name="statement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="casework.statementrow",
            ),
        ),
        migrations.AddField(
            model_name="factrow",
            name="statement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="casework.statementrow",
            ),
        ),
        migrations.AddField(
            model_name="qualificationrow",
            name="statement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="casework.statementrow",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedurerow",
            constraint=models.UniqueConstraint(fields=("incident", "number"), name="procedure_number_once"),
        ),
        migrations.AddConstraint(
            model_name="statementrow",
            constraint=models.UniqueConstraint(fields=("incident", "number"), name="statement_number_once"),
        ),
        migrations.RunPython(one_statement_each, migrations.RunPython.noop),
    ]
