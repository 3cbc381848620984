"""Exactly 37 groups of copies, two danger signs, and nothing else that looks like either."""

import random
import re
import unicodedata
from collections import Counter, defaultdict
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.example.copies import draw_sizes, slip, write_copies
from saisine.example.sentences import capitalise
from saisine.example.similarity import COPIES_ABOVE, Known, jaccard, runs
from saisine.example.timing import daily_counts
from tests.example.conftest import WAVE_ON, Written

PARIS = ZoneInfo("Europe/Paris")
# Plain and wide on purpose: what any reader would take for a threat, a call to a raid or a published address.
DANGER = re.compile(
    r"\b(tu(?:er|e|es|ons)|mort|mourir|creve\w*|egorg\w*|viol(?:er|e)?|brul\w+|frapp\w+|pend\w*u|couteau|arme|bombe|"
    r"balle|sang|suicid\w*|kill\w*|die|dead|burn\w*|rape\w*|knife|gun|matar\w*|morir|muert\w+|quemar\w*|"
    r"habite\w*|adresse|numero de|rue|avenue|boulevard|impasse|street|avenida|calle \w+ \d|"
    r"on sait ou|je sais ou|t'attend\w*|vous attend\w*|tous sur|signalez)\b|\b\d{5}\b|\b0\d(?: ?\d\d){4}\b"
)


def plain(text: str) -> str:
    """An independent folding: lower case, no accents."""
    letters = unicodedata.normalize("NFKD", text.replace("’", "'").lower())
    return "".join(sign for sign in letters if not unicodedata.combining(sign))


def five_grams(text: str) -> frozenset[str]:
    words = " ".join(re.findall(r"[a-z0-9]+", re.sub(r"@\w+|#\w+", " ", plain(text))))
    return frozenset(words[i : i + 5] for i in range(len(words) - 4))


def groups_of(texts: list[str], above: float) -> list[list[int]]:
    """Connected texts whose five-grams share at least `above`, by union-find over every pair."""
    grams = [five_grams(text) for text in texts]
    having: defaultdict[str, list[int]] = defaultdict(list)
    for number, found in enumerate(grams):
        for gram in found:
            having[gram].append(number)
    shared = Counter(pair for numbers in having.values() for pair in combinations(numbers, 2))
    parent = list(range(len(texts)))

    def root(number: int) -> int:
        while parent[number] != number:
            number = parent[number]
        return number

    for (one, other), common in shared.items():
        if common / (len(grams[one]) + len(grams[other]) - common) >= above:
            parent[root(one)] = root(other)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for number in range(len(texts)):
        groups[root(number)].append(number)
    return list(groups.values())


@pytest.fixture(scope="module")
def groups(written: Written) -> list[list[int]]:
    """Numbers of the messages that resemble each other, found by another way than the writer's."""
    return groups_of([message.text for message in written.messages], above=0.5)


def test_720_messages_lie_in_37_groups_of_copies_and_no_others_resemble_each_other(
    groups: list[list[int]],
) -> None:
    copied = [group for group in groups if len(group) > 1]
    assert len(copied) == 37
    assert sum(map(len, copied)) == 720
    assert min(map(len, copied)) >= 4
    assert max(map(len, copied)) <= 60
    assert len(set(map(len, copied))) > 10


def test_copies_are_pasted_on_the_day_of_the_wave_by_different_accounts(
    written: Written, groups: list[list[int]]
) -> None:
    for group in groups:
        if len(group) > 1:
            members = [written.messages[number] for number in group]
            assert {one.created_at.astimezone(PARIS).date() for one in members} == {WAVE_ON}  # type: ignore[union-attr]
            accounts = Counter((one.mapper, one.author_id or one.author_name) for one in members)
            assert max(accounts.values()) == 1


def test_copies_differ_by_more_than_nothing(written: Written, groups: list[list[int]]) -> None:
    texts = [message.text for message in written.messages]
    large = [group for group in groups if len(group) >= 20]
    assert large
    for group in large:
        assert len({texts[number] for number in group}) >= 8
        assert len({five_grams(texts[number]) for number in group}) >= 3


def test_two_messages_hold_a_danger_sign_and_no_other_does(written: Written) -> None:
    found = [message for message in written.messages if DANGER.search(plain(message.text))]
    assert sorted(message.text for message in found) == sorted(written.report.threats)
    assert {message.created_at.astimezone(PARIS).date() for message in found} == {WAVE_ON}  # type: ignore[union-attr]
    assert all(message.url for message in found)


def test_the_threats_are_a_dated_death_threat_and_an_address_kept_for_fiction(written: Written) -> None:
    threats = sorted(written.report.threats, key=lambda text: "rue" in text)
    assert re.search(r"je viens te tuer (jeudi|vendredi|samedi|dimanche) soir devant ton local", threats[0])
    assert re.search(r"12 rue des Acacias-Bleus, 99999 Valmerle", threats[1])
    assert re.search(r"06 39 98 \d\d \d\d", threats[1])
    # a page escapes these signs: a sentinel that held one would never be found there
    assert not re.search(r"[&<>'\"]", "".join(threats))


def test_insults_are_masked_and_frequent(written: Written) -> None:
    masked = [one for one in written.messages if "▮" in one.text or re.search(r"\w\*{3}", one.text)]
    assert len(masked) > 300
    assert {one.created_at.astimezone(PARIS).date() for one in masked} == {WAVE_ON}  # type: ignore[union-attr]


BASE = "Une phrase assez longue pour être collée vingt fois sans que nul ne (remarque|trouve) la différence."


@given(st.integers(0, 10_000), st.integers(4, 60))
def test_any_copy_stays_close_to_the_first(seed: int, size: int) -> None:
    copies = write_copies(BASE, size, random.Random(seed))
    assert len(copies) == size
    assert all(jaccard(runs(copies[0]), runs(text)) >= COPIES_ABOVE for text in copies)


@given(st.integers(0, 10_000))
def test_a_slip_changes_one_or_two_letters(seed: int) -> None:
    slipped = slip(BASE, random.Random(seed))
    assert abs(len(slipped) - len(BASE)) <= 1
    assert sum((Counter(slipped) - Counter(BASE)).values()) <= 1


@given(st.integers(0, 10_000), st.integers(1, 60))
def test_sizes_add_up_within_their_bounds(seed: int, count: int) -> None:
    sizes = draw_sizes(random.Random(seed), count, 20 * count)
    assert sum(sizes) == 20 * count
    assert all(4 <= size <= 60 for size in sizes)


@given(st.integers(0, 10_000), st.integers(0, 2_000), st.integers(2, 80))
def test_quiet_days_stay_near_their_mean(seed: int, total: int, days: int) -> None:
    counts = daily_counts(random.Random(seed), total, days)
    assert sum(counts) == total
    assert max(counts) - min(counts) <= 6
    assert min(counts) >= 0


def test_a_known_sentence_is_found_again_whatever_its_signs() -> None:
    known = Known(["Une phrase connue, dite hier."])
    assert known.closest(runs("UNE PHRASE CONNUE ; dite hier !!! 😂 @quelquun")) == 1
    assert known.closest(runs("Rien de commun ici")) < 0.1


def test_capitals_begin_sentences_in_three_languages() -> None:
    assert capitalise("bonjour, oui. été ! ¿qué tal?") == "Bonjour, oui. Été ! ¿Qué tal?"
