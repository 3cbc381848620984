"""Rows of an incident that are counted one by one: statements, breaches of a platform's duties, procedures.

Nothing of a content is here: a statement is a number, the exhibits that show it, its day and its account.
"""

import secrets

from django.db import models

CHOSEN, REST, ALL = "chosen", "rest", "all"  # which exhibits a statement holds


def new_case_id() -> str:
    """16 random bytes in hexadecimal."""
    return secrets.token_hex(16)


class StatementRow(models.Model):
    """One statement (or passage) of an incident: own answers, own qualifications, own clocks.

    `span` says which exhibits show it: those of `pieces` (numbers), all that no other statement holds, or all.
    """

    id = models.CharField(primary_key=True, max_length=32, default=new_case_id, editable=False)
    incident = models.ForeignKey("Incident", on_delete=models.CASCADE, related_name="statements")
    number = models.IntegerField()
    span = models.CharField(max_length=8, default=CHOSEN)
    pieces = models.JSONField(default=list)
    published_on = models.DateField(null=True)
    author = models.CharField(max_length=200, default="")
    added_at = models.DateTimeField()
    by = models.CharField(max_length=32, default="")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="statement_number_once")]
        ordering = ["number"]


class BreachRow(models.Model):
    """One breach of a platform's duties, seen on a notice: alleged until a person confirms it."""

    id = models.CharField(primary_key=True, max_length=32, default=new_case_id, editable=False)
    notice = models.ForeignKey("NoticeRow", on_delete=models.CASCADE, related_name="breaches")
    kind = models.CharField(max_length=40)
    exhibit = models.ForeignKey("ExhibitRow", null=True, on_delete=models.SET_NULL)
    clicks = models.IntegerField(null=True)
    observed_on = models.DateField()
    note = models.TextField(default="")
    counter_evidence = models.TextField(default="")
    noted_at = models.DateTimeField()
    by = models.CharField(max_length=32)
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["noted_at", "id"]


class ProcedureRow(models.Model):
    """A complaint or another step before an authority; its state follows from its dated events."""

    id = models.CharField(primary_key=True, max_length=32, default=new_case_id, editable=False)
    incident = models.ForeignKey("Incident", on_delete=models.CASCADE, related_name="procedures")
    number = models.IntegerField()
    kind = models.CharField(max_length=30)
    authority = models.CharField(max_length=200, default="")
    added_at = models.DateTimeField()
    by = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="procedure_number_once")]
        ordering = ["number"]


class ProcedureEventRow(models.Model):
    """One dated step of a procedure, appended: the number given by the police, a dismissal, a judgment."""

    procedure = models.ForeignKey(ProcedureRow, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=30)
    on = models.DateField()
    reference = models.CharField(max_length=120, default="")
    note = models.TextField(default="")
    noted_at = models.DateTimeField()
    by = models.CharField(max_length=32)

    class Meta:
        ordering = ["on", "id"]


class ShownRow(models.Model):
    """Which exhibits show one fact of a statement, appended: the latest for a fact wins, no number takes it back."""

    incident = models.ForeignKey("Incident", on_delete=models.CASCADE, related_name="shown_facts")
    statement = models.ForeignKey(StatementRow, on_delete=models.CASCADE, related_name="+")
    fact = models.CharField(max_length=80)
    pieces = models.JSONField(default=list)
    at = models.DateTimeField()
    by = models.CharField(max_length=32)

    class Meta:
        ordering = ["id"]
