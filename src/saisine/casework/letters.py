"""Letters of an incident: consent checked, data gathered from the rows, one file written where a person asked."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from saisine.casework import (
    association,
    breaches,
    chronology,
    consents,
    exhibits,
    harm,
    journal,
    notices,
    rights,
    statements,
)
from saisine.casework.case_models import ALL, StatementRow
from saisine.casework.dossier_data import about_words
from saisine.casework.models import ExhibitRow, Incident, NoticeRow
from saisine.casework.session import Session
from saisine.dossiers.build import BROKEN
from saisine.dossiers.sheets import ANSWERS_FR
from saisine.errors import SaisineError
from saisine.incidents.consents import ACTS
from saisine.law.assess import Assessed, Assessment
from saisine.law.dates import add_months, day_fr
from saisine.law.statements import flag
from saisine.letters import (
    ContentLine,
    DatedLine,
    ExhibitLine,
    Letter,
    LetterData,
    LetterReport,
    NoticeLine,
    ObservedLine,
    OffenceLine,
    Sender,
    compose_letter,
    load_letters,
    make_letter,
    require_letter,
)
from saisine.messages.schema import Message
from saisine.notices import load_platforms
from saisine.notices.states import DECISIONS, NoticeEvent, live_events

CONTENT_KINDS: Final = ("message", "group", "screenshot", "capture", "export_row")
QUIET_DAYS: Final = 30  # our own reminder (notices/terms.yaml, silence_30d), never a delay of the law


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One letter that may be made. `consent`: what is missing, in words; empty when it may leave."""

    letter: Letter
    unmet: tuple[str, ...]
    consent_fr: str = ""
    consent_en: str = ""


def list_letters(session: Session, incident: Incident) -> list[LetterLine]:
    """Every letter, with what it would lack for this incident today."""
    data = gather(session, incident)
    return [_line(session, incident, letter, data) for letter in load_letters().values()]


def _line(session: Session, incident: Incident, letter: Letter, data: LetterData) -> LetterLine:
    unmet = compose_letter(letter, data).unmet
    try:
        require_ready(session, incident, letter.id)
    except SaisineError as error:
        return LetterLine(letter, unmet, str(error.facts["missing_fr"]), str(error.facts["missing_en"]))
    return LetterLine(letter, unmet)


def require_ready(session: Session, incident: Incident, kind: str) -> Letter:
    """Raises `letter_kind_unknown`, `incident_consent_missing`."""
    letter = require_letter(kind)
    if letter.consents:
        consents.require_consent(session, incident, *(act for act in letter.consents if act in ACTS))
    return letter


def make(
    session: Session,
    incident: Incident,
    kind: str,
    out: Path,
    *,
    given: Mapping[str, str] | None = None,
    quote: bool = False,
) -> LetterReport:
    """Write one letter. With `quote`, the words of the contents are in it, and that they were read is logged.

    Raises as `require_ready`, `letter_exists`, and as `make_letter`.
    """
    require_ready(session, incident, kind)
    if out.exists():
        raise SaisineError("letter_exists", path=out.name)
    report = make_letter(kind, gather(session, incident, given=given, quote=quote), out)
    journal.note(session, "letter_made", subject=incident.id)
    return report


# ------------------------------------------------------------------ data


def gather(
    session: Session, incident: Incident, *, given: Mapping[str, str] | None = None, quote: bool = False
) -> LetterData:
    """What the letters of this incident are filled from. Raises `law_events_order`."""
    rows = exhibits.exhibits(session, incident)
    card = association.get_association(session)
    found = rights.assessments(session, incident)
    sent = [notice for notice in reversed(notices.list_notices(session, incident)) if _is_sent(notice)]
    platform = _platform(rows, sent)
    return LetterData(
        number=incident.number,
        today=session.today(),
        sender=Sender(card.name, card.email, card.object_fr, card.declared_on, card.address),
        summary=incident.summary,
        harm=harm.letter_words(session, incident),
        platform=_named(platform),
        coordinator=_coordinator(platform),
        law_as_of=session.law.meta.as_of,
        chronology=tuple(_chronology(session, incident)),
        exhibits=tuple(_exhibit(session, row) for row in rows),
        contents=tuple(
            _contents(session, incident, rows, rights.lawful_exhibits(session, incident, found), quote=quote)
        ),
        offences=tuple(_offences(session, incident, found)),
        notices=tuple(_notice(session, notice) for notice in sent),
        observed=tuple(line for notice in sent for line in _observed(session, notice)),
        given=given or {},
    )


