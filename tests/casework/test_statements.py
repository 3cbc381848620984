"""One incident, several statements: each with its own answers, one press qualification, its own clocks."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from saisine.casework import (
    deadlines,
    dossier_data,
    exhibits,
    incidents,
    letters,
    notices,
    rights,
    statements,
)
from saisine.casework.case_models import StatementRow
from saisine.casework.models import DossierRow, ExhibitRow, FactRow, Incident
from saisine.casework.session import Session
from saisine.dossiers import build_pdf
from saisine.errors import SaisineError
from saisine.vault import SealItem
from tests.dossiers.test_pdf import text_of

INSULT = {
    "is_public": "true",
    "target_person": "true",
    "outrageous_expression": "true",
    "imputes_precise_fact": "false",
    "ground": "false",
    "prior_provocation": "false",
}
DEFAMATION = INSULT | {
    "outrageous_expression": "false",
    "imputes_precise_fact": "true",
    "harms_honour": "true",
    "good_faith_or_truth": "false",
}


def exhibit(session: Session, incident: Incident, number: int, kind: str = "message") -> ExhibitRow:
    """An exhibit of 14 March; the sealing of its copy is not the subject here."""
    at = datetime(2026, 3, 14, 12, number, tzinfo=UTC)
    item = session.vault.seal(SealItem(f"piece-{number}.txt", b"une ligne", kind="text")).item
    return ExhibitRow.objects.create(
        incident=incident,
        number=number,
        kind=kind,
        item=item,
        at=at,
        precision="min",
        platform="x",
        added_at=session.now(),
    )


@pytest.fixture
def incident(session: Session) -> Incident:
    """Three exhibits of one day."""
    opened = incidents.open_incident(session, "Messages de mars")
    for number in (1, 2, 3):
        exhibit(session, opened, number)
    return opened


def numbers(statement: StatementRow) -> list[int]:
    return list(statements.exhibits_of(statement).values_list("number", flat=True))


def met(session: Session, incident: Incident, statement: StatementRow) -> set[str]:
    return {item.id for item in rights.assessment(session, incident, statement).met}


# ------------------------------------------------------------------ which exhibits


def test_an_incident_holds_one_statement_with_every_exhibit(session: Session, incident: Incident) -> None:
    (only,) = statements.statements(session, incident)
    assert numbers(only) == [1, 2, 3]
    row = DossierRow.objects.create(incident=incident, version=1, created_at=session.now())
    sheets = dossier_data.gather(session, row, session.now()).qualifications
    assert {sheet.statement for sheet in sheets} == {0}, "nothing to number where there is one"


def test_an_exhibit_named_by_one_leaves_the_first_and_comes_back(
    session: Session, incident: Incident
) -> None:
    second = statements.add_statement(session, incident, [2, 3], author="@compte")
    first = statements.first(session, incident)
    assert (numbers(first), numbers(second)) == ([1], [2, 3])
    statements.change(session, second, pieces=[3])
    assert (numbers(first), numbers(second)) == ([1, 2], [3])
    statements.withdraw(session, second)
    assert numbers(first) == [1, 2, 3]
    assert statements.add_statement(session, incident, [1]).number == 3, "a number is never used twice"


def test_a_statement_on_the_whole_takes_nothing_from_the_others(session: Session, incident: Incident) -> None:
    whole = statements.add_statement(session, incident, is_whole=True)
    assert numbers(whole) == numbers(statements.first(session, incident)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "found"), [("3, 5-7", [3, 5, 6, 7]), ("", []), (" 2 ; 1 ", [1, 2]), ("1 - 2", [1, 2])]
)
def test_numbers_are_read_as_people_write_them(text: str, found: list[int]) -> None:
    assert statements.read_numbers(text) == found


@pytest.mark.parametrize("text", ["a", "7-5", "1.5", "-3", "1-999999", "١"])
def test_what_is_no_number_of_an_exhibit_is_told(text: str) -> None:
    with pytest.raises(SaisineError) as told:
        statements.read_numbers(text)
    assert told.value.code == "statement_pieces_unclear"


def test_what_makes_no_statement_is_refused(session: Session, incident: Incident) -> None:
    first = statements.first(session, incident)
    acts = {
        "statement_pieces_unknown": lambda: statements.add_statement(session, incident, [9]),
        "date_in_future": lambda: statements.add_statement(session, incident, published_on=date(2030, 1, 1)),
        "statement_first_stays": lambda: statements.withdraw(session, first),
        "statement_unknown": lambda: statements.get_statement(session, incident, "7"),
    }
    for code, act in acts.items():
        with pytest.raises(SaisineError) as told:
            act()
        assert told.value.code == code


def test_numbers_in_a_row_are_said_short() -> None:
    assert statements.numbers_words([7, 1, 2, 3, 9, 10]) == "1 à 3, 7, 9, 10"


# ------------------------------------------------------------------ answers, clocks, decisions


def test_each_statement_has_its_own_answers_qualification_and_clock(
    session: Session, incident: Incident
) -> None:
    second = statements.add_statement(session, incident, [3], published_on=date(2026, 2, 1))
    first = statements.first(session, incident)
    rights.record(session, incident, INSULT, first)
    rights.record(session, incident, DEFAMATION, second)
    assert "injure_publique" in met(session, incident, first)
    assert "injure_publique" not in met(session, incident, second)
    days = [
        {item.clock.runs_from for item in rights.assessment(session, incident, one).met if item.clock}
        for one in (first, second)
    ]
    assert days[1] == {date(2026, 2, 1)} != days[0]
    found = [one for one in deadlines.deadlines(session) if one.kind == "limitation"]
    assert {one.label_fr.split(" :")[0] for one in found} == {"Incident 1, propos 1", "Incident 1, propos 2"}
    assert {one.id for one in found} == {f"limitation:{incident.id}", f"limitation:{incident.id}:2"}


def test_whom_an_incident_targets_is_answered_once(session: Session) -> None:
    opened = incidents.open_incident(session, "Vague")
    rights.record(session, opened, {"target_legal_person": "true"})
    second = statements.add_statement(session, opened)
    assert rights.inputs_of(session, opened, second).value("target_legal_person") is True


def test_one_passage_takes_one_press_qualification(session: Session, incident: Incident) -> None:
    second = statements.add_statement(session, incident, [3])
    whole = statements.add_statement(session, incident, is_whole=True)
    rights.decide(session, incident, "injure_publique", "retenir")
    rights.decide(session, incident, "injure_publique", "retenir")
    rights.decide(session, incident, "diffamation_publique", "retenir", statement=second)
    for statement in (None, whole):
        with pytest.raises(SaisineError) as told:
            rights.decide(session, incident, "diffamation_publique", "retenir", statement=statement)
        assert told.value.code == "press_qualified_already"
    rights.decide(session, incident, "harcelement_moral", "retenir", statement=whole)
    rights.decide(session, incident, "injure_publique", "ecarter")
    rights.decide(session, incident, "diffamation_publique", "retenir")
    assert rights.decisions(session, incident, second).keys() == {"diffamation_publique"}


def test_an_answer_is_changed_and_taken_back_at_any_time(session: Session, incident: Incident) -> None:
    for fact, value in INSULT.items():
        rights.answer(session, incident, fact, value)
    assert "injure_publique" in met(session, incident, statements.first(session, incident))
    rights.answer(session, incident, "outrageous_expression", "unknown")
    assert rights.inputs_of(session, incident).value("outrageous_expression") is None
    before = FactRow.objects.count()
    assert rights.withdraw_answer(session, incident, "is_public")
    assert not rights.withdraw_answer(session, incident, "is_public"), "it is taken back once"
    assert FactRow.objects.count() == before + 1, "the history stays"
    assert rights.inputs_of(session, incident).value("is_public") is None
    assert "is_public" not in {one.fact for one in rights.answers(session, incident)}
    assert not rights.withdraw_answer(session, incident, "threat_death")


def test_a_ground_taken_back_opens_the_question_of_grounds_again(
    session: Session, incident: Incident
) -> None:
    rights.answer(session, incident, "ground:sexe", "true")
    assert rights.inputs_of(session, incident).grounds_closed
    assert rights.withdraw_answer(session, incident, "ground:sexe")
    inputs = rights.inputs_of(session, incident)
    assert (inputs.grounds, inputs.grounds_closed, inputs.ground("sexe")) == (frozenset(), False, None)


# ------------------------------------------------------------------ what leaves


def test_a_notice_rests_on_the_statement_of_its_exhibit(session: Session, incident: Incident) -> None:
    second = statements.add_statement(session, incident, [3])
    rights.record(session, incident, INSULT, second)
    rights.decide(session, incident, "injure_publique", "retenir", statement=second)
    rows = exhibits.exhibits(session, incident)
    link = "https://x.com/compte_1/status/2028000000000000001"
    assert "injure_publique" in notices.draft(session, incident, exhibit=rows[2], url=link).offences
    with pytest.raises(SaisineError) as told:
        notices.draft(session, incident, exhibit=rows[0], url=link)
    assert told.value.code == "notice_undecided"


def test_dossier_and_letters_name_the_statement_of_each_qualification(
    session: Session, incident: Incident, tmp_path: Path
) -> None:
    second = statements.add_statement(session, incident, [2, 3], author="@compte_invente")
    for statement, answers in ((None, INSULT), (second, DEFAMATION)):
        about = statement or statements.first(session, incident)
        rights.record(session, incident, answers, about)
    rights.decide(session, incident, "injure_publique", "retenir")
    rights.decide(session, incident, "diffamation_publique", "retenir", statement=second)
    names = [line.name for line in letters.gather(session, incident).offences]
    assert names[0].startswith("Propos 1 (pièce 1) : ")
    assert names[1].startswith("Propos 2 (pièces 2, 3, @compte_invente) : ")
    row = DossierRow.objects.create(incident=incident, version=1, created_at=session.now())
    data = dossier_data.gather(session, row, session.now())
    assert {sheet.statement for sheet in data.qualifications} == {1, 2}
    build_pdf(data, tmp_path / "x.pdf")
    text = text_of(tmp_path / "x.pdf")
    assert "Propos 2 : " in text
    assert "Pièces 2, 3, @compte_invente" in text
    build_pdf(data, tmp_path / "y.pdf", recipient="organe21")
    assert "@compte_invente" not in text_of(tmp_path / "y.pdf")


# ------------------------------------------------------------------ a workspace written before


def empty_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
        for kind, name in sorted(cursor.fetchall(), key=lambda row: row[0] != "trigger"):
            if kind in ("trigger", "table"):
                cursor.execute(f'DROP {kind} IF EXISTS "{name}"')
        cursor.execute("PRAGMA foreign_keys = ON")


@pytest.mark.slow  # ten seconds of migrations
def test_an_incident_written_before_holds_one_statement(session: Session) -> None:
    empty_database()
    executor = MigrationExecutor(connection)
    executor.migrate([("casework", "0002_members")])
    old = executor.loader.project_state([("casework", "0002_members")]).apps
    common = {"at": session.now(), "by": session.actor}
    incident = old.get_model("casework", "Incident").objects.create(
        id="a" * 32, number=1, title="Vague", opened_at=session.now()
    )
    for fact in ("is_public", "target_person"):
        old.get_model("casework", "FactRow").objects.create(
            incident=incident, fact=fact, value="true", **common
        )
    old.get_model("casework", "ActRow").objects.create(
        incident=incident, kind="publication", on=date(2026, 3, 14), **common
    )
    old.get_model("casework", "QualificationRow").objects.create(
        incident=incident, offence="injure_publique", decision="retenir", law_digest="0" * 64, **common
    )
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

    found = incidents.get_incident(session, "1")
    (only,) = statements.statements(session, found)
    assert only.number == 1
    assert FactRow.objects.get(fact="is_public").statement_id == only.id
    assert FactRow.objects.get(fact="target_person").statement_id is None, "it holds for those to come"
    assert rights.decisions(session, found)["injure_publique"].statement_id == only.id
    assert [event.day for event in rights.events_of(only)] == [date(2026, 3, 14)]
    assert {one.fact for one in rights.answers(session, found)} == {"is_public", "target_person"}
