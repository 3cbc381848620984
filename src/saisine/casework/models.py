"""The decided rows. Identifiers are random: no path or title holds a word of any content.

Texts of evidence are not here: an exhibit points at its sealed copy in the vault. What a person writes
herself (account of an incident, reasons, names of people) is, and `docs/casework.md` says so.
"""

import secrets
from typing import Any

from django.db import models

from saisine.casework import access_models as access_models  # who may come in: Django finds them here
from saisine.casework import case_models as case_models  # statements, breaches, procedures
from saisine.casework import deadline_models as deadline_models  # deadlines as last computed
from saisine.casework import earlier_models as earlier_models  # titles and screenshots as they were
from saisine.casework import file_models as file_models  # boxes, harm, private notes, handovers
from saisine.casework import (
    personal_models as personal_models,  # the rows of one person: Django finds them here
)
from saisine.casework import request_models as request_models  # requests about one's own data
from saisine.casework import types_models as types_models  # types and groups that people confirmed
from saisine.errors import SaisineError


def new_id() -> str:
    """16 random bytes in hexadecimal."""
    return secrets.token_hex(16)


class RandomId(models.Model):
    id = models.CharField(primary_key=True, max_length=32, default=new_id, editable=False)

    class Meta:
        abstract = True


class Member(RandomId):
    """Someone who acts here, under a random id that the log of the vault repeats; it stays when she leaves.

    The first row, without a role, is this computer itself: its command line, and its pages without accounts.
    """

    label = models.CharField(max_length=80, default="")
    roles = models.JSONField(default=list)
    created_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)


class AssociationCard(models.Model):
    """The association of this workspace: what standing depends on, and how it signs."""

    name = models.CharField(max_length=200, default="")
    declared_on = models.DateField(null=True)
    object_fr = models.TextField(default="")
    object_tags = models.JSONField(default=list)
    email = models.EmailField(default="")
    address = models.TextField(default="")
    updated_at = models.DateTimeField(null=True)


class Job(RandomId):
    """Long work with progress. The task library's own row may be left behind by a kill; this one never is."""

    WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=32, default="")
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=12, default=WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    step = models.CharField(max_length=40, default="")
    attempts = models.IntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    by = models.CharField(max_length=32, default="")
    error_code = models.CharField(max_length=60, default="")
    error_facts = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    task = models.CharField(max_length=40, default="")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["state"]), models.Index(fields=["subject"])]

    @property
    def is_over(self) -> bool:
        return self.state in (self.DONE, self.FAILED, self.CANCELLED)

    @property
    def can_cancel(self) -> bool:
        return not self.is_over and not self.cancel_asked

    @property
    def error(self) -> SaisineError | None:
        """The failure in words, when there is one."""
        return SaisineError(self.error_code, **self.error_facts) if self.error_code else None


class Deposit(RandomId):
    """Files handed over together: received, then sealed, or withdrawn."""

    RECEIVED, SEALING, SEALED, ABANDONED, STOPPED = "received", "sealing", "sealed", "abandoned", "stopped"
    ERASED = "erased"

    state = models.CharField(max_length=12, default=RECEIVED)
    created_at = models.DateTimeField()
    sealed_at = models.DateTimeField(null=True)
    unit = models.CharField(max_length=26, default="")
    counts = models.JSONField(default=dict)
    files = models.IntegerField(default=0)
    size = models.BigIntegerField(default=0)
    corpora = models.JSONField(default=list)
    ledger_item = models.CharField(max_length=64, default="")
    report = models.JSONField(default=dict)
    target = models.CharField(max_length=20, default="")
    collector = models.CharField(max_length=20, default="")
    in_its_name = models.BooleanField(default=False)
    since = models.DateField(null=True)
    is_asked = models.BooleanField(default=False)
    by = models.CharField(max_length=32, default="")
    # made for one incident: its members see these messages before any of them is an exhibit
    incident = models.ForeignKey("Incident", null=True, on_delete=models.SET_NULL, related_name="deposits")

    @property
    def is_invented(self) -> bool:
        """Whether it is the invented example: its title says so wherever it has one."""
        return self.report.get("invented") is True


