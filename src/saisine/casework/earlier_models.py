"""What a title or a screenshot said before a person changed it: appended, so that the change is read and taken back."""

from django.db import models


class EarlierRow(models.Model):
    """One earlier value, of an incident (its title) or of a screenshot (what was read on it); never of a content."""

    incident = models.ForeignKey("Incident", null=True, on_delete=models.CASCADE, related_name="earlier")
    capture = models.ForeignKey("Capture", null=True, on_delete=models.CASCADE, related_name="earlier")
    said = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.CharField(max_length=32)

    class Meta:
        ordering = ["id"]
