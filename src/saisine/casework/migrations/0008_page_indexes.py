"""The newest notices, and a person's last openings, without reading every row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0007_files"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="journalrow",
            index=models.Index(fields=["by", "what", "at"], name="casework_journal_openings"),
        ),
        migrations.AddIndex(
            model_name="noticerow",
            index=models.Index(fields=["number"], name="casework_notice_number"),
        ),
    ]
