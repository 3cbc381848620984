"""What people confirmed of the types and groups that the triage proposed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0011_earlier")]

    operations = [
        migrations.CreateModel(
            name="TypesRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.CharField(max_length=60)),
                ("types", models.JSONField(default=list)),
                ("targets", models.JSONField(default=list)),
                ("proposed_types", models.JSONField(default=list)),
                ("proposed_targets", models.JSONField(default=list)),
                ("model", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=32)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(default="", max_length=32)),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["ref"], name="casework_types_ref")],
            },
        ),
    ]
