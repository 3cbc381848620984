"""Notices of an incident: drafted from an exhibit and the qualifications kept, sent by a person, followed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import cast

from django.db import transaction
from django.db.models import Max, QuerySet

from saisine.casework import consents, exhibits, journal, rights, scopes, statements
from saisine.casework.association import get_association
from saisine.casework.case_models import StatementRow
from saisine.casework.models import (
    ExhibitRow,
    Incident,
    NoticeEventRow,
    NoticeRow,
    QualificationRow,
    first_or_raise,
)
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.law.assess import Assessed, Assessment, assess
from saisine.law.inputs import CaseInputs
from saisine.messages.filetypes import type_of
from saisine.notices import (
    Due,
    LegalBasis,
    NoticeDraft,
    NoticeEvent,
    NoticeRecord,
    NoticeText,
    Notifier,
    State,
    build_notice_text,
    due_dates,
    load_platforms,
    notice_state,
    notices_csv,
    platform_for_url,
    require_event,
)
from saisine.notices.states import DECISIONS, Appeal, Decision, Kind, Reasons, live_events
from saisine.paris import in_paris
from saisine.vault import SealItem

CONSENT = "notifier_plateforme"
DANGER_FACTS = ("threat_death", "credible_imminent_threat", "suicide_risk")
MINOR_FACT = "minor_sexual_image"


# ------------------------------------------------------------------ drafting


def draft(
    session: Session,
    incident: Incident,
    *,
    exhibit: ExhibitRow | None = None,
    platform: str = "",
    url: str = "",
    notifier_role: str = "own_name",
    name: str = "",
    email: str = "",
    language: str = "fr",
) -> NoticeRow:
    """A notice on one content. The platform follows from the link unless it is named.

    Raises `notice_nothing_unlawful` when the assessment finds no offence, `notice_undecided` while all are
    only possible, `notice_platform_unknown`, `notice_exhibit_foreign`, `item_erased`.
    """
    if exhibit is not None and exhibit.incident_id != incident.id:
        raise SaisineError("notice_exhibit_foreign")
    if exhibit is not None:
        exhibits.exhibit_messages(session, exhibit)  # nothing is notified of words that are gone
    link = url.strip() or (exhibit.url if exhibit else "")
    chosen = platform or (platform_for_url(link).platform.id if link else "") or platform_of(exhibit)
    if chosen not in load_platforms():
        raise SaisineError("notice_platform_unknown", platform=chosen)
    bases = bases_now(session, incident, statements.statement_of(session, exhibit, incident))
    card = get_association(session)
    with transaction.atomic():
        number = (NoticeRow.objects.aggregate(top=Max("number"))["top"] or 0) + 1
        notice = NoticeRow.objects.create(
            incident=incident,
            exhibit=exhibit,
            number=number,
            platform=chosen,
            url=link,
            offences=[item.id for item in bases],
            notifier_name=name.strip() or card.name,
            notifier_email=email.strip() or card.email,
            notifier_role=notifier_role if notifier_role == "mandate" else "own_name",
            language="en" if language == "en" else "fr",
            created_at=session.now(),
        )
        journal.note(session, "notice_drafted", subject=notice.id)
    return notice


def platform_of(exhibit: ExhibitRow | None) -> str:
    known = load_platforms()
    return exhibit.platform if exhibit and exhibit.platform in known else "other"


def bases_now(session: Session, incident: Incident, about: StatementRow) -> list[Assessed]:
    """The qualifications a person kept for a statement; when none was kept, those whose elements are all present.

    Raises `notice_nothing_unlawful`; `notice_undecided` when everything is still only possible: choosing for
    the person would accuse somebody of something nobody described.
    """
    found = rights.assessment(session, incident, about)
    decided = rights.decisions(session, incident, about)
    main = [item for item in found.main if _word(decided, item.id) != "ecarter"]
    if not main:
        raise SaisineError("notice_nothing_unlawful")
    kept = [item for item in main if _word(decided, item.id) == "retenir"]
    bases = kept or [item for item in main if item.status == "met"]
    if not bases:
        raise SaisineError("notice_undecided")
    return bases


def _word(decided: dict[str, QualificationRow], offence: str) -> str:
    return decided[offence].decision if offence in decided else ""


def get_notice(session: Session, ref: str) -> NoticeRow:
    """By id or number. Raises `notice_unknown`."""
    ref = str(ref).strip()
    by_number = ref.isascii() and ref.isdigit() and len(ref) < 10
    here = scopes.within(session, NoticeRow.objects.all())
    rows = here.filter(number=int(ref)) if by_number else here.filter(id=ref)
    found: NoticeRow = first_or_raise(rows.select_related("incident", "exhibit"), "notice_unknown")
    return found


def list_notices(session: Session, incident: Incident | None = None) -> list[NoticeRow]:
    """Notices, the newest first."""
    asked = NoticeRow.objects.select_related("incident", "exhibit").prefetch_related("events")
    rows = scopes.within(session, asked.order_by("-number"))
    return list(rows.filter(incident=incident) if incident is not None else rows)


def notice_rows(session: Session) -> "QuerySet[NoticeRow, NoticeRow]":
    """The same as a question to cut into pages; of each notice what a list says: number, platform, incident, state."""
    asked = NoticeRow.objects.select_related("incident").prefetch_related("events")
    asked = asked.only("number", "platform", "incident__number", "incident__title")
    return scopes.within(session, asked.order_by("-number"))


# ------------------------------------------------------------------ the text


Assessments = dict[str, tuple[CaseInputs, Assessment]]  # by statement


def text_of(
    session: Session, notice: NoticeRow, *, quote: bool = False, known: Assessments | None = None
) -> NoticeText:
    """The notice as it stands today. The words of the content are in it only when `quote` is asked.

    `known` is filled with what was assessed: a wave of notices rests on one statement, assessed once.
    """
    return build_notice_text(
        _draft(session, notice, quote=quote, known={} if known is None else known), session.law
    )


def show_text(session: Session, notice: NoticeRow, *, known: Assessments | None = None) -> NoticeText:
    """The whole text, quoted words included: a person asked for it, one line of the journal says so."""
    if notice.exhibit is not None and notice.exhibit.frozen:
        session.vault.log_access(notice.exhibit.frozen, actor=session.actor)
    journal.note(session, "notice_shown", subject=notice.id)
    return text_of(session, notice, quote=True, known=known)


def _draft(session: Session, notice: NoticeRow, *, quote: bool, known: Assessments) -> NoticeDraft:
    incident = notice.incident
    about = statements.statement_of(session, notice.exhibit, incident)
    if about.id not in known:
        facts = rights.inputs_of(session, incident, about)
        known[about.id] = facts, assess(session.law, facts, session.today())
    inputs, found = known[about.id]
    wanted = [item for item in found.qualifications if item.id in notice.offences]
    grounds = tuple(sorted(inputs.grounds))
    in_danger = any(inputs.value(fact) is True for fact in DANGER_FACTS)
    base = NoticeDraft(
        url=notice.url,
        bases=tuple(LegalBasis.of(item, session.law, grounds) for item in wanted),
        notifier=Notifier(
            notice.notifier_name,
            notice.notifier_email,
            "mandate" if notice.notifier_role == "mandate" else "own_name",
        ),
        platform=notice.platform,
        seen_at=notice.exhibit.added_at if notice.exhibit else notice.created_at,
        published_at=notice.exhibit.at if notice.exhibit else None,
        explanation=incident.summary,
        danger_fr="Une atteinte à la vie ou à la sécurité d’une personne est à craindre."
        if in_danger
        else "",
        danger_en="A threat to a person’s life or safety is feared." if in_danger else "",
        threatens_life=in_danger,
        is_minor_sexual_offence=inputs.value(MINOR_FACT) is True,
        language="en" if notice.language == "en" else "fr",
    )
    return _with_content(session, notice, base, quote=quote)


def _with_content(session: Session, notice: NoticeRow, base: NoticeDraft, *, quote: bool) -> NoticeDraft:
    if notice.exhibit is None:
        return base
    try:
        messages = exhibits.exhibit_messages(session, notice.exhibit)
    except SaisineError as error:
        if error.code not in ("item_erased", "unit_erased"):
            raise
        messages = []  # its words are gone; what was noted of the notice stands
    if not messages:
        return base
    first = next((one for one in messages if one.url == notice.url), None) or exhibits.earliest(messages)
    account = first.author_handle or first.author_name or first.author_id or ""
    return replace(base, account=account, quoted=first.text if quote else None)


# ------------------------------------------------------------------ what happened to it


def mark_sent(
    session: Session, notice: NoticeRow, *, reference: str = "", at: datetime | date | None = None
) -> NoticeEventRow:
    """A person sent it on the platform's form: the text as sent is sealed, the reminders start.

    Raises `incident_consent_missing`, `notice_incomplete` while a compulsory part is missing,
    `notice_event_refused`, `date_in_future`.
    """
    if at is not None and _day(at) > session.today():
        raise SaisineError("date_in_future", day=_day(at).isoformat())
    consents.require_consent(session, notice.incident, CONSENT)
    text = text_of(session, notice, quote=True)
    if not text.can_be_sent:
        raise SaisineError(
            "notice_incomplete",
            missing_fr=" ; ".join(point.text("fr") for point in text.missing),
            missing_en="; ".join(point.text("en") for point in text.missing),
        )
    event = NoticeEvent("sent", at or session.now(), reference=reference.strip()[:200])
    require_event(events_of(notice), event)
    item = SealItem(
        f"signalement-{notice.number}.txt", text.text.encode(), kind="text", media_type="text/plain"
    )
    sealed = session.vault.seal(item, unit=notice.incident.unit or None, actor=session.actor)
    with transaction.atomic():
        NoticeRow.objects.filter(id=notice.id).update(text_item=sealed.item)
        notice.text_item = sealed.item
        return _write(session, notice, event)


def moment(session: Session, notice: NoticeRow, on: date | None) -> datetime | date:
    """When a step noted now took place. After one of today whose hour nobody gave, this one has its day alone:
    its hour would place it before."""
    if on is not None:
        return on
    today = session.today()
    kept = live_events(events_of(notice))
    is_rough = any(not one.has_time and one.day == today and one.kind != "sent" for one in kept)
    return today if is_rough else session.now()


def _day(at: datetime | date) -> date:
    return in_paris(at).date() if isinstance(at, datetime) else at


def acknowledge(
    session: Session, notice: NoticeRow, file: tuple[str, Path] | None = None, *, at: datetime | None = None
) -> NoticeEventRow:
    """The platform acknowledged receipt; its file is sealed and becomes an exhibit of the incident."""
    event = NoticeEvent("acknowledged", at or moment(session, notice, None))
    require_event(events_of(notice), event)
    evidence = seal_evidence(session, notice, file) if file is not None else ""
    return _write(session, notice, replace(event, evidence=evidence))


def seal_evidence(session: Session, notice: NoticeRow, file: tuple[str, Path]) -> str:
    """Seal what shows a step, beside the incident; it becomes an exhibit. The sealed item."""
    name, path = file
    with path.open("rb") as stream:
        found = type_of(stream.read(65536))
    item = SealItem(name, path, kind=found.kind, media_type=found.media_type)
    sealed = session.vault.seal(item, unit=notice.incident.unit or None, actor=session.actor)
    exhibits.add_item(session, notice.incident, sealed.item)
    return sealed.item


def note_answer(
    session: Session,
    notice: NoticeRow,
    decision: str,
    on: date | None = None,
    *,
    reasons: str = "",
    replaces: str = "",
) -> NoticeEventRow:
    """The platform decided; `replaces` names an answer noted wrongly, which stays in the record.

    Raises `notice_decision_unknown`, `notice_event_refused`, `notice_event_unknown`, `date_in_future`.
    """
    if replaces and not notice.events.filter(id=replaces, kind="decided").exists():
        raise SaisineError("notice_event_unknown")
    if decision not in DECISIONS:
        raise SaisineError("notice_decision_unknown", decision=decision)
    if on is not None and on > session.today():
        raise SaisineError("date_in_future", day=on.isoformat())
    known = cast(Reasons, reasons if reasons in ("yes", "no", "partial") else "")
    event = NoticeEvent(
        "decided",
        moment(session, notice, on),
        replaces=replaces,
        decision=cast(Decision, decision),
        reasons=known,
    )
    return note_event(session, notice, event)


def require_step(notice: NoticeRow, event: NoticeEvent) -> None:
    """Raises `notice_event_refused` with the reason, before anything is sealed for it."""
    require_event(events_of(notice), event)


def note_event(session: Session, notice: NoticeRow, event: NoticeEvent) -> NoticeEventRow:
    """Any other step of the path. Raises `notice_event_refused` with the reason."""
    require_event(events_of(notice), event)
    return _write(session, notice, event)


def _write(session: Session, notice: NoticeRow, event: NoticeEvent) -> NoticeEventRow:
    row = NoticeEventRow.objects.create(
        notice=notice,
        kind=event.kind,
        at=event.at if isinstance(event.at, datetime) else None,
        on=None if isinstance(event.at, datetime) else event.at,
        decision=event.decision,
        reasons=event.reasons,
        appeal=event.appeal,
        is_back=event.is_back,
        reference=event.reference,
        evidence=event.evidence,
        note=event.note,
        replaces=event.replaces,
        noted_at=session.now(),
        by=session.actor,
    )
    journal.note(session, "notice_noted", subject=notice.id)
    return row


def events_of(notice: NoticeRow) -> list[NoticeEvent]:
    """Every event noted and not taken back, in the order of writing; the state machine sorts them by time."""
    return [_event(row) for row in notice.noted()]


def _event(row: NoticeEventRow) -> NoticeEvent:
    return NoticeEvent(
        kind=cast(Kind, row.kind),
        at=row.at or row.on or row.noted_at,
        id=row.id,
        replaces=row.replaces,
        decision=cast(Decision, row.decision),
        reasons=cast(Reasons, row.reasons),
        appeal=cast(Appeal, row.appeal),
        is_back=row.is_back,
        evidence=row.evidence,
        reference=row.reference,
        note=row.note,
    )


def state_of(notice: NoticeRow) -> State:
    return notice_state(events_of(notice))


def dues_of(session: Session, notice: NoticeRow) -> tuple[Due, ...]:
    """What is due after this notice, today."""
    return due_dates(notice.id, events_of(notice), session.today())


# ------------------------------------------------------------------ table


def as_csv(session: Session, notices: Iterable[NoticeRow] | None = None) -> str:
    """Every notice as the scorecards read them. Identifiers are numbers of this workspace, no name."""
    rows: Sequence[NoticeRow] = list(notices) if notices is not None else list_notices(session)
    return notices_csv(_record(row) for row in reversed(rows))


def _record(row: NoticeRow) -> NoticeRecord:
    return NoticeRecord(
        notice_id=f"n{row.number}",
        campaign_id=f"i{row.incident.number}",
        platform=row.platform,
        ground=row.offences[0] if row.offences else "",
        language=row.language,
        events=tuple(events_of(row)),
    )
