"""Rows that complete an incident's file: boxes over pictures, harm, private notes, who received a dossier.

Appended or withdrawn, never changed: who decided what stays readable. Nothing of a content is here; what a person
writes herself (harm, private notes) is, as the account of an incident is.
"""

from django.db import models

from saisine.casework.case_models import new_case_id

PUT, REMOVE = "put", "remove"  # what an act on a box does


class MaskRow(models.Model):
    """One act on a box over the picture of an exhibit: put it there (again), or take it away. The latest wins.

    `mark` names the box through all of its acts. Sides are hundredths of a per cent of the picture as it is seen
    (0 to 10,000), so that no rounding moves a box; `top` goes on through the pages of a PDF, 10,000 for each.
    `undoes` is the act that this one takes back.
    """

    exhibit = models.ForeignKey("ExhibitRow", on_delete=models.CASCADE, related_name="masks")
    mark = models.CharField(max_length=32)
    act = models.CharField(max_length=8, default=PUT)
    left = models.IntegerField(default=0)
    top = models.IntegerField(default=0)
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    hides = models.CharField(max_length=20)
    undoes = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    by = models.CharField(max_length=32)

    class Meta:
        ordering = ["id"]


class HarmRow(models.Model):
    """Harm of one kind, for one person or for the association; `days` are those a medical certificate gives."""

    id = models.CharField(primary_key=True, max_length=32, default=new_case_id, editable=False)
    incident = models.ForeignKey("Incident", on_delete=models.CASCADE, related_name="harms")
    person = models.ForeignKey("PersonRow", null=True, on_delete=models.SET_NULL)
    exhibit = models.ForeignKey("ExhibitRow", null=True, on_delete=models.SET_NULL)
    kind = models.CharField(max_length=20)
    text = models.TextField(default="")
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    days = models.IntegerField(null=True)
    amount_eur = models.IntegerField(null=True)
    noted_at = models.DateTimeField()
    by = models.CharField(max_length=32)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["noted_at", "id"]


class PrivateNoteRow(models.Model):
    """A note of the team: in no dossier, no letter, no bundle."""

    id = models.CharField(primary_key=True, max_length=32, default=new_case_id, editable=False)
    incident = models.ForeignKey("Incident", on_delete=models.CASCADE, related_name="private_notes")
    text = models.TextField()
    noted_at = models.DateTimeField()
    by = models.CharField(max_length=32)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["noted_at", "id"]


class HandoverRow(models.Model):
    """A version of a dossier was handed to a service or a person in her function, on that day, by that channel."""

    id = models.CharField(primary_key=True, max_length=32, default=new_case_id, editable=False)
    dossier = models.ForeignKey("DossierRow", on_delete=models.CASCADE, related_name="handovers")
    to = models.CharField(max_length=120)
    channel = models.CharField(max_length=20)
    on = models.DateField()
    reference = models.CharField(max_length=120, default="")
    noted_at = models.DateTimeField()
    by = models.CharField(max_length=32)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["on", "noted_at", "id"]