class Capture(RandomId):
    """A screenshot or document to complete by hand. `hint_on` comes from the file's name: a hint, no more."""

    TODO, DONE, LATER = "todo", "done", "later"

    item = models.CharField(max_length=64, unique=True)
    deposit = models.ForeignKey(Deposit, null=True, on_delete=models.SET_NULL)
    kind = models.CharField(max_length=12)
    media_type = models.CharField(max_length=80)
    number = models.IntegerField()
    hint_on = models.DateField(null=True)
    shown_on = models.DateField(null=True)
    is_confirmed = models.BooleanField(default=False)
    url = models.TextField(default="")
    platform = models.CharField(max_length=20, default="")
    state = models.CharField(max_length=8, default=TODO)
    incident = models.ForeignKey("Incident", null=True, on_delete=models.SET_NULL)


class Decision(RandomId):
    """One click of the sorting box: it may cover hundreds of messages, and may be undone for a while."""

    KEEP, DISCARD = "keep", "discard"

    band = models.CharField(max_length=60)
    value = models.CharField(max_length=8)
    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    count = models.IntegerField(default=0)


class SortedMessage(models.Model):
    """A message on which somebody decided. `group` is the group of copies it was kept with, or empty."""

    ref = models.CharField(max_length=60, unique=True)
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="rows")
    value = models.CharField(max_length=8)
    group = models.CharField(max_length=64, default="")
    incident = models.ForeignKey("Incident", null=True, on_delete=models.SET_NULL)

    class Meta:
        indexes = [models.Index(fields=["value", "incident"])]


class Incident(RandomId):
    """What belongs together. `law_digest` names the law it was last assessed with; `is_collective` says that it was
    opened from a wave (see `incidents.is_collective`)."""

    number = models.IntegerField(unique=True)
    title = models.CharField(max_length=120)
    summary = models.TextField(default="")
    state = models.CharField(max_length=12, default="open")
    opened_at = models.DateTimeField()
    law_digest = models.CharField(max_length=64, default="")
    platform = models.CharField(max_length=20, default="other")
    is_collective = models.BooleanField(default=False)
    unit = models.CharField(max_length=26, default="")
    since = models.DateField(null=True)


class FactRow(models.Model):
    """One answer, appended: the latest for a fact wins. `value` is true, false, unknown or later.

    Without a statement it holds for every statement of the incident (who is targeted, that it was online).
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="facts")
    statement = models.ForeignKey("StatementRow", null=True, on_delete=models.CASCADE, related_name="+")
    fact = models.CharField(max_length=80)
    value = models.CharField(max_length=8)
    at = models.DateTimeField()
    by = models.CharField(max_length=32)


class ActRow(models.Model):
    """A dated act that a person noted: an event of the limitation log (`kind` of law/fr/limitation.yaml)."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="acts")
    statement = models.ForeignKey("StatementRow", null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    on = models.DateField(null=True)
    precision = models.CharField(max_length=8, default="day")
    source = models.CharField(max_length=8, default="person")
    note = models.TextField(default="")
    at = models.DateTimeField()
    by = models.CharField(max_length=32)


class PersonRow(RandomId):
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="people")
    role = models.CharField(max_length=20)
    number = models.IntegerField()
    names = models.JSONField(default=list)
    at = models.DateTimeField()


class ConsentRow(models.Model):
    """One consent, refusal or withdrawal, appended: the latest for an act wins.

    Without a person it was said for the whole incident: the one person targeted, or the association.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="consents")
    person = models.ForeignKey(PersonRow, null=True, on_delete=models.CASCADE, related_name="consents")
    act = models.CharField(max_length=30)
    state = models.CharField(max_length=10)
    at = models.DateTimeField()
    by = models.CharField(max_length=32)


class QualificationRow(models.Model):
    """What a person decided on one offence, appended: the latest wins."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="qualifications")
    statement = models.ForeignKey("StatementRow", null=True, on_delete=models.CASCADE, related_name="+")
    offence = models.CharField(max_length=80)
    decision = models.CharField(max_length=16)
    reason = models.TextField(default="")
    law_digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.CharField(max_length=32)


