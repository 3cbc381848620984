"""One door for questions: the same expressions, whatever engine answers; what people type is only data."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.messages import corpus_files
from saisine.messages.corpus import Corpora, Query
from saisine.messages.engines import embedded
from saisine.messages.queries import STATEMENTS, by_unit, needles
from saisine.messages.questions import QUESTIONS, compile_for, statements_text
from saisine.messages.schema import Message
from saisine.texts import fold, has_forbidden
from tests.messages.engines import SqliteEngine
from tests.messages.test_corpus import message, store, walk
from tests.messages.world import World, world

PARIS = ZoneInfo("Europe/Paris")
WORDS = ["été", "L’École", "100 %", "a_b", "👩‍👩‍👧", "œuvre", "ÉTÉ"]
NAMES = ["Zoé", "ZOÉ", "@zoé", "İpek", "straße", "a0"]


def drawn(number: int) -> Message:
    """A message that differs from its neighbours in everything a question may look at."""
    return message(
        number % 41,
        text=" ".join(WORDS[(number * step) % len(WORDS)] for step in (1, 2, 3)),
        platform=["x", "youtube", "other"][number % 3],
        kind=["post", "reply"][number % 2],
        role="context" if number % 11 == 0 else "primary",
        message_id=None if number % 13 == 0 else f"{number % 41:04d}",
        author_name=NAMES[number % len(NAMES)],
        author_handle=None if number % 4 else NAMES[(number * 5) % len(NAMES)],
        target_handle=NAMES[(number * 7) % len(NAMES)],
        created_at=None
        if number % 17 == 0
        else datetime(1969, 12, 31, 22, tzinfo=UTC) + timedelta(minutes=37 * (number % 23)),
        collected_at=datetime(2026, 4, 1 + number % 9, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three corpora in several parts that overlap in time and in messages."""
    with pytest.MonkeyPatch.context() as patch, world(tmp_path_factory.mktemp("mixed") / "w") as place:
        patch.setattr(corpus_files, "PART_ROWS", 20)
        for name, start in (("one", 0), ("two", 25), ("three", 60)):
            store(place, name, [drawn(number) for number in range(start, start + 50)])
        yield place


ASKED = st.builds(
    Query,
    text=st.none() | st.sampled_from([*WORDS, "ete ecole", '"ete l\'ecole"', "t", "%", "' OR 1=1 --", " "]),
    platform=st.none() | st.sampled_from(["x", "youtube", "discord"]),
    author=st.none() | st.sampled_from([*NAMES, "a3", ""]),
    target=st.none() | st.sampled_from(NAMES),
    kind=st.none() | st.sampled_from(["post", "reply"]),
    role=st.sampled_from(["primary", None, "context"]),
    since=st.none() | st.sampled_from([date(1970, 1, 1), datetime(1969, 12, 31, 23, 30, tzinfo=UTC)]),
    until=st.none() | st.sampled_from([date(1970, 1, 1), datetime(1970, 1, 1, 5, tzinfo=UTC)]),
    keys=st.none() | st.just(frozenset({("x", "0003"), ("youtube", "0004"), ("other", "0030")})),
    corpus=st.none() | st.sampled_from(["two", "absent"]),
    all_observations=st.booleans(),
)


@cache
def every_row(corpora: Corpora) -> list[Message]:
    found = [
        Message(**row, ref=f"{info.id}:{number}:{place}")
        for info in corpora.list()
        for number, part in enumerate(info.parts)
        for place, row in enumerate(
            corpus_files.open_part(corpora.folder / info.id, info, part, corpora.keys).read().to_pylist()
        )
    ]
    return sorted(found, key=_order, reverse=True)


def _order(row: Message) -> tuple[object, ...]:
    corpus, part, place = (row.ref or "").split(":")
    at = row.created_at or datetime.min.replace(tzinfo=UTC)
    return at, row.message_id or "\U0010ffff", corpus, int(part), int(place)


def plainly(corpora: Corpora, query: Query) -> list[Message]:
    """The answer written out in Python, row after row: the meaning of a query."""
    rows = [row for row in every_row(corpora) if query.corpus in (None, (row.ref or "").split(":")[0])]
    best: dict[object, Message] = {}
    imported = [info.id for info in corpora.list()]
    for row in rows:
        key = (row.platform, row.message_id) if row.message_id else row.ref
        best[key] = max(best.get(key, row), row, key=lambda one: _rank(one, imported))
    kept = rows if query.all_observations else [row for row in rows if row in best.values()]
    return [row for row in kept if _holds(row, query)]


