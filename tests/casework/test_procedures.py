"""After the complaint: a number, a dismissal, an appeal, each with the day to watch and its flag."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.casework import deadlines, dossier_data, incidents, procedures
from saisine.casework.models import DossierRow
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.incidents.procedures import dues, load_procedures
from saisine.law.statements import flag

TODAY = date(2026, 4, 21)


@pytest.mark.parametrize(
    ("kind", "events", "expected"),
    [
        # 31 January + 3 months: there is no 31 April
        ("plainte_simple", [("filed", date(2026, 1, 31))], [("silence_3m", date(2026, 4, 30))]),
        ("plainte_simple", [("filed", date(2026, 1, 31)), ("dismissed", date(2026, 3, 1))],
         [("dismissed_next", date(2026, 3, 31))]),
        ("pcpc", [("filed", date(2025, 11, 30))], [("press_watch_3m", date(2026, 2, 28))]),
        ("citation_directe", [("filed", date(2026, 1, 2)), ("judgment", date(2026, 4, 20))],
         [("appeal_10d", date(2026, 4, 30))]),
        ("pcpc", [("filed", date(2026, 1, 2)), ("judgment", date(2026, 4, 1)), ("appeal", date(2026, 4, 8))], []),
        ("plainte_simple", [("refused", date(2026, 4, 20))], [("refused_next", date(2026, 4, 27))]),
        ("cnil", [("filed", date(2026, 3, 31))], [("cnil_1m", date(2026, 4, 30))]),
        ("constat", [("filed", date(2026, 3, 31))], []),
    ],
)  # fmt: skip
def test_each_step_has_its_day_to_watch(
    kind: str, events: list[tuple[str, date]], expected: list[tuple[str, date]]
) -> None:
    assert [(due.term.id, due.on) for due in dues(kind, events, TODAY)] == expected


@settings(max_examples=30, deadline=None)  # a shared machine may be slow
@given(
    st.lists(
        st.tuples(
            st.sampled_from([one.id for one in load_procedures().events]),
            st.dates(date(2024, 1, 1), date(2026, 12, 31)),
        ),
        max_size=6,
    ).flatmap(lambda events: st.tuples(st.just(events), st.permutations(events)))
)
def test_the_order_of_writing_changes_nothing(
    pair: tuple[list[tuple[str, date]], list[tuple[str, date]]],
) -> None:
    first, second = pair
    assert dues("plainte_simple", first, TODAY) == dues("plainte_simple", second, TODAY)


def test_every_term_is_bilingual_and_carries_its_flag() -> None:
    known = load_procedures()
    ids = {one.id for one in known.events}
    for term in known.terms:
        assert {term.after, *term.until} <= ids
        assert set(term.kinds) <= {one.id for one in known.kinds}
        assert all((term.label_fr, term.label_en, term.rule_fr, term.rule_en))
        assert flag(term.verified) in term.nature_words()
        assert flag(term.verified, "en") in term.nature_words("en")


def test_a_dismissal_is_followed_in_deadlines_and_dossier(session: Session) -> None:
    incident = incidents.open_incident(session, "Vague")
    row = procedures.add_procedure(
        session, incident, "plainte_simple", date(2026, 3, 2), authority="Commissariat"
    )
    procedures.note_event(session, row, "registered", date(2026, 3, 3), reference="2026/1234")
    procedures.note_event(session, row, "dismissed", date(2026, 4, 20), reference="motif 21")
    (one,) = [line for line in deadlines.deadlines(session) if line.kind == "procedure"]
    assert one.on == date(2026, 4, 20) + timedelta(days=30)
    assert "Code de procédure pénale art. 40-3" in one.nature_fr
    assert flag(False) in one.nature_fr
    assert "ne dit pas que vous avez eu tort" in one.detail_fr
    dossier = DossierRow.objects.create(incident=incident, version=1, created_at=session.now())
    steps = dossier_data.gather(session, dossier, session.now()).steps
    assert [step.reference for step in steps] == ["", "2026/1234", "motif 21"]
    assert steps[0].text == "Plainte simple (Commissariat)."
    assert "SUMMARY:Suite d’une démarche\\, dossier 1" in deadlines.calendar(session)


def test_what_is_no_step_is_refused(session: Session) -> None:
    incident = incidents.open_incident(session, "Vague")
    row = procedures.add_procedure(session, incident, "pharos", TODAY)
    for code, act in {
        "procedure_kind_unknown": lambda: procedures.add_procedure(session, incident, "lettre", TODAY),
        "procedure_event_unknown": lambda: procedures.note_event(session, row, "lost", TODAY),
        "date_in_future": lambda: procedures.note_event(session, row, "answered", date(2027, 1, 1)),
        "procedure_unknown": lambda: procedures.get_procedure(session, incident, "9"),
    }.items():
        with pytest.raises(SaisineError) as told:
            act()
        assert told.value.code == code


def test_an_answer_before_the_complaint_is_refused(session: Session) -> None:
    incident = incidents.open_incident(session, "Plainte")
    row = procedures.add_procedure(session, incident, "plainte_simple", date(2026, 3, 10))
    with pytest.raises(SaisineError) as told:
        procedures.note_event(session, row, "registered", date(2026, 3, 9))
    assert told.value.code == "procedure_event_before"
    assert "2026-03-10" in told.value.sentence("fr")
    procedures.note_event(session, row, "registered", date(2026, 3, 10))
    assert row.events.count() == 2
