"""The ten-minute walkthrough of product.md, section 7, as it is written there, then in other ways.

Asserted on the way: nothing leaves loopback, no violent word goes to the browser or stands in its
accessibility tree before « Afficher », axe finds nothing at each stop, and what it would cost a person stays
under ten minutes. Screenshots go to the folder that SAISINE_SHOTS names.
"""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pikepdf
import pytest
from playwright.sync_api import expect

from saisine.cli.app import run
from saisine.example import ExampleReport
from saisine.vault.verify import verify_bundle
from tests.e2e import walkthrough as rows
from tests.e2e.conftest import Visits
from tests.e2e.running import CHROMIUM, clock
from tests.e2e.said import said
from tests.e2e.walking import PHONE, Walk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is absent: the pages were not walked in a browser"),
]

LOOPBACK = {"127.0.0.1", "localhost"}
PERSON_S, MACHINE_S = 600, 60  # product.md, section 7
SEALING_S, BUILDING_S = 10, 20


def first_six(walk: Walk, report: ExampleReport) -> None:
    """From the first page to the end of the sorting: what a phone does too."""
    rows.open_deposit(walk)
    rows.choose_and_seal(walk, report)
    rows.answer_three_questions(walk)
    rows.see_the_sorting(walk)
    rows.keep_the_urgent(walk)
    rows.sort_the_wave(walk)
    rows.complete_two_captures(walk)


def the_rest(walk: Walk, report: ExampleReport, folder: Path) -> Path:
    """From the incident to a verified dossier; its ZIP."""
    rows.open_incident(walk)
    with walk.apart() as walk.asked:  # the table has no row for them: they are told beside
        rows.answer_questions(walk)
    rows.decide_qualifications(walk)
    rows.report_to_the_platform(walk, report)
    rows.prepare_dossier(walk)
    bundle, pdf = rows.seal_dossier(walk, folder)
    check_pdf(pdf)
    check_bundle(walk, bundle, report, folder)
    return bundle


def require_calm(walk: Walk) -> None:
    """What holds of every visit, whatever its means; what it cost is printed (seen with -s)."""
    print(f"{walk.pace.person_s():.0f} s of a person ({walk.pace}), {walk.machine_s():.0f} s of the machine")
    assert walk.early == []
    assert walk.wire.early == []
    assert walk.wire.asked > 0, "the listener hears the words once they are asked for"
    assert walk.faults == []
    assert {urlsplit(url).hostname for url in walk.requests if not url.startswith("data:")} <= LOOPBACK


def check_pdf(path: Path) -> None:
    """Tagged, in French, titled: read by a library that did not write it."""
    with pikepdf.open(path) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith("fr")
        assert "/StructTreeRoot" in pdf.Root
        assert len(pdf.pages) > 3
        assert pdf.docinfo.get("/Title") or pdf.open_metadata().get("dc:title")


def check_bundle(walk: Walk, bundle: Path, report: ExampleReport, folder: Path) -> None:
    """The page, the library and the index of exhibits count the same pieces; the originals left unchanged."""
    counted = rows.verify_dossier(walk, bundle, folder)
    assert verify_bundle(bundle, now=clock()).verdict == "verified"
    with zipfile.ZipFile(bundle) as archive:
        index = next(name for name in archive.namelist() if name.endswith("pieces.csv"))
        listed = list(csv.DictReader(io.StringIO(archive.read(index).decode("utf-8-sig")), delimiter=";"))
    assert counted == len(listed)
    assert len(rows.digests_in(bundle) & rows.digests_of(report)) >= 2, (
        "the completed screenshots leave as they were received"
    )


def what_stands(walk: Walk) -> list[str]:
    """All that the page says, but for the line of the dose: its minutes go on."""
    return [line for line in walk.main().inner_text().splitlines() if " contenus ouverts," not in line]


