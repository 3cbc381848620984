"""Types and groups that a person confirms: what is kept, what stands, who may change it, what goes with a message."""

import json
from pathlib import Path

import pytest

from saisine.casework import (
    confirmed_types,
    erasures,
    everything,
    exhibits,
    incidents,
    journal,
    learning,
    reading_order,
    rights,
    row_erasures,
    statements,
    triage,
)
from saisine.casework.confirmed_types import Chosen
from saisine.casework.models import FactRow
from saisine.casework.session import Session
from saisine.casework.types_models import TypesRow
from saisine.messages.corpus import Query
from saisine.messages.row_erasure import Selection
from tests.casework.world import Clock, refused, take
from tests.messages.x_lines import post

THREAT = "Samedi je viens te tuer, prépare-toi"


@pytest.fixture
def box(session: Session, tmp_path: Path) -> Session:
    """Six posts, the second of them a threat."""
    deposit(session, tmp_path / "mars.jsonl")
    return session


def deposit(session: Session, path: Path, **changed: object) -> None:
    rows = [post(number) for number in range(6)]
    rows[1] |= {"text": THREAT} | changed
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    take(session, path)


def refs(session: Session) -> dict[int, str]:
    """Number of a post -> its reference."""
    found = {one.message_id: one.ref or "" for one in session.corpora.search(Query(), limit=100).items}
    return {number: found[str(post(number)["id"])] for number in range(6) if str(post(number)["id"]) in found}


def stands(session: Session, ref: str) -> Chosen | None:
    row = confirmed_types.standing(session, [ref]).get(ref)
    return confirmed_types.chosen_of(row) if row is not None else None


@pytest.fixture
def colleague(box: Session) -> Session:
    return box.acting("c" * 32, None)


def test_what_was_proposed_is_kept_beside_what_was_confirmed(box: Session, clock: Clock) -> None:
    threat = refs(box)[1]
    assert reading_order.why(box, threat).types == ("menace",)
    assert not TypesRow.objects.exists()
    row = confirmed_types.confirm(box, threat, ["sous_entendu", "menace"], ["femmes"])
    assert (row.types, row.targets) == (["menace", "sous_entendu"], ["femmes"])
    assert (row.proposed_types, row.proposed_targets) == (["menace"], [])
    assert row.model == reading_order.load_triage(box).id
    assert (row.at, row.by) == (clock(), box.actor)
    assert stands(box, threat) == Chosen(("menace", "sous_entendu"), ("femmes",))
    line = journal.lines(box).rows[0]
    assert (line.what, line.subject, line.count) == ("types_confirmed", threat, 1)


def test_the_card_says_what_stands_and_no_word_of_the_text(box: Session) -> None:
    threat = refs(box)[1]
    assert triage.get_card(box, "urgent", f"m:{threat}").chosen is None
    confirmed_types.confirm(box, threat, ["menace"], [])
    card = triage.get_card(box, "urgent", f"m:{threat}")
    assert card.chosen == Chosen(("menace",), ())
    assert "tuer" not in repr(card)


def test_a_change_stands_and_an_undo_brings_back_the_one_before(box: Session) -> None:
    threat = refs(box)[1]
    confirmed_types.confirm(box, threat, ["menace"], [])
    confirmed_types.confirm(box, threat, ["insulte"], ["femmes"])
    assert stands(box, threat) == Chosen(("insulte",), ("femmes",))
    confirmed_types.withdraw(box, threat)
    assert stands(box, threat) == Chosen(("menace",), ())
    confirmed_types.withdraw(box, threat)
    assert stands(box, threat) is None
    assert confirmed_types.confirmations(box).count() == 0
    with refused("types_unknown"):
        confirmed_types.withdraw(box, threat)
    kept = confirmed_types.history(box, threat)
    assert [row.types for row in kept] == [["menace"], ["insulte"]]
    assert all(row.withdrawn_at and row.withdrawn_by == box.actor for row in kept)


def test_the_same_said_twice_is_written_once(box: Session) -> None:
    threat = refs(box)[1]
    first = confirmed_types.confirm(box, threat, ["menace"], [], seen="")
    assert confirmed_types.confirm(box, threat, ["menace"], [], seen="") == first
    assert TypesRow.objects.count() == 1


def test_no_type_at_all_is_a_confirmation_too(box: Session) -> None:
    threat = refs(box)[1]
    confirmed_types.confirm(box, threat, [], [])
    assert stands(box, threat) == Chosen((), ())
    assert confirmed_types.counts(box).n == 1


