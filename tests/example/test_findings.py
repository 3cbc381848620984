"""What our own findings say of the example: the numbers that the walkthrough shows on screen."""

from pathlib import Path

from saisine.findings.danger import find_danger
from saisine.findings.duplicates import group_duplicates
from saisine.findings.inputs import Text
from saisine.findings.survey import COLUMNS, survey
from tests.example.conftest import WAVE_ON, Written
from tests.messages.world import world


def test_the_search_for_copies_finds_the_37_groups_and_nothing_else(written: Written) -> None:
    rows = [Text(str(n), one.text, one.text_norm) for n, one in enumerate(written.messages)]
    found = group_duplicates(rows)
    assert (len(found.groups), sum(group.n for group in found.groups)) == (37, 720)
    assert (written.report.groups, written.report.copies) == (37, 720)
    assert found.ungrouped == 1080


def test_the_danger_rules_fire_on_the_two_threats_alone(written: Written) -> None:
    urgent = {one.text: find_danger(one.text) for one in written.messages if find_danger(one.text)}
    assert sorted(urgent) == sorted(written.report.threats)
    assert {sign.kind for signs in urgent.values() for sign in signs} >= {"threat", "doxxing"}


def test_the_deposited_folder_is_surveyed_as_the_walkthrough_shows(written: Written, tmp_path: Path) -> None:
    with world(tmp_path / "space") as place:
        place.take(written.report.folder)
        found = survey(place.corpora.scan(COLUMNS))
    assert (found.n, len(found.urgent), len(found.others), found.other_groups) == (1800, 2, 678, ())
    (wave,) = found.waves
    assert (wave.wave.day, wave.n, len(wave.groups), wave.n_grouped) == (WAVE_ON, 1120, 37, 720)
    assert wave.wave.n == written.report.wave_messages == 1122