def _platform(rows: Sequence[ExhibitRow], sent: Sequence[NoticeRow]) -> str:
    """The platform a letter is about: that of the last notice, else the one that all exhibits share."""
    if sent:
        return sent[-1].platform
    found = {row.platform for row in rows if row.platform}
    return found.pop() if len(found) == 1 else ""


def platform_names(session: Session, incident: Incident) -> list[str]:
    """The platforms of the exhibits and of the notices sent, by name: a letter may be about one of them."""
    rows = exhibits.exhibits(session, incident)
    sent = [notice for notice in notices.list_notices(session, incident) if _is_sent(notice)]
    found = {row.platform for row in rows} | {notice.platform for notice in sent}
    return sorted({_named(one) for one in found} - {""}, key=str.casefold)


def _coordinator(platform: str) -> str:
    profile = load_platforms().get(platform)
    return (profile.dsc or "") if profile else ""


def _chronology(session: Session, incident: Incident) -> Iterator[DatedLine]:
    for line in chronology.chronology(session, incident):
        if line.when.day is not None:
            yield DatedLine(line.when.words("fr"), line.text("fr"), line.exhibits)


def _exhibit(session: Session, row: ExhibitRow) -> ExhibitLine:
    sealed = exhibits.sealed_of(session, row)
    title = exhibits.exhibit_title(row)
    sha256 = sealed.sha256 if sealed else ""
    return ExhibitLine(row.number, title, _when(row), row.url, sha256, _named(row.platform))


def _named(platform: str) -> str:
    return exhibits.PLATFORM_NAMES.get(platform, platform) if platform != "other" else ""


def _when(row: ExhibitRow) -> str:
    dated = chronology.dated(row)
    return dated.words("fr") if dated.day is not None else ""


Found = Sequence[tuple[StatementRow, Assessment]]


def _numbers(about: StatementRow) -> tuple[int, ...]:
    return tuple(statements.exhibits_of(about).values_list("number", flat=True))


def _contents(
    session: Session,
    incident: Incident,
    rows: Sequence[ExhibitRow],
    lawful: Collection[int],
    *,
    quote: bool,
) -> Iterator[ContentLine]:
    """One line per address of a content; its account as the platform shows it, never a guess about a person."""
    addresses = _addresses(session, incident)
    for row in rows:
        if row.kind not in CONTENT_KINDS:
            continue
        messages = _messages(session, row, quote=quote)
        first = exhibits.earliest(messages) if messages else None
        own = row.url or (first.url or "" if first else "")
        named = addresses.get(row.id) or {own: row.platform}
        for url, platform in named.items():
            shown = next((one for one in messages if one.url == url), first)
            account = (shown.author_handle or shown.author_name or shown.author_id or "") if shown else ""
            yield ContentLine(
                url=url,
                platform=_named(platform),
                account=f"compte {account}" if account else "",
                published=_when(row),
                exhibit=row.number,
                quoted=shown.text if quote and shown else None,
                is_lawful=row.number in lawful,
            )
    for url, platform in addresses.get("", {}).items():
        yield ContentLine(url=url, platform=_named(platform))


def _messages(session: Session, row: ExhibitRow, *, quote: bool) -> list[Message]:
    """Its messages; none when they were erased or no longer match their seal, which stops no letter."""
    try:
        return exhibits.open_exhibit(session, row) if quote else exhibits.exhibit_messages(session, row)
    except SaisineError as error:
        if error.code not in BROKEN:
            raise
        return []


def _addresses(session: Session, incident: Incident) -> dict[str, dict[str, str]]:
    """Per exhibit, the addresses that its notices name and their platform: a person checked those.

    Under an empty id, those of notices that no exhibit shows. What was abandoned names nothing.
    """
    found: dict[str, dict[str, str]] = {}
    for notice in reversed(notices.list_notices(session, incident)):
        if notice.url and notices.state_of(notice).id != "abandoned":
            found.setdefault(notice.exhibit_id or "", {})[notice.url] = notice.platform
    return found


