"""The survey: every message in exactly one place, and rows that say what they do not prove."""

import json
import random
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.findings.survey import COLUMNS, Survey, findings_rows, survey
from saisine.messages.schema import ARROW_SCHEMA
from saisine.texts import fold

Row = tuple[str, datetime | None]
FIRST = datetime(2026, 3, 1, 11, tzinfo=UTC)
THREAT = "Je vais te tuer samedi soir"
COPY = "Une association qui vit de nos impôts et qui méprise les gens d’ici, voilà ce que vous êtes"
OTHER = "Merci pour la réunion de samedi, à la semaine prochaine avec les familles"


def table_of(rows: list[Row]) -> pa.Table:
    """As `Corpora.scan` gives it: dictionaries for the platform, microseconds in UTC for the time."""
    values = {
        "text": [text for text, _ in rows],
        "text_norm": [fold(text) for text, _ in rows],
        "created_at": [at for _, at in rows],
        "platform": ["other"] * len(rows),
        "author_id": [None] * len(rows),
    }
    arrays = {"ref": pa.array([f"c:0:{number}" for number in range(len(rows))], pa.string())}
    for name in COLUMNS:
        kind = ARROW_SCHEMA.field(name).type
        plain = pa.array(values[name], pa.string() if pa.types.is_dictionary(kind) else kind)
        arrays[name] = plain.cast(kind)
    return pa.table(arrays)


def invented() -> list[Row]:
    """Twenty calm days; on the tenth, 200 messages more, 60 copies among them; two threats."""
    rng = random.Random(3)
    words = ["".join(rng.choices("aeioulrntsmd", k=6)) for _ in range(4000)]

    def ordinary() -> str:
        return " ".join(rng.choices(words, k=12))

    rows: list[Row] = [
        (ordinary(), FIRST + timedelta(days=day, hours=n)) for day in range(20) for n in range(4)
    ]
    wave = FIRST + timedelta(days=9)
    rows += [(ordinary(), wave + timedelta(seconds=n)) for n in range(136)]
    rows += [(f"{COPY} {'!' * (n % 3)}", wave + timedelta(seconds=n)) for n in range(60)]
    return [*rows, (THREAT, wave), (THREAT, FIRST), (OTHER, None), (OTHER, None), (OTHER, None)]


@pytest.fixture(scope="module")
def found() -> Survey:
    return survey(table_of(invented()))


def test_urgent_then_waves_then_others(found: Survey) -> None:
    (wave,) = found.waves
    assert [one.dangers[0].kind for one in found.urgent] == ["threat", "threat"]
    assert (wave.wave.n, wave.n, wave.n_grouped, len(wave.groups)) == (201, 200, 60, 1)
    assert len(found.others) == 76 + 3
    assert [group.n for group in found.other_groups] == [3]
    assert found.n == 281 == len(found.urgent) + wave.n + len(found.others)


def test_the_ids_of_a_group_are_refs(found: Survey) -> None:
    assert set(found.waves[0].groups[0].ids) <= set(found.waves[0].refs)
    assert set(found.other_groups[0].ids) <= set(found.others)


def test_every_row_says_how_it_was_found_and_what_it_does_not_prove(found: Survey) -> None:
    rows = json.loads(json.dumps(findings_rows(found)))
    assert [row["kind"] for row in rows] == ["urgent", "urgent", "wave", "copies", "copies"]
    for row in rows:
        assert row["version"] == 1
        assert row["parameters"]
        assert row["n"] >= 1
        assert row["does_not_prove_fr"]
        assert row["does_not_prove_en"]
    assert COPY not in json.dumps(rows, ensure_ascii=False)


def test_an_empty_corpus_gives_an_empty_survey() -> None:
    assert survey(table_of([])) == Survey(0, (), (), (), ())


TEXTS = st.sampled_from((THREAT, COPY, COPY + "!", OTHER, "ok", "", "Son numéro : 06 39 98 12 34"))
TIMES = st.one_of(st.none(), st.integers(0, 12).map(lambda day: FIRST + timedelta(days=day)))


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, TIMES), max_size=60), st.integers(0, 60), st.randoms(use_true_random=False))
def test_the_survey_is_a_partition(rows: list[Row], burst: int, chance: random.Random) -> None:
    rows = rows + [(COPY, FIRST + timedelta(days=6))] * burst
    table = table_of(rows)
    found = survey(table)
    places = [one.ref for one in found.urgent] + [ref for wave in found.waves for ref in wave.refs]
    places += found.others
    assert sorted(places) == sorted(table["ref"].to_pylist())
    assert found.n == len(rows)
    order = list(range(len(rows)))
    chance.shuffle(order)
    assert survey(table.take(pa.array(order, pa.int64()))) == found
