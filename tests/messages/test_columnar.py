"""Blocks of rows and runs of values give what records taken one by one give: same rows, same account."""

import csv
import dataclasses
import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.messages.columns import to_batch
from saisine.messages.formats import FORMATS, json_records, json_runs, table_blocks
from saisine.messages.formats.contract import Format, json_array, json_documents
from saisine.messages.formats.fourcat_csv import FOURCAT_CSV
from saisine.messages.formats.tables import CSV_SIMPLE
from saisine.messages.reading import read_paths
from saisine.texts import fold
from tests.messages.formats.generated import CASES
from tests.messages.formats.reading import member_of, read
from tests.messages.x_lines import NOW
from tests.shared import shared_file

BLOCKS = [one for one in FORMATS if one.blocks is not None]
CELLS = st.sampled_from(
    [
        "",
        "a",
        "É’œ ",
        '="12"',
        "1.75E+18",
        "12",
        "3.0",
        "-1",
        "yes",
        "a,b",
        'x"y',
        "deux\nlignes",
        "7" * 19,
        "9" * 25,
    ]
)
HEADERS = (
    "id,thread_id,author,body,timestamp,unix_timestamp,link,retweet_count,is_retweet,is_quote_tweet,like_count,"
    "quote_count,retweeted_user,hashtags,images,missing_fields"
).split(",")


def one_by_one(one: Format) -> Format:
    return dataclasses.replace(one, blocks=None, map_block=None)


def told(one: Format, data: bytes) -> tuple[list[dict[str, Any]], dict[str, object]]:
    rows, entry = read(data, one)
    plain = [{k: list(v) if isinstance(v, tuple) else v for k, v in row.as_json().items()} for row in rows]
    return plain, entry.as_json()


def table(*rows: list[str], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("case", [case for case in CASES if case[0] in {one.id for one in BLOCKS}], ids=str)
def test_blocks_give_the_generated_cases_as_records_do(case: tuple[str, str, bytes, dict[str, int]]) -> None:
    one = next(one for one in BLOCKS if one.id == case[0])
    assert told(one, case[2]) == told(one_by_one(one), case[2])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=len(HEADERS)), max_size=8), st.integers(0, 40))
def test_any_4cat_table_gives_the_same_by_blocks_and_row_by_row(rows: list[list[str]], cut: int) -> None:
    data = table(HEADERS, *rows)
    data = data[: len(data) - cut]
    assert told(FOURCAT_CSV, data) == told(one_by_one(FOURCAT_CSV), data)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(CELLS | st.just("08/04/2026 14:05"), min_size=2, max_size=5), max_size=8))
def test_any_table_by_profile_gives_the_same_by_blocks_and_row_by_row(rows: list[list[str]]) -> None:
    data = table(["Date", "Auteur", "Texte", "Lien", "ID"], *rows, delimiter=";")
    assert told(CSV_SIMPLE, data) == told(one_by_one(CSV_SIMPLE), data)


@pytest.mark.parametrize(
    "odd", [b"\0", b"\xe9", b'"', b'"jamais ferm\xc3\xa9', b"\r", b"un\rdeux", b"x\r;y;z"]
)
def test_one_odd_row_among_many_blocks_changes_nothing_else(
    odd: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_blocks, "BLOCK_BYTES", 1_000)
    monkeypatch.setattr(table_blocks, "_PIECE_BYTES", 600)
    lines = [f"08/04/2026 14:05;Ada;Bonjour {n}\n".encode() for n in range(400)]
    lines[200] = b"08/04/2026 14:05;Ada;" + odd + b"\n"
    data = b"Date;Auteur;Texte\n" + b"".join(lines)
    by_blocks, alone = told(CSV_SIMPLE, data), told(one_by_one(CSV_SIMPLE), data)
    assert by_blocks == alone
    assert len(by_blocks[0]) > 199


def test_columns_and_messages_make_the_same_arrow_batch(tmp_path: Any) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        table(["Date", "Auteur", "Texte"], *[["2026-04-08", f"Ada {n}", "Oui"] for n in range(50)])
    )
    (batch,) = read_paths([path], now=NOW).record_batches()
    assert batch.to_pylist() == to_batch(list(read_paths([path], now=NOW))).to_pylist()


def places(data: bytes, reader: Any) -> list[tuple[Any, str, str, bool]]:
    _, entry = read(data, FORMATS[0])
    assert entry.read >= 0
    ctx: Any = type("Ctx", (), {"locator_prefix": ""})()
    return [
        (
            getattr(one, "obj", None),
            one.locator,
            getattr(one, "sha256", ""),
            getattr(one, "is_suspect", False),
        )
        for one in reader(member_of(data, "a.json"), ctx)
    ]


VALUES = st.fixed_dictionaries(
    {
        "id": st.integers(),
        "t": st.text(max_size=60),
        "r": st.lists(st.fixed_dictionaries({"id": st.integers()}), max_size=3),
    }
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(VALUES, min_size=20, max_size=30), st.booleans(), st.sampled_from([None, 1]))
def test_runs_give_the_values_the_scanner_gives(
    values: list[Any], is_ascii: bool, indent: int | None
) -> None:
    page = json.dumps({"data": values, "next": {"id": 1}}, ensure_ascii=is_ascii, indent=indent).encode()
    lines = b"".join(json.dumps(one, ensure_ascii=is_ascii).encode() + b"\n" for one in values)
    for data, reader in ((page + page, json_array("data")), (lines, json_documents)):
        with pytest.MonkeyPatch.context() as patch:
            for module in (json_records, json_runs):
                patch.setattr(module, "LEAST_CHARS", 64)
            patch.setattr(json_records, "SINGLES", 2)
            quick = places(data, reader)
            patch.setattr(json_records, "LEAST_CHARS", 1 << 40)
            assert quick == places(data, reader)


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet=st.characters() | st.sampled_from("éÉœŒæß’‘«…\xa0\xad\x85 \n"), max_size=40))
def test_folding_letter_by_letter_gives_the_same(text: str) -> None:
    assert fold(text).split() == fold(f"{text} ☃").removesuffix("☃").split()


@pytest.mark.parametrize("name", ["discord-export/SV_5A_5M.json", "facebook-graph-api/comments_p1.json"])
def test_shared_documents_repeated_give_their_rows_again(name: str) -> None:
    document = json.loads(shared_file(f"samples/{name}").read_bytes())
    key = "messages" if "messages" in document else "data"
    one = next(one for one in FORMATS if one.id in ("discord", "facebook-graph") and one.id[:7] == name[:7])
    once, _ = told(one, json.dumps(document).encode())
    document[key] = document[key] * 40
    many, _ = told(one, json.dumps(document).encode())
    assert [row["text"] for row in many] == [row["text"] for row in once] * 40