def _rank(row: Message, imported: list[str]) -> tuple[object, ...]:
    corpus, part, place = (row.ref or "").split(":")
    return row.role == "primary", row.collected_at, corpus, int(part), int(place)


def _holds(row: Message, query: Query) -> bool:
    since, until = query.span()
    return (
        all(piece in row.text_norm for piece in needles(query.text or ""))
        and query.platform in (None, row.platform)
        and query.kind in (None, row.kind)
        and query.role in (None, row.role)
        and (since is None or (row.created_at is not None and row.created_at >= since))
        and (until is None or (row.created_at is not None and row.created_at < until))
        and _is(query.author, row.author_id, row.author_handle, row.author_name)
        and _is(query.target, row.target_id, row.target_handle)
        and (query.keys is None or (row.platform, row.message_id) in query.keys)
    )


def _is(asked: str | None, identifier: str | None, *names: str | None) -> bool:
    if asked is None or asked == identifier:
        return True
    return any(name is not None and name.lower() == asked.removeprefix("@").lower() for name in names)


@settings(max_examples=16, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=ASKED, limit=st.sampled_from([20, 200]))
def test_an_answer_is_what_reading_every_row_gives(mixed: World, query: Query, limit: int) -> None:
    expected = [row.ref for row in plainly(mixed.corpora, query)]
    assert [row.ref for page in walk(mixed.corpora, query, limit) for row in page] == expected
    assert mixed.corpora.count(query) == len(expected)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=ASKED)
def test_another_engine_gives_the_same_answers(mixed: World, query: Query) -> None:
    here, there = mixed.corpora, other_engine(mixed)
    assert there.search(query, limit=7) == here.search(query, limit=7)
    assert there.count(query) == here.count(query)
    assert there.by_platform(query) == here.by_platform(query)
    assert there.by_hour(query) == here.by_hour(query)
    assert sorted(there.scan(["text"], query).to_pylist(), key=str) == sorted(
        here.scan(["text"], query).to_pylist(), key=str
    )


def other_engine(place: World) -> Corpora:
    engine = _SQLITE.setdefault("one", SqliteEngine())
    return Corpora(place.corpora.folder, place.corpora.keys, engine=lambda: engine)


_SQLITE: dict[str, SqliteEngine] = {}


def test_the_statements_shipped_are_what_the_expressions_compile_to() -> None:
    """Otherwise: `python -m saisine.messages.questions` writes them again."""
    assert STATEMENTS.read_text("utf-8") == statements_text()


@pytest.mark.parametrize("dialect", ["pyspark", "postgres"])
def test_every_question_can_be_put_to_a_larger_engine(dialect: str) -> None:
    found = compile_for(dialect)
    assert found.keys() == QUESTIONS.keys()
    for statement in found.values():
        assert sqlglot.parse_one(statement, dialect="spark" if dialect == "pyspark" else dialect)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    text=st.text(max_size=20) | st.sampled_from(["'; DROP TABLE rows; --", "$1", "?", "987654321", '"', "\0"])
)
def test_what_people_type_never_reaches_a_statement(mixed: World, text: str) -> None:
    seen: list[str] = []

    class Listening:
        def ask(self, question: str, tables: Mapping[str, pa.Table], *, limit: int = 0) -> pa.Table:
            seen.append(question)
            assert text in ("", *tables["asked"].to_pylist()[0].values()) or has_forbidden(text)
            return embedded().ask(question, tables, limit=limit)

    corpora = Corpora(mixed.corpora.folder, mixed.corpora.keys, engine=Listening)
    query = Query(text=text, author=text, platform=text, kind=text, all_observations=True)
    corpora.search(query)
    assert set(seen) <= QUESTIONS.keys()


@pytest.mark.parametrize(
    "statement",
    [
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM 'https://exemple.test/a.parquet'",
        "COPY (SELECT 1) TO 'sortie.csv'",
        "ATTACH 'base.duckdb'",
        "SET enable_external_access = true",
        "SET autoload_known_extensions = true",
        "SET temp_directory = '/tmp'",
        "SELECT * FROM secret_table",
    ],
)
def test_the_embedded_engine_reaches_no_file_no_network_and_no_variable(
    statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    secret_table = pa.table({"a": [1]})
    with pytest.raises(duckdb.Error):
        embedded()._connection.cursor().execute(statement)
    assert list(tmp_path.iterdir()) == []
    assert secret_table.num_rows == 1


def test_an_engine_that_gives_up_is_told_in_words(mixed: World) -> None:
    with pytest.raises(SaisineError) as caught:
        embedded().ask("count", {})
    assert caught.value.code == "query_failed"
    assert mixed.corpora.count(Query()) > 0


def test_questions_asked_at_once_do_not_mix(mixed: World) -> None:
    asked = [Query(platform=platform) for platform in ("x", "youtube", "other", "discord")] * 3
    expected = [mixed.corpora.count(query) for query in asked]
    found = [0] * len(asked)

    def ask(number: int) -> None:
        found[number] = mixed.corpora.count(asked[number])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(asked))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected


