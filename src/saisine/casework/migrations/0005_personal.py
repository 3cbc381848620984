from django.db import migrations, models

import saisine.casework.personal_models


class Migration(migrations.Migration):
    dependencies = [("casework", "0003_statements")]

    operations = [
        migrations.CreateModel(
            name="PersonSettings",
            fields=[
                ("person", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("never_show", models.BooleanField(default=False)),
                ("is_grey", models.BooleanField(default=False)),
                ("has_shortcuts", models.BooleanField(default=True)),
                ("has_sound", models.BooleanField(default=False)),
                ("is_accompanying", models.BooleanField(default=False)),
                ("pause_openings", models.IntegerField(default=20)),
                ("pause_minutes", models.IntegerField(default=25)),
                ("rest_minutes", models.IntegerField(default=5)),
                ("updated_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RetentionChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("loose_months", models.IntegerField(default=36)),
                ("incident_months", models.IntegerField(default=72)),
                ("updated_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="CareMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person", models.CharField(max_length=32)),
                ("what", models.CharField(max_length=8)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["person", "-at"], name="casework_ca_person_ce16c9_idx")],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person", models.CharField(max_length=32)),
                ("page", models.CharField(max_length=200)),
                ("action", models.CharField(max_length=200)),
                ("field", models.CharField(max_length=60)),
                ("text", models.TextField(default="")),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "page", "action", "field"), name="draft_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PlannedErasure",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=saisine.casework.personal_models.new_plan_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("target", models.CharField(default="", max_length=32)),
                ("selection", models.JSONField(default=dict)),
                ("reason", models.CharField(max_length=40)),
                ("state", models.CharField(default="planned", max_length=10)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("by", models.CharField(max_length=32)),
                ("result", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [models.Index(fields=["state", "due_at"], name="casework_pl_state_6fade2_idx")],
            },
        ),
    ]
