"""Identical short messages: per target, per day, from five accounts at least."""

import random

from saisine.findings.short_copies import WITHIN_US, ShortText, group_short

MINUTE = 60_000_000


def said(word: str, count: int, *, target: str = "t", start: int = 0, people: int = 50) -> list[ShortText]:
    return [
        ShortText(f"{target}{word}{start}-{n}", word, f"u{n % people}", target, start + n * MINUTE)
        for n in range(count)
    ]


def test_the_same_short_word_from_five_accounts_is_one_group() -> None:
    (group,) = group_short(said("degage", 6) + said("merci", 4) + said("bravo", 9, people=4))
    assert (len(group.refs), len(group.accounts)) == (6, 6)
    assert group.last_us - group.first_us == 5 * MINUTE


def test_punctuation_and_mentions_make_no_difference_and_long_texts_are_not_short() -> None:
    rows = said("degage", 3) + said("@asso degage !!!", 3, start=9 * MINUTE, people=9)
    other = [row._replace(account=f"z{row.account}") for row in rows[3:]]
    (group,) = group_short(rows[:3] + other)
    assert len(group.refs) == 6
    assert group_short(said("une phrase de plus de vingt lettres", 9)) == ()


def test_two_targets_and_two_days_are_apart() -> None:
    rows = said("degage", 5) + said("degage", 5, target="v") + said("degage", 5, start=2 * WITHIN_US)
    assert [len(group.refs) for group in group_short(rows)] == [5, 5, 5]
    spread = [row._replace(t_us=n * WITHIN_US // 3) for n, row in enumerate(said("degage", 12))]
    assert group_short(spread) == ()


def test_the_order_changes_nothing() -> None:
    rows = said("degage", 30) + said("honte", 12) + said("degage", 8, start=3 * WITHIN_US)
    assert group_short(random.Random(1).sample(rows, len(rows))) == group_short(rows)
