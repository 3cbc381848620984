"""Deadlines as last computed, and the numbers that say which incidents changed since."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0005_personal")]

    operations = [
        migrations.CreateModel(
            name="IncidentRevision",
            fields=[
                ("incident", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("n", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="DeadlineState",
            fields=[
                ("incident", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("revision", models.BigIntegerField()),
                ("basis", models.CharField(max_length=80)),
                ("computed_on", models.DateField()),
                ("holds_until", models.DateField()),
                ("awaited", models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="DeadlineRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=160)),
                ("kind", models.CharField(max_length=12)),
                ("on", models.DateField(null=True)),
                ("safety_on", models.DateField(null=True)),
                ("label_fr", models.TextField()),
                ("label_en", models.TextField()),
                ("nature_fr", models.TextField(default="")),
                ("nature_en", models.TextField(default="")),
                ("detail_fr", models.TextField(default="")),
                ("detail_en", models.TextField(default="")),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deadline_rows",
                        to="casework.incident",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to="casework.noticerow"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["on", "key"], name="casework_deadline_on_key")]},
        ),
    ]