def test_a_colleague_s_confirmation_is_not_replaced_unseen(box: Session, colleague: Session) -> None:
    threat = refs(box)[1]
    mine = confirmed_types.confirm(box, threat, ["menace"], [], seen="")
    with refused("types_changed"):
        confirmed_types.confirm(colleague, threat, ["insulte"], [], seen="")
    with refused("types_changed"):
        confirmed_types.withdraw(colleague, threat, seen="")
    assert [row.types for row in confirmed_types.history(box, threat)] == [["menace"]]
    hers = confirmed_types.confirm(colleague, threat, ["insulte"], [], seen=confirmed_types.key_of(mine))
    assert hers.by == colleague.actor != mine.by
    assert stands(box, threat) == Chosen(("insulte",), ())
    with refused("types_changed"):
        confirmed_types.withdraw(box, threat, seen=confirmed_types.key_of(mine))


def test_what_another_model_proposed_is_not_confirmed_unseen(box: Session) -> None:
    threat = refs(box)[1]
    with refused("types_changed"):
        confirmed_types.confirm(box, threat, ["menace"], [], model="triage@0+000000000000")
    assert not TypesRow.objects.exists()


@pytest.mark.parametrize(("types", "targets"), [(["meurtre"], []), ([], ["voisins"]), (["femmes"], [])])
def test_only_words_of_the_lexicon_are_confirmed(box: Session, types: list[str], targets: list[str]) -> None:
    with refused("triage_type_unknown"):
        confirmed_types.confirm(box, refs(box)[1], types, targets)
    assert not TypesRow.objects.exists()


def test_nobody_confirms_on_a_message_that_does_not_exist_for_her(box: Session) -> None:
    threat = refs(box)[1]
    confirmed_types.confirm(box, threat, ["menace"], [])
    outside = box.acting("d" * 32, frozenset())
    with refused("message_unknown"):
        confirmed_types.confirm(outside, threat, ["insulte"], [])
    with refused("message_unknown"):
        confirmed_types.withdraw(outside, threat)
    with refused("message_unknown"):
        confirmed_types.history(outside, threat)
    with refused("message_unknown"):
        confirmed_types.confirm(box, f"{threat}9", ["insulte"], [])
    assert confirmed_types.confirmations(outside).count() == 0
    assert confirmed_types.counts(outside).n == 0
    assert confirmed_types.counts(box).types == {"menace": 1}


def test_counts_are_of_what_stands(box: Session) -> None:
    found = refs(box)
    confirmed_types.confirm(box, found[0], ["insulte"], ["femmes"])
    confirmed_types.confirm(box, found[1], ["insulte", "menace"], [])
    confirmed_types.confirm(box, found[2], ["menace"], [])
    confirmed_types.confirm(box, found[2], [], ["femmes"])
    counted = confirmed_types.counts(box)
    assert (counted.n, counted.types, counted.targets) == (3, {"insulte": 2, "menace": 1}, {"femmes": 2})
    assert [row.ref for row in confirmed_types.confirmations(box)] == [found[2], found[1], found[0]]


# ------------------------------------------------------------------ in an incident


def test_an_incident_is_told_and_the_law_is_not(box: Session) -> None:
    threat = refs(box)[1]
    triage.decide(box, "urgent", f"m:{threat}", "keep")
    made = incidents.open_incident(box, "Vague de mars", from_triage=True)
    about = statements.first(box, made)
    before, facts = rights.assessment(box, made, about), list(FactRow.objects.values())
    assert confirmed_types.of_exhibits(made, statements.exhibits_of(about)) is None
    confirmed_types.confirm(box, threat, ["menace"], ["femmes"])
    confirmed_types.confirm(box, refs(box)[2], ["insulte"], [])
    told = confirmed_types.of_exhibits(made, statements.exhibits_of(about))
    assert told == Chosen(("menace",), ("femmes",)), "of its exhibits alone"
    assert list(FactRow.objects.values()) == facts
    assert rights.assessment(box, made, about) == before
    exhibits.withdraw(box, made, 1)
    assert confirmed_types.of_exhibits(made, statements.exhibits_of(about)) is None