def _offences(session: Session, incident: Incident, found: Found) -> Iterator[OffenceLine]:
    """By statement, what somebody kept; while nothing is decided, what the assessment finds met.

    Never what was set aside. Once something is kept for one statement, the others wait for their own decision.
    """
    decided = {about.id: rights.decisions(session, incident, about) for about, _ in found}
    kept_any = any(row.decision == "retenir" for rows in decided.values() for row in rows.values())
    for about, assessment in found:
        rows = decided[about.id]
        said = about_words(about)
        prefix = f"Propos {about.number} ({said[:1].lower()}{said[1:]}) : " if len(found) > 1 else ""
        shown = None if about.span == ALL else _numbers(about)
        for item in assessment.main:
            word = rows[item.id].decision if item.id in rows else ""
            if word == "retenir" or (not kept_any and item.status == "met" and word != "ecarter"):
                yield replace(_offence(item, prefix), exhibits=shown)


def _offence(item: Assessed, prefix: str = "") -> OffenceLine:
    return OffenceLine(
        id=item.id,
        name=prefix + item.offence.name_fr,
        articles=", ".join(item.offence.articles),
        statement=f"{item.statement.as_of_words().capitalize()}. {item.statement.flag()}.",
        elements=tuple(element.why_fr for element in item.qualification.pleaded),
        last_day=item.clock.last_useful_day if item.clock else None,
        is_press=item.offence.is_press,
        complaint=item.offence.public_action.complaint,
        standing=_standing(item),
    )


def _standing(item: Assessed) -> str:
    """The association's best answer for this offence, with its text and flag; a « oui » hides no condition."""
    order = list(ANSWERS_FR)
    best = min(item.standing, key=lambda one: order.index(one.answer), default=None)
    if best is None:
        return ""
    said = f"{ANSWERS_FR[best.answer].lower()}. {best.basis_fr} {' '.join(best.missing)}".strip()
    return f"{said} {flag(best.verified)}"


# ------------------------------------------------------------------ notices


def _events(notice: NoticeRow) -> dict[str, NoticeEvent]:
    """The last event of each kind that still holds."""
    return {event.kind: event for event in live_events(notices.events_of(notice))}


def _is_sent(notice: NoticeRow) -> bool:
    return "sent" in _events(notice)


def _complaint_months(session: Session) -> int:
    """How long a decision may be contested before the platform: a rule of the law's data (DSA art. 20)."""
    return next(rule.months for rule in session.law.limitation.other_deadlines if rule.id == "dsa_art20")


def _notice(session: Session, notice: NoticeRow) -> NoticeLine:
    events = _events(notice)
    decided = events.get("decided")
    opens_complaint = decided is not None and decided.decision in ("kept", "restricted")
    return NoticeLine(
        number=notice.number,
        platform=_named(notice.platform),
        coordinator=_coordinator(notice.platform),
        url=notice.url,
        exhibit=notice.exhibit.number if notice.exhibit else None,
        sent_on=events["sent"].day,
        reference=events["sent"].reference,
        decision=DECISIONS[decided.decision][0] if decided and decided.decision else "",
        decided_on=decided.day if decided else None,
        complaint_until=add_months(decided.day, _complaint_months(session))
        if decided and opens_complaint
        else None,
    )


def _observed(session: Session, notice: NoticeRow) -> Iterator[ObservedLine]:
    """What the notice's own events show of the platform's duties. A refusal alone is none."""
    events, name, platform = _events(notice), f"Signalement {notice.number}", _named(notice.platform)
    sent, decided = events["sent"].day, events.get("decided")
    waited = session.today() - sent
    if "acknowledged" not in events and decided is None and waited > timedelta(days=1):
        yield ObservedLine(
            "Article 16, paragraphe 4",
            f"{name}, {waited.days} jours après l’envoi : aucun accusé de réception.",
            platform,
        )
    if decided is None and waited > timedelta(days=QUIET_DAYS):
        yield ObservedLine(
            "Article 16, paragraphe 5",
            f"{name}, {waited.days} jours après l’envoi : aucune décision reçue.",
            platform,
        )
    if decided is not None and decided.reasons in ("no", "partial"):
        words = "sans motifs" if decided.reasons == "no" else "avec des motifs incomplets"
        yield ObservedLine("Article 16, paragraphe 5", f"{name} : décision reçue {words}.", platform)
    for breach in breaches.breaches_of(session, notice):
        yield ObservedLine(
            breach.kind.article,
            f"{name}, le {day_fr(breach.row.observed_on)} : {_breach(breach)}",
            platform,
        )


def _breach(breach: breaches.Breach) -> str:
    note = f" {breach.row.note}" if breach.row.note else ""
    return f"{breach.words()}{note} {flag(breach.kind.verified)}."
