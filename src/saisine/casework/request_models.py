"""Requests of a person about her own data: what she asks, when it came, what was answered."""

import secrets

from django.db import models


def new_request_id() -> str:
    """16 random bytes in hexadecimal."""
    return secrets.token_hex(16)


class DataRequest(models.Model):
    """One request (GDPR, art. 15 to 17). `incident` is the one that it is about; without one, it is about all.

    `by` noted it: the person herself, or the association for a letter that it received.
    """

    OPEN, ANSWERED, REFUSED, WITHDRAWN = "open", "answered", "refused", "withdrawn"

    id = models.CharField(primary_key=True, max_length=32, default=new_request_id, editable=False)
    incident = models.ForeignKey(
        "Incident", on_delete=models.SET_NULL, null=True, related_name="data_requests"
    )
    kind = models.CharField(max_length=16)
    text = models.TextField(default="")
    received_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=10, default=OPEN)
    asked_at = models.DateTimeField()
    by = models.CharField(max_length=32)
    answer = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=32, default="")

    class Meta:
        indexes = [models.Index(fields=["state", "due_on"], name="data_request_open")]
