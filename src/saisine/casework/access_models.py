"""Rows that say who may come in: members of incidents, invitations, lawyers' links, settings of the server.

No secret is kept: of a link only the SHA-256 of its token. Accounts and passwords are the pages' own.
"""

import secrets

from django.db import models


def new_access_id() -> str:
    """16 random bytes in hexadecimal."""
    return secrets.token_hex(16)


class IncidentMember(models.Model):
    """A member who belongs to an incident. `may_show` lets a trusted person open contents there."""

    incident = models.ForeignKey("Incident", on_delete=models.CASCADE, related_name="members")
    member = models.ForeignKey("Member", on_delete=models.CASCADE, related_name="incidents")
    may_show = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    by = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "member"], name="incident_member_once")]


class Invitation(models.Model):
    """A one-use link: for a new member, or (`member` set) for one who lost her password."""

    id = models.CharField(primary_key=True, max_length=32, default=new_access_id, editable=False)
    token_sha256 = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80, default="")
    roles = models.JSONField(default=list)
    incidents = models.JSONField(default=list)
    member = models.ForeignKey("Member", null=True, on_delete=models.CASCADE, related_name="invitations")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    by = models.CharField(max_length=32)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class LawyerLink(models.Model):
    """A lawyer's door to one incident, without an account: read only, seven days. `actor` signs the journal."""

    id = models.CharField(primary_key=True, max_length=32, default=new_access_id, editable=False)
    token_sha256 = models.CharField(max_length=64, unique=True)
    incident = models.ForeignKey("Incident", on_delete=models.CASCADE, related_name="lawyer_links")
    label = models.CharField(max_length=80, default="")
    actor = models.CharField(max_length=32, default=new_access_id)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    by = models.CharField(max_length=32)
    revoked_at = models.DateTimeField(null=True)


class AccessSettings(models.Model):
    """How the pages are reached: one row. Names are empty on a computer that serves itself alone."""

    names = models.JSONField(default=list)
    proxy = models.CharField(max_length=45, default="")
    idle_minutes = models.IntegerField(default=10)
