"""What a person confirmed of the types and groups that the triage proposed: appended, so that the change is read."""

from django.db import models


class TypesRow(models.Model):
    """One confirmation on one message; of those not withdrawn, the latest stands.

    `model` names what proposed, and `proposed_…` is what the person was shown: both stay true when the model changes.
    """

    ref = models.CharField(max_length=60)
    types = models.JSONField(default=list)
    targets = models.JSONField(default=list)
    proposed_types = models.JSONField(default=list)
    proposed_targets = models.JSONField(default=list)
    model = models.CharField(max_length=120)
    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=32, default="")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["ref"], name="casework_types_ref")]
