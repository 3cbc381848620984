"""Boxes over pictures, harm, private notes, handovers, consents of one person among several, results of appeals."""

import django.db.models.deletion
from django.db import migrations, models

import saisine.casework.case_models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0006_deadlines"),
    ]

    operations = [
        migrations.AddField(
            model_name="noticeeventrow",
            name="appeal",
            field=models.CharField(default="", max_length=10),
        ),
        migrations.AddField(
            model_name="noticeeventrow",
            name="is_back",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="consentrow",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="consents",
                to="casework.personrow",
            ),
        ),
        migrations.CreateModel(
            name="HandoverRow",
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
                ("to", models.CharField(max_length=120)),
                ("channel", models.CharField(max_length=20)),
                ("on", models.DateField()),
                ("reference", models.CharField(default="", max_length=120)),
                ("noted_at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handovers",
                        to="casework.dossierrow",
                    ),
                ),
            ],
            options={
                "ordering": ["on", "noted_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="HarmRow",
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
                ("kind", models.CharField(max_length=20)),
                ("text", models.TextField(default="")),
                ("since", models.DateField(null=True)),
                ("until", models.DateField(null=True)),
                ("days", models.IntegerField(null=True)),
                ("amount_eur", models.IntegerField(null=True)),
                ("noted_at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "exhibit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to="casework.exhibitrow"
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="harms",
                        to="casework.incident",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to="casework.personrow"
                    ),
                ),
            ],
            options={
                "ordering": ["noted_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="MaskRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mark", models.CharField(max_length=32)),
                ("act", models.CharField(default="put", max_length=8)),
                ("left", models.IntegerField(default=0)),
                ("top", models.IntegerField(default=0)),
                ("width", models.IntegerField(default=0)),
                ("height", models.IntegerField(default=0)),
                ("hides", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                (
                    "exhibit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="masks",
                        to="casework.exhibitrow",
                    ),
                ),
                (
                    "undoes",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="casework.maskrow",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="PrivateNoteRow",
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
                ("text", models.TextField()),
                ("noted_at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="private_notes",
                        to="casework.incident",
                    ),
                ),
            ],
            options={
                "ordering": ["noted_at", "id"],
            },
        ),
    ]
