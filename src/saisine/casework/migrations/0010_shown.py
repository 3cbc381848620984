"""Which exhibits show a fact of a statement."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0009_data_requests")]

    operations = [
        migrations.CreateModel(
            name="ShownRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fact", models.CharField(max_length=80)),
                ("pieces", models.JSONField(default=list)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shown_facts",
                        to="casework.incident",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="casework.statementrow",
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
    ]