def verdict_of_command(bundle: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What `saisine verify` says of it; its exit code has to say the same."""
    capsys.readouterr()
    code = run(["verify", str(bundle), "--json"])
    verdict = str(json.loads(capsys.readouterr().out)["verdict"])
    assert code == {"verified": 0, "failed": 1, "incomplete": 2}[verdict]
    return verdict


def test_ten_minutes_from_a_folder_to_a_verified_dossier(
    walk: Walk, report: ExampleReport, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first_six(walk, report)
    bundle = the_rest(walk, report, tmp_path)
    machine, person = walk.machine_s(), walk.pace.person_s()
    look_at_deadlines(walk, tmp_path)
    require_calm(walk)
    assert verdict_of_command(bundle, capsys) == "verified"
    assert verdict_of_command(tmp_path / "change.zip", capsys) == "failed"
    spent = f"{person:.0f} s of a person ({walk.pace}), {machine:.0f} s of the machine"
    spent += f"; with the questions, {walk.asked.person_s():.0f} s more ({walk.asked})"
    assert person + machine < PERSON_S, spent
    assert machine < MACHINE_S, spent
    assert walk.sealing_s < SEALING_S
    assert walk.building_s < BUILDING_S
    with capsys.disabled():
        print(f"\n{spent}")


def look_at_deadlines(walk: Walk, folder: Path) -> None:
    page = walk.page
    menu = page.get_by_role("navigation", name=walk.say("Navigation principale"))
    walk.link("Échéances", inside=menu)
    expect(page.get_by_text(said(walk)["court"]).first).to_be_visible()
    walk.stop("deadlines")
    with page.expect_download() as taken:
        walk.link("Exporter le calendrier")
    text = rows.kept(taken.value, folder / "echeances.ics").read_text("utf-8")
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert events
    assert not [
        event for event in events if any(threat in str(event.get("summary")) for threat in walk.forbidden)
    ]


# ------------------------------------------------------------------ other ways


@pytest.mark.slow
def test_the_same_path_in_english(visit: Visits, report: ExampleReport, tmp_path: Path) -> None:
    walk = visit(language="en")
    first_six(walk, report)
    the_rest(walk, report, tmp_path)
    look_at_deadlines(walk, tmp_path)
    require_calm(walk)


@pytest.mark.slow
def test_the_same_path_with_the_keyboard_alone(visit: Visits, report: ExampleReport, tmp_path: Path) -> None:
    walk = visit(keyboard=True, sizes=())
    first_six(walk, report)
    the_rest(walk, report, tmp_path)
    require_calm(walk)


@pytest.mark.slow
def test_the_first_six_rows_on_a_phone(visit: Visits, report: ExampleReport) -> None:
    walk = visit(size=PHONE, has_touch=True, is_mobile=True)
    first_six(walk, report)
    require_calm(walk)


@pytest.mark.slow
def test_kill_9_of_server_and_worker_at_the_notice_loses_nothing(
    visit: Visits, report: ExampleReport, tmp_path: Path
) -> None:
    walk = visit(sizes=())
    first_six(walk, report)
    rows.open_incident(walk)
    rows.answer_questions(walk)
    rows.decide_qualifications(walk)
    rows.report_to_the_platform(walk, report)
    before = what_stands(walk)
    walk.server.kill()
    walk.server.start()
    walk.page.reload()
    assert what_stands(walk) == before
    rows.prepare_dossier(walk)
    walk.page.get_by_role("button", name="Sceller et exporter").click()
    walk.server.kill()
    walk.server.start()
    expect(walk.page.get_by_text(said(walk)["built"])).to_be_visible(timeout=90_000)
    require_calm(walk)


@pytest.mark.slow
@pytest.mark.parametrize(
    "taste",
    [
        {"reduced_motion": "reduce", "sizes": ((1280, 900),)},
        # the colours are then the person's own: axe would judge those that the browser draws in their place
        {"forced_colors": "active", "sizes": ()},
        # 200 % zoom of a 1280 px window, and 400 %: what is left is 640 and 320 CSS px
        {"size": (640, 450), "device_scale_factor": 2},
        {"size": (320, 256), "device_scale_factor": 4},
    ],
    ids=["reduced motion", "forced colours", "200 %", "400 %"],
)
def test_the_first_six_rows_for_other_eyes(
    visit: Visits, report: ExampleReport, taste: dict[str, Any]
) -> None:
    walk = visit(**taste)
    first_six(walk, report)
    require_calm(walk)
    assert re.match("http", walk.page.url)


@pytest.mark.slow
def test_the_same_path_without_javascript(visit: Visits, report: ExampleReport, tmp_path: Path) -> None:
    """All but the folder picker and the clipboard. axe is a script too: it would wait for ever here."""
    walk = visit(with_script=False, sizes=())
    first_six(walk, report)
    the_rest(walk, report, tmp_path)
    require_calm(walk)
