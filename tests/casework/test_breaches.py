"""Breaches of a platform's duties: shown by a capture, alleged until confirmed, told where they matter."""

import csv
import io
from datetime import date

import pytest

from saisine.casework import breaches, consents, dossier_data, incidents, letters, notices, rights
from saisine.casework.models import DossierRow, ExhibitRow, NoticeRow
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.law.statements import flag
from saisine.notices.breaches import COLUMNS, load_breaches
from tests.casework.test_statements import INSULT, exhibit


@pytest.fixture
def notice(session: Session) -> NoticeRow:
    incident = incidents.open_incident(session, "Vague")
    rights.record(session, incident, INSULT)
    return notices.draft(session, incident, url="https://x.com/compte_1/status/2028000000000000001")


@pytest.fixture
def capture(session: Session, notice: NoticeRow) -> ExhibitRow:
    return exhibit(session, notice.incident, 1, "screenshot")


def test_needless_steps_are_told_with_their_capture_and_their_clicks(
    session: Session, notice: NoticeRow, capture: ExhibitRow
) -> None:
    row = breaches.note_breach(session, notice, "needless_steps", exhibit=capture, clicks=14)
    (one,) = breaches.breaches_of(session, notice)
    assert one.words() == "Étapes inutiles avant de pouvoir signaler (14 clics, pièce 1). Allégué."
    breaches.confirm(session, row, "Le formulaire a changé depuis.")
    (one,) = breaches.breaches_of(session, notice)
    assert one.words("en") == "Needless steps before a notice can be sent (14 clicks, exhibit 1). Confirmed."
    breaches.withdraw(session, row)
    assert breaches.breaches_of(session, notice) == []
    assert breaches.as_csv(session).count("\n") == 1


@pytest.mark.parametrize(("kind", "clicks"), [("needless_steps", 3), ("attachment_refused", None)])
def test_what_nobody_can_check_is_not_noted(
    session: Session, notice: NoticeRow, kind: str, clicks: int | None
) -> None:
    with pytest.raises(SaisineError) as told:
        breaches.note_breach(session, notice, kind, clicks=clicks)
    assert told.value.code == "breach_exhibit_missing"


def test_steps_without_a_count_foreign_exhibits_and_days_to_come_are_refused(
    session: Session, notice: NoticeRow, capture: ExhibitRow
) -> None:
    other = incidents.open_incident(session, "Autre")
    foreign = exhibit(session, other, 1, "document")
    for code, asked in {
        "breach_exhibit_missing": {"kind": "needless_steps", "exhibit": capture, "clicks": 0},
        "notice_exhibit_foreign": {"kind": "attachment_refused", "exhibit": foreign},
        "date_in_future": {"kind": "no_acknowledgement", "observed_on": date(2030, 1, 1)},
        "breach_kind_unknown": {"kind": "slow"},
    }.items():
        with pytest.raises(SaisineError) as told:
            breaches.note_breach(session, notice, **asked)  # type: ignore[arg-type]
        assert told.value.code == code


def test_a_breach_reaches_the_coordinator_in_letter_dossier_and_rows(
    session: Session, notice: NoticeRow, capture: ExhibitRow
) -> None:
    consents.set_consent(session, notice.incident, "notifier_plateforme", "given")
    notices.mark_sent(session, notice)
    breaches.note_breach(
        session, notice, "attachment_refused", exhibit=capture, note="Message d’erreur affiché."
    )
    kind = load_breaches()["attachment_refused"]
    row = DossierRow.objects.create(incident=notice.incident, version=1, created_at=session.now())
    (line,) = [step for step in dossier_data.gather(session, row, session.now()).steps if step.breach_fr]
    assert line.exhibits == (1,)
    assert kind.article in line.breach_fr
    assert flag(kind.verified) in line.breach_fr, "an unverified rule keeps its warning"
    (seen,) = letters.gather(session, notice.incident).observed
    assert seen.article == kind.article
    assert seen.text.endswith(f"Message d’erreur affiché. {flag(kind.verified)}.")
    assert "pièce 1" in seen.text
    (told,) = csv.DictReader(io.StringIO(breaches.as_csv(session)))
    assert tuple(told) == COLUMNS
    assert (told["breach"], told["state"], told["exhibit"], told["clicks"]) == (
        "attachment_refused", "alleged", "1", "",
    )  # fmt: skip


def test_every_kind_of_breach_is_bilingual_and_carries_its_flag() -> None:
    for kind in load_breaches().values():
        assert all((kind.label_fr, kind.label_en, kind.rule_fr, kind.rule_en, kind.article))
        assert flag(kind.verified) in kind.rule()
        assert flag(kind.verified, "en") in kind.rule("en")
        assert ("clicks" not in kind.needs) or "exhibit" in kind.needs
