"""The sorting box over the invented wave: what is counted, what is hidden, what one click does and undoes."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from saisine.casework import deposits, findings_rows, incidents, journal, row_files, surveys, triage
from saisine.casework.models import Decision, JournalRow, SortedMessage
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.example import ExampleReport, write_example
from saisine.messages.corpus import Query
from tests.casework.world import Clock, opened

WAVE_ON = date(2026, 3, 14)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ExampleReport]:
    """The example, sealed and read once; each test works on a copy."""
    folder = tmp_path_factory.mktemp("exemple")
    report = write_example(folder / "vague", wave_on=WAVE_ON)
    with opened(folder / "espace") as session:
        deposits.deposit_paths(session, [folder / "vague"])
    return folder / "espace", report


@pytest.fixture
def box(sealed: tuple[Path, ExampleReport], tmp_path: Path, clock: Clock) -> Iterator[Session]:
    shutil.copytree(sealed[0], tmp_path / "espace")
    with opened(tmp_path / "espace", clock) as session:
        yield session


def wave(session: Session) -> triage.Band:
    return next(band for band in triage.bands(session) if band.kind == "wave")


def rows() -> dict[str, str]:
    return dict(SortedMessage.objects.values_list("ref", "value"))


def test_the_bands_of_the_walkthrough(box: Session) -> None:
    found = [(b.kind, b.count, b.left, b.grouped, b.groups, b.day) for b in triage.bands(box)]
    assert found == [
        ("urgent", 2, 2, 0, 0, None),
        ("wave", 1120, 1120, 720, 37, WAVE_ON),
        ("others", 678, 678, 0, 0, None),
        ("captures", 24, 24, 0, 0, None),
    ]


def test_cards_say_nothing_of_the_text(box: Session, sealed: tuple[Path, ExampleReport]) -> None:
    shown = triage.cards(box, "urgent").items + triage.cards(box, wave(box).id, limit=60).items
    texts = {message.text for message in box.corpora.search(Query(), limit=1000).items}
    told = " ".join(map(repr, shown))
    assert not any(text in told for text in texts if len(text) > 8)
    assert not any(threat in told for threat in sealed[1].threats)
    assert {card.dangers for card in shown[:2]} == {("threat",), ("doxxing",)}


def test_pages_of_cards_cover_the_band_once(box: Session) -> None:
    seen: list[str] = []
    after = None
    while True:
        page = triage.cards(box, wave(box).id, after=after, limit=100)
        seen += [card.ref for card in page.items]
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 37 + 400
    assert [ref[0] for ref in seen[:37]] == ["g"] * 37


def test_opening_a_card_leaves_a_line_here_and_in_the_log(
    box: Session, sealed: tuple[Path, ExampleReport]
) -> None:
    before = box.vault.journal.size
    card = next(c for c in triage.cards(box, "urgent").items if c.dangers == ("threat",))
    (opened_one,) = triage.open_card(box, "urgent", card.ref)
    assert opened_one.text in sealed[1].threats
    assert opened_one.why_fr
    assert opened_one.why_en
    assert journal.lines(box).rows[0].what == "message_opened"
    assert [entry["act"] for entry in list(box.vault.log_entries())[before:]] == ["access"]


def test_a_group_shows_three_variants_at_most(box: Session) -> None:
    card = triage.cards(box, wave(box).id, limit=1).items[0]
    texts = [one.text for one in triage.open_card(box, wave(box).id, card.ref)]
    assert len(texts) == len(set(texts)) == triage.SHOWN_VARIANTS


def test_one_click_keeps_a_whole_group(box: Session) -> None:
    band = wave(box).id
    card = triage.cards(box, band, limit=1).items[0]
    decision = triage.decide(box, band, card.ref, "keep")
    assert decision.count == card.n == SortedMessage.objects.filter(value="keep").count()
    assert triage.get_card(box, band, card.ref).value == "keep"
    assert wave(box).left == 1120 - card.n
    assert triage.kept(box) == triage.Kept(card.n, 0, WAVE_ON)


def test_the_rest_of_the_wave_goes_aside_and_nothing_is_erased(box: Session) -> None:
    band = wave(box).id
    card = triage.cards(box, band, limit=1).items[0]
    triage.decide(box, band, card.ref, "keep")
    assert triage.discard_rest(box, band).count == 1120 - card.n
    assert wave(box).left == 0
    assert SortedMessage.objects.filter(value="keep").count() == card.n
    assert box.corpora.count(Query()) == 1800


def test_undo_brings_back_exactly_what_was_there(box: Session, clock: Clock) -> None:
    band = wave(box).id
    card = triage.cards(box, band, limit=1).items[0]
    triage.decide(box, band, card.ref, "keep")
    before = rows()
    clock.pass_s(40)
    decision = triage.discard_rest(box, band)
    clock.pass_s(triage.UNDO_S)
    assert triage.undo(box, decision.id) == band
    assert rows() == before
    assert not Decision.objects.filter(id=decision.id).exists()


def test_undo_ends_after_half_a_minute(box: Session, clock: Clock) -> None:
    decision = triage.discard_rest(box, "others")
    assert triage.last_decision(box) is not None
    clock.pass_s(triage.UNDO_S + triage.GRACE_S + 1)
    assert triage.last_decision(box) is None
    before = rows()
    with pytest.raises(SaisineError) as told:
        triage.undo(box, decision.id)
    assert told.value.code == "undo_too_late"
    assert rows() == before


def test_a_second_decision_does_not_overwrite_the_first(box: Session) -> None:
    card = triage.cards(box, "urgent").items[0]
    triage.decide(box, "urgent", card.ref, "keep")
    assert triage.decide(box, "urgent", card.ref, "discard").count == 0
    assert triage.get_card(box, "urgent", card.ref).value == "keep"


def test_a_decision_on_what_is_decided_hides_no_undo(box: Session) -> None:
    """Another tab still shows a group; its click must not take the place of the one that can be undone."""
    band = wave(box).id
    card = triage.cards(box, band).items[0]
    first = triage.discard_rest(box, band)
    triage.decide(box, band, card.ref, "keep")
    triage.discard_rest(box, band)
    last = triage.last_decision(box, band)
    assert last is not None
    assert last.id == first.id
    assert [row.what for row in JournalRow.objects.filter(what__in=("kept", "discarded"))] == ["discarded"]


@pytest.mark.parametrize(
    ("band", "ref", "value", "code"),
    [
        ("urgent", "m:nothing:0:0", "keep", "card_unknown"),
        ("urgent", "", "keep", "card_unknown"),
        ("nowhere", "m:a:0:0", "keep", "band_unknown"),
        ("urgent", "m:a:0:0", "burn", "decision_value_unknown"),
    ],
)
def test_what_is_not_there_is_told(box: Session, band: str, ref: str, value: str, code: str) -> None:
    with pytest.raises(SaisineError) as told:
        triage.decide(box, band, ref, value)
    assert told.value.code == code


def test_the_hours_of_a_wave_are_those_of_paris(box: Session) -> None:
    found = triage.hours(box, wave(box).id)
    assert {at.date() for at, n in found if n} <= {WAVE_ON - timedelta(1), WAVE_ON, WAVE_ON + timedelta(1)}
    assert sum(n for _, n in found) >= 1120


def test_the_survey_is_kept_and_made_again_when_its_file_is_broken(box: Session) -> None:
    first = surveys.current(box)
    (kept,) = (box.workspace.folder / "findings").glob("survey-*.npz")
    box.kept.clear()
    assert same(surveys.current(box), first)
    kept.write_bytes(b"PK\x03\x04broken")
    box.kept.clear()
    assert same(surveys.current(box), first)
    assert row_files.read(kept) is not None


def same(one: surveys.Placed, other: surveys.Placed) -> bool:
    arrays = ("code", "band", "group", "at_us", "platform", "target", "words")
    equal = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)
    return equal and one.found.whole() == other.found.whole() and one.bands == other.bands


def test_the_survey_file_holds_no_text(box: Session, sealed: tuple[Path, ExampleReport]) -> None:
    surveys.current(box)
    findings_rows.current(box)
    files = [path.read_bytes() for path in (box.workspace.folder / "findings").glob("*.npz")]
    assert len(files) == 2
    found = box.corpora.search(Query(), limit=1000).items
    told = [m.text for m in found if len(m.text) > 12] + list(sealed[1].threats)
    told += [
        name for m in found for name in (m.author_handle, m.author_id, m.target_id, m.target_handle) if name
    ]
    told = [word for word in dict.fromkeys(told) if len(word) > 4]
    assert len(told) > 500
    assert not [word for word in told if any(word.encode() in body for body in files)]


def test_a_mind_can_be_changed_long_after(box: Session, clock: Clock) -> None:
    band = wave(box).id
    card = triage.cards(box, band, limit=1).items[0]
    triage.discard_rest(box, band)
    before = rows()
    clock.pass_s(86_400)
    assert triage.reopen(box, band, card.ref) == card.n
    assert len(rows()) == len(before) - card.n
    assert triage.get_card(box, band, card.ref).value == ""
    triage.decide(box, band, card.ref, "keep")
    incidents.open_incident(box, "Vague", from_triage=True)
    with pytest.raises(SaisineError) as told:
        triage.reopen(box, band, card.ref)
    assert told.value.code == "card_in_incident"
