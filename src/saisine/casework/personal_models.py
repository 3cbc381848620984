"""Rows that belong to one person (her settings, her pauses, what she was typing), and to nobody's eyes but hers;
and the two of the workspace that say how long things are kept and what is to be erased.

A person is named by the random id of her `Member`; a workspace without accounts has one.
"""

import secrets

from django.db import models


def new_plan_id() -> str:
    """16 random bytes in hexadecimal."""
    return secrets.token_hex(16)


class PersonSettings(models.Model):
    """How one person wants to be exposed. Nothing here is shown to anyone else, nor in the journal."""

    person = models.CharField(primary_key=True, max_length=32)
    never_show = models.BooleanField(default=False)
    is_grey = models.BooleanField(default=False)
    has_shortcuts = models.BooleanField(default=True)
    has_sound = models.BooleanField(default=False)
    is_accompanying = models.BooleanField(default=False)
    pause_openings = models.IntegerField(default=20)
    pause_minutes = models.IntegerField(default=25)
    rest_minutes = models.IntegerField(default=5)
    updated_at = models.DateTimeField(null=True)


class CareMark(models.Model):
    """What a person did of a proposed pause: took it, went on, or ended her day."""

    PAUSED, WENT_ON, ENDED = "paused", "went_on", "ended"

    person = models.CharField(max_length=32)
    what = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-at"])]


class Draft(models.Model):
    """What a person typed and has not sent yet: one row per field. Gone once its form was taken."""

    person = models.CharField(max_length=32)
    page = models.CharField(max_length=200)
    action = models.CharField(max_length=200)
    field = models.CharField(max_length=60)
    text = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "page", "action", "field"], name="draft_once")
        ]


class RetentionChoice(models.Model):
    """How long things are kept, in months: one row. The defaults are proposals that a jurist has to check."""

    loose_months = models.IntegerField(default=36)
    incident_months = models.IntegerField(default=72)
    updated_at = models.DateTimeField(null=True)


class PlannedErasure(models.Model):
    """An erasure asked for in two steps; nothing goes before `due_at`, and it may be called off until then.

    `selection` names the rows of one person (kind `person`); it is emptied once they are gone.
    """

    PLANNED, DONE, CANCELLED, HELD = "planned", "done", "cancelled", "held"

    id = models.CharField(primary_key=True, max_length=32, default=new_plan_id, editable=False)
    kind = models.CharField(max_length=12)
    target = models.CharField(max_length=32, default="")
    selection = models.JSONField(default=dict)
    reason = models.CharField(max_length=40)
    state = models.CharField(max_length=10, default=PLANNED)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=32)
    result = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"])]
