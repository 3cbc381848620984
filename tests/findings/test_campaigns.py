"""Campaigns: every figure opens on its rows, no word accuses, and the background alone shows none."""

import random
import re
from functools import cache
from typing import Any

import pytest
from benchmarks.make_campaigns import Made, make
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.findings import campaign_words as words
from saisine.findings.actions import KINDS, build_actions
from saisine.findings.campaigns import Campaigns, campaigns_of, counts_left_out, find_campaigns
from saisine.findings.communities import Graph, communities, shrinking
from saisine.findings.coordination import significance
from tests.findings.tables import messages


@cache
def made() -> Made:
    return make(2_500, seed=3)


@cache
def found() -> Campaigns:
    return campaigns_of(made().table())


def test_the_campaigns_of_an_invented_set_are_found() -> None:
    truth = made().truth()
    reported = {account for one in found().campaigns for account in one.accounts}
    assert len(found().campaigns) >= 2
    assert sum(account in truth for account in reported) >= 0.95 * len(reported)


def test_every_figure_of_a_sentence_counts_its_rows() -> None:
    for one in found().campaigns:
        said = words.sentences(one)
        for name, figure in said.figures.items():
            assert figure == len(set(words.rows_of(one, name))) == len(words.rows_of(one, name)), name
        numbers = {int(number) for number in re.findall(r"\d+", said.fr)}
        times = (words.said_time(at, "fr") for at in (one.first_us, one.last_us, one.since_us))
        dated = {int(number) for text in times for number in re.findall(r"\d+", text)}
        assert numbers <= set(said.figures.values()) | {one.expected} | dated
        assert sorted(re.findall(r"\d+", said.fr))[-1] in said.en


def test_the_rows_of_a_campaign_are_messages_of_its_accounts() -> None:
    actions = build_actions(made().table())
    place = {ref: row for row, ref in enumerate(actions.refs.to_pylist())}
    for one in found().campaigns:
        authors = {actions.accounts[int(actions.account[place[ref]])].as_py() for ref in one.refs}
        assert authors == set(one.accounts)
        assert {name for pair in one.pairs for name in pair} <= set(one.accounts)
        assert set(one.observed) <= set(one.pairs)
        assert 0 < one.density <= 1


def every_text() -> str:
    fixed = [getattr(words, name) for name in dir(words) if name.endswith(("_FR", "_EN"))]
    said = [text for one in found().campaigns for text in words.sentences(one)[:2]]
    labels = [text for kind in KINDS for text in (kind.label_fr, kind.label_en)]
    levels = [text for level in words.LEVELS.values() for text in level]
    parts = [text for text in fixed if isinstance(text, str)]
    parts += [text for table in fixed if isinstance(table, dict) for text in table.values()]
    return " ".join((*parts, *said, *labels, *levels)).casefold()


@pytest.mark.parametrize("word", words.FORBIDDEN)
def test_no_word_accuses(word: str) -> None:
    assert not re.search(rf"\b{word}\b", every_text())


def test_the_text_that_is_checked_holds_the_sentences() -> None:
    assert "compatible avec une action concertée" in every_text()
    assert "n’établit pas" in every_text()


def test_no_text_of_a_message_is_in_a_campaign() -> None:
    texts = {text for text in made().text if len(text) >= 20}
    for one in found().campaigns:
        assert not [thing for thing in one.objects if any(text[:20] in thing for text in texts)]


def background(seeds: range, count: int, french: bool) -> tuple[int, int]:
    """(seeds of which a campaign was shown, pairs that a bare threshold of two objects would show)."""
    shown = often = 0
    for seed in seeds:
        actions = build_actions(make(count, seed=seed, french=french, campaigns=False).table())
        often += len(significance(actions.network("reply", 900)[0], window_s=900))
        shown += bool(find_campaigns(actions).campaigns)
    return shown, often


@pytest.mark.parametrize("french", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_background_without_campaign_shows_none(french: bool) -> None:
    shown, often = background(range(3), 3_000, french)
    assert shown == 0
    assert often > 5


@pytest.mark.slow
def test_twenty_larger_backgrounds_show_a_campaign_once_at_most() -> None:
    shown, often = background(range(20), 20_000, False)
    assert shown <= 1
    assert often > 2_000


def told(some: Campaigns) -> list[Any]:
    return [
        (one.id, one.level, len(one.accounts), len(one.pairs), one.expected, one.density)
        for one in some.campaigns
    ]


@settings(max_examples=2, deadline=None)
@given(st.integers(0, 99), st.integers(0, 400))
def test_order_files_names_and_day_change_no_campaign(seed: int, days: int) -> None:
    chance = random.Random(seed)
    rows = made().table().to_pylist()
    names = sorted({row["author_id"] for row in rows})
    renamed = dict(zip(names, chance.sample(names, len(names)), strict=True))
    turned = [
        row | {
            "ref": f"corpus{number % 3}:0:{number}",
            "author_id": renamed[row["author_id"]],
            "t": row["created_at"].timestamp() + 86_400 * days,
        }
        for number, row in enumerate(chance.sample(rows, len(rows)))
    ]  # fmt: skip
    again = campaigns_of(messages([{k: v for k, v in row.items() if k != "created_at"} for row in turned]))
    assert told(again) == told(found())
    accounts = [
        {f"other:{renamed[name.removeprefix('other:')]}" for name in one.accounts}
        for one in found().campaigns
    ]
    assert [set(one.accounts) for one in again.campaigns] == accounts


def test_two_runs_give_the_same() -> None:
    assert campaigns_of(made().table()) == found()


def test_too_few_messages_and_times_without_hours_are_said() -> None:
    few = messages([{"author_id": f"u{n}", "t": n} for n in range(20)])
    assert campaigns_of(few).reason == "too_few"
    days = messages([{"author_id": f"u{n % 9}", "t": n, "created_at_precision": "day"} for n in range(80)])
    assert campaigns_of(days).reason == "no_times"
    undated = messages([{"author_id": f"u{n % 9}"} for n in range(80)])
    assert campaigns_of(undated).reason == "no_times"


def test_a_network_that_cannot_be_made_says_why() -> None:
    rows = [
        {"author_id": f"u{n % 9}", "t": n, "created_at_precision": "min", "parent_id": "p"} for n in range(80)
    ]
    some = campaigns_of(messages(rows))
    reasons = {(note.kind, note.window_s): note.reason for note in some.notes}
    assert reasons["repost", 60] == "no_actions"
    assert reasons["reply", 60] == "coarse_time"
    assert reasons["reply", 900] == ""
    assert counts_left_out(some)["coarse_time"] == 80


def test_a_stopped_run_gives_nothing() -> None:
    def stop(done: int, total: int | None, what: str) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        campaigns_of(made().table(), progress=stop)


def test_a_group_shrinks_as_the_least_link_rises() -> None:
    import numpy as np

    a, b = np.array([0, 0, 1, 3]), np.array([1, 2, 2, 4])
    graph = Graph(a, b, np.array([9.0, 5.0, 5.0, 2.0]), 6)
    (group,) = communities(graph, np.arange(6))
    assert group.tolist() == [0, 1, 2]
    assert shrinking(graph, group) == [(5.0, 3), (9.0, 2)]
