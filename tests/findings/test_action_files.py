"""Plain tables of actions: every row used or counted, no time guessed, no column invented."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saisine.errors import SaisineError
from saisine.findings.action_files import read_actions

HEAD = "account_id,content_id,object_id,timestamp\n"


def write(folder: Path, body: str | bytes, name: str = "actions.csv") -> Path:
    path = folder / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode("utf-8"))
    return path


def code_of(path: Path, **options: str) -> str:
    with pytest.raises(SaisineError) as caught:
        read_actions(path, **options)
    return caught.value.code


def test_each_row_is_used_or_counted(tmp_path: Path) -> None:
    body = HEAD + 'a,1,o,5\n,2,o,5\nb,,o,5\nc,4,,5\nd,5,o,\ne,1.75E+18,o,5\nf,7,o,5,too,many\ng,8,"o|p",6\n'
    found = read_actions(write(tmp_path, body))
    assert dict(found.left_out) == {
        "no_account": 1, "no_content": 1, "no_object": 1, "no_time": 1, "rounded_id": 1, "unreadable_line": 1,
    }  # fmt: skip
    assert found.read == 8 == 2 + sum(found.left_out.values())
    assert sorted(found.shares.objects.to_pylist()) == ["o", "p"]
    assert found.shares.t_us.tolist() == [5_000_000, 6_000_000, 6_000_000]


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("cp1252", ";")]
)
def test_encodings_and_separators_of_spreadsheets_are_read(tmp_path: Path, encoding: str, mark: str) -> None:
    body = (HEAD + "élodie,1,été,5\nzoé,2,été,6\n").replace(",", mark)
    found = read_actions(write(tmp_path, body.encode(encoding)))
    assert found.shares.accounts.to_pylist() == ["zoé", "élodie"]
    assert len(found.shares) == 2


def test_ids_stay_texts_and_addresses_are_compared_in_one_form(tmp_path: Path) -> None:
    body = "user_id,message_id,urls,timestamp_share\n007,01,https://www.e.fr/a?utm_source=1,5\n7,1,\"['https://e.fr/a/']\",6.25\n"
    found = read_actions(write(tmp_path, body), column="urls")
    assert found.shares.accounts.to_pylist() == ["007", "7"]
    assert found.shares.objects.to_pylist() == ["https://e.fr/a"]
    assert found.shares.t_us.tolist() == [5_000_000, 6_250_000]


def test_times_in_iso_are_moments_and_days_alone_are_counted(tmp_path: Path) -> None:
    body = HEAD + "a,1,o,2026-03-14T18:02:00+01:00\nb,2,o,2026-03-14T17:02:05Z\nc,3,o,2026-03-14\n"
    found = read_actions(write(tmp_path, body))
    assert (found.shares.t_us[1] - found.shares.t_us[0]) == 5_000_000
    assert dict(found.left_out) == {"coarse_time": 1}


def test_a_parquet_table_is_read_with_its_own_times(tmp_path: Path) -> None:
    path = tmp_path / "actions.parquet"
    at = pa.array([datetime(2026, 3, 14, 18, tzinfo=UTC), None], pa.timestamp("ms", tz="UTC"))
    columns = {"account_id": [1, 2], "content_id": [3, 4], "object_id": [["o", "p"], ["o"]], "timestamp": at}
    pq.write_table(pa.table(columns), path)
    found = read_actions(path)
    assert dict(found.left_out) == {"no_time": 1}
    assert found.shares.objects.to_pylist() == ["o", "p"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("a,1,o,1616161616000\nb,2,o,1616161617000\n", "coordination_milliseconds"),
        ("a,1,o,1616161616\nb,2,o,2026-03-14T18:02:00Z\n", "coordination_mixed_times"),
        ("a,1,o,2026-03-14T18:02:00\nb,2,o,2026-03-14T18:02:00Z\n", "coordination_mixed_times"),
        ("a,1,o,2026-03-14\nb,2,o,2026-03-15\n", "coordination_no_times"),
        ("a,1,o,hier\n", "coordination_no_times"),
    ],
)
def test_times_that_would_mislead_stop_the_run_and_are_quoted(tmp_path: Path, rows: str, code: str) -> None:
    path = write(tmp_path, HEAD + rows)
    with pytest.raises(SaisineError) as caught:
        read_actions(path)
    assert caught.value.code == code
    if "values" in caught.value.facts:
        assert rows.split(",")[3].split("\n")[0][:10] in str(caught.value.facts["values"])


def test_files_that_are_no_table_say_so(tmp_path: Path) -> None:
    assert code_of(tmp_path / "absent.csv") == "path_missing"
    assert code_of(write(tmp_path, "")) == "coordination_unreadable"
    assert code_of(write(tmp_path, b"PAR1 and nothing else")) == "coordination_unreadable"
    path = write(tmp_path, "account_id,content_id,thing,timestamp\n")
    assert code_of(path) == "coordination_columns"
    assert read_actions(path, column="thing").read == 0
    with pytest.raises(SaisineError) as caught:
        read_actions(path)
    assert caught.value.exit_code == 64
    assert "thing" in caught.value.sentence("fr")