def test_a_group_is_told_by_whichever_message_was_confirmed(box: Session, tmp_path: Path) -> None:
    """An exhibit names the first in time; the message of a group that a person confirmed may be another."""
    rows = [
        post(number) | {"text": "Une phrase copiée partout sans rien y changer !"} for number in range(20, 26)
    ]
    path = tmp_path / "copies.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    take(box, path)
    band, card = next(
        (band.id, card)
        for band in triage.bands(box)
        if band.kind != "captures"
        for card in triage.cards(box, band.id, limit=50).items
        if card.kind == "group"
    )
    triage.decide(box, band, card.ref, "keep")
    made = incidents.open_incident(box, "Copies", from_triage=True)
    row = made.exhibits.get()
    other = next(
        one.ref
        for one in box.corpora.search(Query(), limit=100).items
        if one.text.startswith("Une phrase copiée") and one.ref != row.ref
    )
    assert other
    confirmed_types.confirm(box, other, ["sous_entendu"], [])
    about = statements.first(box, made)
    told = confirmed_types.of_exhibits(made, statements.exhibits_of(about))
    assert told == Chosen(("sous_entendu",), ())


# ------------------------------------------------------------------ learning


def test_confirmed_types_are_labels_where_nobody_decided(box: Session, colleague: Session) -> None:
    found = refs(box)
    triage.decide(box, "others", f"m:{found[0]}", "discard")
    confirmed_types.confirm(box, found[0], ["insulte"], [])
    confirmed_types.confirm(box, found[1], ["menace"], [])
    confirmed_types.confirm(colleague, found[2], [], [])
    confirmed_types.confirm(box, found[3], [], ["femmes"])
    labels = [(one.message, one.keep, one.member) for one in learning.decisions(box)]
    assert labels == [
        (found[0], False, box.actor),
        (found[1], True, box.actor),
        (found[2], False, colleague.actor),
    ]
    learning.withdraw(box, colleague.actor)
    assert len(learning.decisions(box)) == 2
    confirmed_types.withdraw(box, found[1])
    assert [one.message for one in learning.decisions(box)] == [found[0]]
    confirmed_types.confirm(box, found[4], ["insulte"], [])
    triage.discard_rest(box, "others")
    assert [one.message for one in learning.decisions(box)] == [found[0]], "one word on a message, not two"


# ------------------------------------------------------------------ messages that move or go


def test_erasing_a_message_erases_its_confirmations_and_the_others_follow(box: Session) -> None:
    found = refs(box)
    for number in (0, 1, 2):
        confirmed_types.confirm(box, found[number], ["insulte"], [])
    confirmed_types.confirm(box, found[1], ["menace"], [])
    gone = Selection(keys=frozenset({("x", str(post(1)["id"]))}))
    row_erasures.erase_rows(box, gone, "art17_request")
    after = refs(box)
    assert sorted(TypesRow.objects.values_list("ref", flat=True)) == sorted([after[0], after[2]])
    assert stands(box, after[2]) == Chosen(("insulte",), ())
    assert confirmed_types.counts(box).types == {"insulte": 2}


def test_erasing_a_deposit_erases_every_confirmation_on_it(box: Session) -> None:
    confirmed_types.confirm(box, refs(box)[1], ["menace"], [])
    (unit,) = {info.unit for info in box.corpora.list()}
    erasures.erase(box, erasures.target_of(box, unit), "retention")
    assert not TypesRow.objects.exists()


def test_a_confirmation_follows_its_message_seen_again_unless_the_text_changed(
    box: Session, tmp_path: Path, clock: Clock
) -> None:
    old = refs(box)
    for number in (1, 2):
        confirmed_types.confirm(box, old[number], ["menace"], [])
    clock.pass_s(86_400)
    deposit(box, tmp_path / "avril.jsonl", text="un tout autre texte, très calme")
    new = refs(box)
    assert set(new.values()).isdisjoint(old.values())
    assert stands(box, new[2]) == Chosen(("menace",), ())
    assert stands(box, new[1]) is None
    assert stands(box, old[1]) == Chosen(("menace",), ())


def test_a_new_reading_moves_the_whole_history(box: Session) -> None:
    found = refs(box)
    for types in (["insulte"], ["menace"]):
        confirmed_types.confirm(box, found[1], types, [])
    confirmed_types.confirm(box, found[2], ["menace"], [])
    corpus = found[1].partition(":")[0]
    confirmed_types.move(corpus, lambda ref: "" if ref == found[2] else f"{corpus}:0:99")
    assert [row.types for row in TypesRow.objects.filter(ref=f"{corpus}:0:99")] == [["insulte"], ["menace"]]
    assert TypesRow.objects.count() == 2


def test_confirmations_leave_with_everything_that_is_taken_away(box: Session) -> None:
    row = confirmed_types.confirm(box, refs(box)[1], ["menace"], [])
    model = dict(everything.TABLES)["types-confirmes"]
    (taken,) = everything.rows_of(model)
    assert (taken["ref"], taken["types"], taken["by"], taken["model"]) == (
        row.ref,
        ["menace"],
        row.by,
        row.model,
    )
