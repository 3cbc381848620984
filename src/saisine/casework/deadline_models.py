"""Deadlines as last computed: rows that can be made again at any time from what people decided.

Nothing here is decided by anybody. `IncidentRevision` is written by the database itself (`watching.py`): whatever
changes a row of an incident raises its number, and its deadlines are computed again before they are shown.
"""

from django.db import models


class IncidentRevision(models.Model):
    """How often the rows of an incident changed. No foreign key: an incident that goes leaves its number behind."""

    incident = models.CharField(primary_key=True, max_length=32)
    n = models.BigIntegerField(default=0)


class DeadlineState(models.Model):
    """What the rows of one incident were computed from, and the last day on which they hold."""

    incident = models.CharField(primary_key=True, max_length=32)
    revision = models.BigIntegerField()
    basis = models.CharField(max_length=80)
    computed_on = models.DateField()
    holds_until = models.DateField()
    awaited = models.IntegerField(default=0)  # notices sent, and not answered yet


class DeadlineRow(models.Model):
    """One `deadlines.Deadline`, in both languages, without what is counted from today."""

    incident = models.ForeignKey("Incident", on_delete=models.CASCADE, related_name="deadline_rows")
    notice = models.ForeignKey("NoticeRow", null=True, on_delete=models.CASCADE)
    key = models.CharField(max_length=160)
    kind = models.CharField(max_length=12)
    on = models.DateField(null=True)
    safety_on = models.DateField(null=True)
    label_fr = models.TextField()
    label_en = models.TextField()
    nature_fr = models.TextField(default="")
    nature_en = models.TextField(default="")
    detail_fr = models.TextField(default="")
    detail_en = models.TextField(default="")

    class Meta:
        indexes = [models.Index(fields=["on", "key"], name="casework_deadline_on_key")]
