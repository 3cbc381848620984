"""28 files, and in them exactly what the walkthrough says."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from saisine.errors import SaisineError
from saisine.example import ASSOCIATION, write_example
from saisine.law.load import load_law
from saisine.messages.filetypes import type_of
from saisine.texts import fold
from tests.example.conftest import NOW, WAVE_ON, Written, write_and_read

PARIS = ZoneInfo("Europe/Paris")


def paris_days(written: Written) -> Counter[date]:
    return Counter(message.created_at.astimezone(PARIS).date() for message in written.messages)  # type: ignore[union-attr]


def digests(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_there_are_28_files_of_four_kinds(written: Written) -> None:
    kinds = Counter(type_of(path.read_bytes()).media_type for path in written.report.files)
    assert kinds == {"application/zip": 1, "text/plain": 2, "image/png": 24, "application/pdf": 1}
    assert sorted(written.report.folder.iterdir()) == list(written.report.files)


def test_our_readers_find_1800_messages_and_leave_nothing_aside(written: Written) -> None:
    totals = written.ledger.totals()
    assert (totals.read, totals.mapped, totals.skipped, totals.failed) == (1800, 1800, 0, 0)
    assert len(written.messages) == written.report.messages == 1800
    assert {message.role for message in written.messages} == {"primary"}
    assert not written.ledger.is_partial
    unread = Counter(entry.unread for entry in written.ledger.sources if entry.unread)
    assert unread == {"image": 24, "document": 1}
    assert len(list(written.ledger.sentences())) == 26  # and the zone that ExportComments lets one choose


def test_every_format_is_recognised_and_used(written: Written) -> None:
    counted: Counter[str | None] = Counter()
    for entry in written.ledger.sources:
        counted[entry.format] += entry.mapped
    assert set(counted) == {
        *(None, "youtube-api", "x-twarc", "meta-dyi", "exportcomments", "minet-youtube-comments"),
    }
    assert all(count >= 150 for name, count in counted.items() if name is not None)


def test_1122_messages_fall_on_the_day_of_the_wave_and_no_other_day_is_busy(written: Written) -> None:
    days = paris_days(written)
    assert days.pop(WAVE_ON) == written.report.wave_messages == 1122
    assert sum(days.values()) == 678
    assert max(days.values()) <= 15
    assert (min(days), max(days)) == (WAVE_ON - timedelta(days=35), WAVE_ON + timedelta(days=35))


def test_every_hour_of_the_wave_is_busy_and_the_night_around_it_is_silent(written: Written) -> None:
    hours = Counter(
        at.hour
        for message in written.messages
        if (at := message.created_at.astimezone(PARIS)).date() == WAVE_ON  # type: ignore[union-attr]
    )
    assert set(hours) == set(range(7, 24))
    assert min(hours.values()) >= 10
    around = sorted(message.created_at for message in written.messages)  # type: ignore[type-var]
    first = next(at for at in around if at.astimezone(PARIS).date() == WAVE_ON)  # type: ignore[union-attr]
    assert first - around[around.index(first) - 1] > timedelta(hours=10)  # type: ignore[operator]


def test_times_and_identifiers_raise_no_doubt(written: Written) -> None:
    assert {message.time_flag for message in written.messages} == {None}
    assert {message.created_at_source for message in written.messages} == {"field"}
    keys = [(message.platform, message.message_id) for message in written.messages]
    assert len(set(keys)) == len(keys)
    assert not any(message.message_id.endswith("#2") for message in written.messages)  # type: ignore[union-attr]


def test_x_identifiers_hold_the_stated_second(written: Written) -> None:
    posts = [message for message in written.messages if message.platform == "x"]
    for post in posts:
        ms = (int(post.message_id or "") >> 22) + 1_288_834_974_657
        decoded = datetime.fromtimestamp(ms / 1000, UTC)
        assert decoded.replace(microsecond=0) == post.created_at
        assert post.url == f"https://x.com/{post.author_handle}/status/{post.message_id}"
        assert post.author_created_at < post.created_at  # type: ignore[operator]
        assert len(post.author_handle or "") <= 15
    assert len(posts) > 300


def test_entities_of_x_stand_where_they_say(written: Written) -> None:
    lines = archive(written).read("x/recherche_voixduverger.jsonl").decode().splitlines()
    for post in map(json.loads, lines):
        for mention in post["entities"].get("mentions", ()):
            assert post["text"][mention["start"] : mention["end"]] == f"@{mention['username']}"
        for tag in post["entities"].get("hashtags", ()):
            assert post["text"][tag["start"] : tag["end"]] == f"#{tag['tag']}"


def test_meta_strings_are_written_with_its_fault_and_read_without(written: Written) -> None:
    zipped = archive(written)
    exported = [name for name in zipped.namelist() if name.startswith("meta/")]
    bodies = [zipped.read(name) for name in exported]
    assert all(body.isascii() for body in bodies)
    assert sum(b"\\u00c3\\u00a9" in body for body in bodies) > 20
    texts = [message.text for message in written.messages if message.mapper.startswith("meta-dyi")]
    assert any("é" in text for text in texts)
    assert not any("Ã" in text or "â\x80" in text for text in texts)


def test_youtube_threads_carry_all_their_replies(written: Written) -> None:
    replies = 0
    zipped = archive(written)
    for name in (name for name in zipped.namelist() if name.startswith("youtube/")):
        for thread in json.loads(zipped.read(name))["items"]:
            inside = thread.get("replies", {}).get("comments", [])
            assert len(inside) == thread["snippet"]["totalReplyCount"] <= 5
            assert all(one["id"].startswith(f"{thread['id']}.") for one in inside)
            first = thread["snippet"]["topLevelComment"]["snippet"]["publishedAt"]
            assert all(one["snippet"]["publishedAt"] >= first for one in inside)
            replies += len(inside)
    assert replies > 20
    assert not any(entry.notes for entry in written.ledger.sources if entry.format == "youtube-api")


def archive(written: Written) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO((written.report.folder / "exports-plateformes.zip").read_bytes()))


def test_three_languages_french_first(written: Written) -> None:
    said = Counter(message.lang for message in written.messages if message.platform == "x")
    assert set(said) == {"fr", "en", "es"}
    assert said["fr"] > said["en"] > said["es"]
    assert written.report.languages == ("en", "es", "fr")


def test_same_seed_and_day_give_the_same_bytes_in_another_process(written: Written, tmp_path: Path) -> None:
    code = (
        "import sys; from datetime import date; from pathlib import Path;"
        "from saisine.example import write_example;"
        "write_example(Path(sys.argv[1]), wave_on=date(2026, 3, 14))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Auckland"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again")], check=True, env=environment)
    assert digests(tmp_path / "again") == digests(written.report.folder)


def test_another_seed_gives_other_bytes_in_every_file_and_the_same_promises(
    written: Written, tmp_path: Path
) -> None:
    other = write_and_read(tmp_path / "vague-mars", seed=8)
    assert not set(digests(other.report.folder).values()) & set(digests(written.report.folder).values())
    assert (len(other.messages), paris_days(other)[WAVE_ON]) == (1800, 1122)
    assert other.ledger.totals().failed == other.ledger.totals().skipped == 0


@pytest.mark.parametrize(
    "wave_on", [date(2026, 3, 29), date(2025, 10, 26), date(2025, 12, 31), date(2024, 2, 29)]
)
def test_days_of_clock_change_and_year_ends_keep_their_counts(wave_on: date, tmp_path: Path) -> None:
    now = datetime(wave_on.year, wave_on.month, wave_on.day, 12, tzinfo=UTC) + timedelta(days=38)
    written = write_and_read(tmp_path / "vague", wave_on, now=now)
    days = paris_days(written)
    assert (len(written.messages), days[wave_on], len(days)) == (1800, 1122, 71)
    assert {message.time_flag for message in written.messages} == {None}


def test_all_is_in_the_past_38_days_after_the_wave(written: Written) -> None:
    latest = max(message.created_at for message in written.messages)  # type: ignore[type-var]
    assert latest < NOW  # type: ignore[operator]


def test_writing_again_over_the_same_example_mends_it(tmp_path: Path) -> None:
    first = write_example(tmp_path / "depot", wave_on=WAVE_ON)
    before = digests(tmp_path / "depot")
    first.files[0].write_bytes(b"cut")
    first.files[1].unlink()
    write_example(tmp_path / "depot", wave_on=WAVE_ON)
    assert digests(tmp_path / "depot") == before


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("à garder")
    with pytest.raises(SaisineError) as caught:
        write_example(tmp_path, wave_on=WAVE_ON)
    assert (caught.value.code, caught.value.exit_code) == ("example_folder_taken", 64)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_place_that_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("un fichier")
    with pytest.raises(SaisineError) as caught:
        write_example(tmp_path / "taken", wave_on=WAVE_ON)
    assert (caught.value.code, caught.value.exit_code) == ("example_not_written", 74)


@pytest.mark.parametrize("wave_on", [date(1, 1, 1), date(2017, 12, 31), date(2080, 1, 1), date(9999, 12, 31)])
def test_a_day_out_of_reach_is_refused_before_anything_is_written(wave_on: date, tmp_path: Path) -> None:
    with pytest.raises(SaisineError) as caught:
        write_example(tmp_path / "depot", wave_on=wave_on)
    assert caught.value.code == "example_date_refused"
    assert not (tmp_path / "depot").exists()


def test_the_report_leaves_without_the_threats(written: Written) -> None:
    told = json.dumps(written.report.as_json(), ensure_ascii=False)
    assert len(written.report.threats) == 2
    assert not any(threat in told for threat in written.report.threats)
    assert not any(word in fold(told) for word in ("tuer", "acacias", "06 39"))
    assert json.loads(told) | {"files": 0, "folder": ""} == {
        "folder": "", "files": 0, "messages": 1800, "wave_on": "2026-03-14", "wave_messages": 1122,
        "copies": 720, "groups": 37, "threats": 2, "languages": ["en", "es", "fr"],
    }  # fmt: skip


def test_the_association_meets_the_conditions_the_law_asks_for() -> None:
    clauses = [clause for offence in load_law().offences.values() for clause in offence.associations]
    assert ASSOCIATION.object_tags <= {clause.object_tag for clause in clauses}
    assert ASSOCIATION.declared_on is not None
    assert WAVE_ON - ASSOCIATION.declared_on > timedelta(days=5 * 366)
    assert (ASSOCIATION.victim_consent, ASSOCIATION.recipient_of_decision) == (None, False)