def test_a_command_that_asks_nothing_loads_no_engine() -> None:
    code = (
        "import sys; from saisine.cli.app import app; import saisine.cli, saisine.messages.corpus; "
        "print([name for name in ('ibis', 'duckdb', 'sqlglot', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ------------------------------------------------------------------ days and hours of a zone


@settings(max_examples=30)
@given(
    seconds=st.lists(st.integers(157_766_400, 2_051_222_400), max_size=20),
    zone=st.sampled_from(["Europe/Paris", "America/Cayenne", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_quarters_of_an_hour_give_the_hours_and_days_of_any_zone(seconds: list[int], zone: str) -> None:
    here = ZoneInfo(zone)
    aware = [datetime.fromtimestamp(second, UTC) for second in seconds]
    quarters: dict[int, int] = {}
    for moment in aware:
        us = int(moment.timestamp()) // 900 * 900_000_000
        quarters[us] = quarters.get(us, 0) + 1
    local = [moment.astimezone(here) for moment in aware]
    hours = [at.replace(minute=0, second=0, microsecond=0).astimezone(UTC) for at in local]
    found = by_unit(quarters, "hour", zone)
    assert {at.astimezone(UTC): n for at, n in found.items()} == {hour: hours.count(hour) for hour in hours}
    days = [at.date() for at in local]
    assert {at.date(): n for at, n in by_unit(quarters, "day", zone).items()} == {
        day: days.count(day) for day in days
    }


def test_the_hour_that_comes_twice_in_autumn_is_two_hours() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    us = int(first.timestamp()) * 1_000_000
    found = by_unit({us: 1, us + 3_600_000_000: 2}, "hour", "Europe/Paris")
    assert [(at.utcoffset(), count) for at, count in found.items()] == [
        (timedelta(hours=2), 1),
        (timedelta(hours=1), 2),
    ]


# ------------------------------------------------------------------ one row per message


def seen_on(day: int, **values: object) -> Message:
    return message(1, collected_at=datetime(2026, 5, day, tzinfo=UTC), **values)


def test_a_message_seen_twice_is_shown_once_as_last_collected(place: World) -> None:
    store(place, "late", [seen_on(9, text="corrigé")])
    store(place, "soon", [seen_on(2, text="avant"), message(2)])
    corpora = place.corpora
    assert [row.text for row in corpora.search(Query(author="a1")).items] == ["corrigé"]
    assert corpora.count(Query()) == 2
    assert corpora.count(Query(text="avant")) == 0
    assert corpora.count(Query(text="avant", all_observations=True)) == 1
    assert corpora.scan(["text"], Query(all_observations=True)).num_rows == 3
    assert corpora.count(Query(corpus="soon")) == 2


def test_a_message_read_for_itself_is_not_hidden_by_a_later_quotation_of_it(place: World) -> None:
    store(place, "one", [seen_on(2, text="lui-même"), seen_on(9, text="lui-même", role="context")])
    assert place.corpora.count(Query()) == 1


def test_rows_without_an_id_are_each_their_own(place: World) -> None:
    store(place, "one", [message(1, message_id=None), message(1, message_id=None)])
    assert place.corpora.count(Query()) == 2


def test_the_same_id_on_two_platforms_is_two_messages(place: World) -> None:
    store(place, "one", [message(1), message(1, platform="bluesky")])
    assert place.corpora.count(Query()) == 2


def test_an_older_observation_comes_back_when_the_newer_corpus_goes(place: World) -> None:
    store(place, "late", [seen_on(9, text="corrigé")])
    store(place, "soon", [seen_on(2, text="avant")])
    assert place.corpora.count(Query(text="avant")) == 0
    place.corpora.discard("late")
    assert [row.text for row in place.corpora.search(Query()).items] == ["avant"]


def test_a_folded_needle_is_found_in_a_folded_text(place: World) -> None:
    store(place, "one", [message(1, text="L’ŒUVRE d’Élodie")])
    assert place.corpora.count(Query(text=fold("œuvre ELODIE"))) == 1