class ExhibitRow(RandomId):
    """One exhibit. `number` is never reused; `frozen` is its sealed copy, `item` the sealed source."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="exhibits")
    number = models.IntegerField()
    kind = models.CharField(max_length=16)
    item = models.CharField(max_length=64, default="")
    frozen = models.CharField(max_length=64, default="")
    ref = models.CharField(max_length=60, default="")
    messages = models.IntegerField(default=0)
    variants = models.IntegerField(default=0)
    platform = models.CharField(max_length=20, default="")
    at = models.DateTimeField(null=True)
    on = models.DateField(null=True)
    precision = models.CharField(max_length=8, default="none")
    source = models.CharField(max_length=8, default="")
    url = models.TextField(default="")
    is_danger = models.BooleanField(default=False)
    capture = models.ForeignKey(Capture, null=True, on_delete=models.SET_NULL)
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="exhibit_number_once")]
        ordering = ["number"]


class NoticeRow(RandomId):
    """A notice to a platform. Its state is recomputed from its events. `text_item` is the text as sent."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="notices")
    exhibit = models.ForeignKey(ExhibitRow, null=True, on_delete=models.SET_NULL)
    number = models.IntegerField()
    platform = models.CharField(max_length=20)
    url = models.TextField(default="")
    offences = models.JSONField(default=list)
    notifier_name = models.CharField(max_length=200, default="")
    notifier_email = models.CharField(max_length=200, default="")
    notifier_role = models.CharField(max_length=20, default="own_name")
    language = models.CharField(max_length=2, default="fr")
    text_item = models.CharField(max_length=64, default="")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["number"], name="casework_notice_number")]

    def noted(self) -> "list[NoticeEventRow]":
        """Its events in the order of writing, those replaced by a later one included, without what was taken back."""
        # sorted here: a question with an order of its own would not use the events that a list fetched at once
        rows = sorted(self.events.all(), key=lambda row: (row.noted_at, row.id))
        gone = {row.replaces for row in rows if row.kind == NoticeEventRow.TAKEN_BACK}
        return [row for row in rows if row.kind != NoticeEventRow.TAKEN_BACK and row.id not in gone]

    def standing(self) -> "list[NoticeEventRow]":
        """Those that hold today: neither taken back nor replaced."""
        rows = self.noted()
        replaced = {row.replaces for row in rows}
        return [row for row in rows if row.id not in replaced]


class NoticeEventRow(RandomId):
    """One step, appended. `taken_back` names in `replaces` the one that was noted by mistake: then neither counts."""

    TAKEN_BACK = "taken_back"

    notice = models.ForeignKey(NoticeRow, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20)
    at = models.DateTimeField(null=True)
    on = models.DateField(null=True)
    decision = models.CharField(max_length=20, default="")
    reasons = models.CharField(max_length=10, default="")
    appeal = models.CharField(max_length=10, default="")
    is_back = models.BooleanField(null=True)
    reference = models.CharField(max_length=200, default="")
    evidence = models.CharField(max_length=64, default="")
    note = models.TextField(default="")
    replaces = models.CharField(max_length=32, default="")
    noted_at = models.DateTimeField()
    by = models.CharField(max_length=32)


class TermRow(models.Model):
    """A term as it was last written to the calendar file, so that a change raises its sequence."""

    term_id = models.CharField(max_length=120, unique=True)
    on = models.DateField()
    title = models.CharField(max_length=200)
    note = models.TextField(default="")
    sequence = models.IntegerField(default=0)
    is_cancelled = models.BooleanField(default=False)


class DossierRow(RandomId):
    """One version of a dossier; made by a job, kept in `dossiers/` of the workspace."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="dossiers")
    version = models.IntegerField()
    recipient = models.CharField(max_length=16, default="")
    mask_third_parties = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    built_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "version"], name="dossier_version_once")]

    @property
    def is_built(self) -> bool:
        return self.built_at is not None


class JournalRow(models.Model):
    """Who did what, when; never what it said. `what` is a code of `journal.WHAT`."""

    at = models.DateTimeField()
    by = models.CharField(max_length=32)
    what = models.CharField(max_length=40)
    count = models.IntegerField(default=1)
    subject = models.CharField(max_length=64, default="")

    class Meta:
        indexes = [
            models.Index(fields=["-id"]),
            models.Index(fields=["by", "what", "at"], name="casework_journal_openings"),
        ]


def first_or_raise(query: "models.QuerySet[Any]", code: str) -> Any:
    """The one row asked for. Raises SaisineError(code) when it does not exist."""
    found = query.first()
    if found is None:
        raise SaisineError(code)
    return found
