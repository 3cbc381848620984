"""Members with roles, incidents they belong to, invitations, lawyers' links, the address of the pages."""

import django.db.models.deletion
from django.db import migrations, models

import saisine.casework.access_models


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="AccessSettings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("names", models.JSONField(default=list)),
                ("proxy", models.CharField(default="", max_length=45)),
                ("idle_minutes", models.IntegerField(default=10)),
            ],
        ),
        migrations.AddField(
            model_name="deposit", name="by", field=models.CharField(default="", max_length=32)
        ),
        migrations.AddField(
            model_name="deposit",
            name="incident",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="deposits",
                to="casework.incident",
            ),
        ),
        migrations.AddField(model_name="job", name="by", field=models.CharField(default="", max_length=32)),
        migrations.AddField(model_name="member", name="left_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="member", name="roles", field=models.JSONField(default=list)),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=saisine.casework.access_models.new_access_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("token_sha256", models.CharField(max_length=64, unique=True)),
                ("label", models.CharField(default="", max_length=80)),
                ("roles", models.JSONField(default=list)),
                ("incidents", models.JSONField(default=list)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="casework.member",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LawyerLink",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=saisine.casework.access_models.new_access_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("token_sha256", models.CharField(max_length=64, unique=True)),
                ("label", models.CharField(default="", max_length=80)),
                (
                    "actor",
                    models.CharField(default=saisine.casework.access_models.new_access_id, max_length=32),
                ),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lawyer_links",
                        to="casework.incident",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IncidentMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("may_show", models.BooleanField(default=False)),
                ("added_at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="casework.incident",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="incidents",
                        to="casework.member",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("incident", "member"), name="incident_member_once")
                ],
            },
        ),
    ]
