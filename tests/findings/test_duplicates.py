"""Near-copies: together when they are, apart when they only share a theme, whatever the order."""

import csv
import gzip
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.findings import duplicates
from saisine.findings.duplicates import SHORT, THRESHOLD, Duplicates, copy_key, group_duplicates
from saisine.findings.inputs import Text, read_texts
from saisine.findings.shingles import jaccard, shingle_set
from saisine.texts import fold
from tests.shared import shared_file


def texts(*bodies: str) -> list[Text]:
    return [Text(f"m{number}", body, fold(body)) for number, body in enumerate(bodies)]


BASE = "Vous devriez avoir honte de ce que Claire raconte aux familles du quartier chaque samedi"
COPIES = (
    BASE + " !!! 😡😡",
    BASE.upper() + "…",
    "@voix " + BASE + " https://exemple.fr/a",
    BASE.replace("Claire", "Sonia"),
    BASE.replace("chaque samedi", "chaque dimanche"),
    BASE.replace("aux familles", "aux gens"),
    "Franchement " + BASE,
    BASE.replace("avoir honte", "avoir tellement honte"),
)
SAME_THEME = (
    "On devrait avoir honte de ces réunions du samedi que personne ne demande dans le quartier",
    "Claire raconte aux familles que le quartier change, et chaque samedi on l’écoute sans rien dire",
    "Les familles du quartier n’ont jamais voté pour vos réunions, arrêtez donc de parler pour elles",
)


@pytest.mark.parametrize("copy", COPIES)
def test_a_small_edit_stays_a_copy(copy: str) -> None:
    (group,) = group_duplicates(texts(BASE, BASE, copy)).groups
    assert group.n == 3


@pytest.mark.parametrize("other", SAME_THEME)
def test_a_message_on_the_same_theme_is_no_copy(other: str) -> None:
    (group,) = group_duplicates(texts(BASE, BASE, BASE, other)).groups
    assert group.n == 3
    assert "m3" not in group.ids


def test_edits_of_one_text_make_one_group_around_it() -> None:
    found = group_duplicates(texts(BASE, *COPIES, *SAME_THEME))
    (group,) = found.groups
    assert group.n == 1 + len(COPIES)
    assert group.variants == 6
    assert group.medoid == "m0"
    assert found.ungrouped == len(SAME_THEME)
    assert THRESHOLD <= group.similarity_min <= group.similarity_median < 1


def test_short_texts_are_copies_only_when_equal() -> None:
    short = ("C’est honteux !", "c'est honteux", "C’EST HONTEUX 😡", "c’est honteuse", "c’est honteux ça")
    assert all(len(copy_key(fold(body))) < SHORT for body in short)
    (group,) = group_duplicates(texts(*short)).groups
    assert group.ids == ("m0", "m1", "m2")


def test_emoji_alone_are_compared_as_they_are_and_nothing_is_no_copy() -> None:
    (group,) = group_duplicates(texts("🤮🤮", "🤮🤮", "🤮🤮", "😂", "", "", "")).groups
    assert group.ids == ("m0", "m1", "m2")


def test_a_chain_of_edits_does_not_join_strangers() -> None:
    words = [f"mot{letter}{letter}{letter}x" for letter in "abcdefghijklmnopqrst"]
    chain = [" ".join(words[step : step + 10]) for step in range(10)]
    for group in group_duplicates(texts(*chain)).groups:
        members = [shingle_set(copy_key(chain[int(one[1:])])) for one in group.ids]
        centre = shingle_set(copy_key(chain[int(group.medoid[1:])]))
        assert min(jaccard(centre, member) for member in members) >= THRESHOLD
        assert group.n < len(chain)


def test_min_size_is_obeyed() -> None:
    assert group_duplicates(texts(BASE, BASE)).groups == ()
    assert group_duplicates(texts(BASE, BASE), min_size=2).groups[0].n == 2


def test_nothing_gives_nothing() -> None:
    assert group_duplicates([]) == Duplicates((), 0)


WORDS = ("honte", "quartier", "samedi", "réunion", "local", "impôts", "merci", "bravo", "jamais", "partout")
BODIES = st.lists(
    st.one_of(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join),
        st.sampled_from((BASE, *COPIES, *SAME_THEME, "court", "", "@a @b", "🤮")),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(BODIES, st.randoms(use_true_random=False))
def test_the_order_of_the_messages_changes_nothing(bodies: list[str], chance: random.Random) -> None:
    rows = texts(*bodies)
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert group_duplicates(shuffled) == group_duplicates(rows)


@settings(deadline=None)
@given(BODIES)
def test_every_member_is_close_to_the_medoid(bodies: list[str]) -> None:
    rows = {row.id: copy_key(row.norm) for row in texts(*bodies)}
    for group in group_duplicates(texts(*bodies), min_size=2).groups:
        centre = rows[group.medoid]
        for one in group.ids:
            near = jaccard(shingle_set(centre), shingle_set(rows[one])) >= THRESHOLD
            assert rows[one] == centre or (len(rows[one]) >= SHORT and near)


@settings(deadline=None)
@given(BODIES)
def test_equal_texts_are_always_together_and_nobody_is_twice(bodies: list[str]) -> None:
    found = group_duplicates(texts(*bodies), min_size=2)
    place = {one: group.group for group in found.groups for one in group.ids}
    assert len(place) == sum(group.n for group in found.groups) == len(bodies) - found.ungrouped
    by_norm: dict[str, set[str | None]] = {}
    for row in texts(*bodies):
        by_norm.setdefault(row.norm, set()).add(place.get(row.id))
    assert all(len(groups) == 1 for groups in by_norm.values())


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1 << 30))
def test_generated_copies_are_found_and_nothing_else(seed: int) -> None:
    rng = random.Random(seed)
    vocabulary = ["".join(rng.choices("aeioulrntsmdpv", k=rng.randint(3, 9))) for _ in range(3000)]
    bases = [rng.choices(vocabulary, k=14) for _ in range(30)]
    rows, truth = [], []
    for base in range(30):
        for _ in range(6):
            copy = list(bases[base])
            copy[rng.randrange(14)] = rng.choice(vocabulary)
            rows.append(" ".join(copy))
            truth.append(base)
    rows += [" ".join(rng.choices(vocabulary, k=14)) for _ in range(200)]
    found = group_duplicates(texts(*rows))
    for group in found.groups:
        assert len({truth[int(one[1:])] if int(one[1:]) < len(truth) else None for one in group.ids}) == 1
    assert sum(group.n for group in found.groups) >= 0.9 * len(truth)


def test_a_campaign_larger_than_a_bucket_is_one_group() -> None:
    rng = random.Random(4)
    words = BASE.lower().split()
    bodies = []
    for number in range(300):
        copy = list(words)
        copy[rng.randrange(len(copy))] = f"w{number:03}"
        bodies.append(" ".join(copy))
    found = group_duplicates(texts(" ".join(words), *bodies))
    assert max(group.n for group in found.groups) >= 295


def test_the_invented_campaigns_are_found() -> None:
    folder = shared_file("coordination/synthetic_a")
    with gzip.open(folder / "messages.csv.gz", "rt", encoding="utf-8") as file:
        rows = [Text(r["message_id"], r["message"], fold(r["message"])) for r in csv.DictReader(file)]
    with gzip.open(folder / "truth_messages.csv.gz", "rt", encoding="utf-8") as file:
        truth = {r["message_id"]: r["campaign"] for r in csv.DictReader(file)}
    grouped = {one for group in group_duplicates(rows).groups for one in group.ids}
    total, kept = Counter(truth.values()), Counter(truth[one] for one in grouped if one in truth)
    for campaign in ("K000-copypaste", "K001-template", "K005-slow", "K006-copypaste", "K007-template"):
        assert kept[campaign] >= 0.98 * total[campaign]


def test_the_json_has_the_keys_of_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    path.write_text(
        "id,text\n" + "".join(f'{n},"{BASE} {"!" * n}"\n' for n in range(3)) + "9,seul\n", "utf-8"
    )
    found = group_duplicates(read_texts(path)).as_json()
    assert list(found) == ["groups", "ungrouped"]
    assert found["ungrouped"] == 1
    (group,) = found["groups"]
    assert list(group) == ["group", "n", "variants", "ids", "medoid", "similarity_min", "similarity_median"]
    assert (group["n"], group["variants"], group["ids"], group["medoid"]) == (3, 1, ["0", "1", "2"], "0")
    assert group["similarity_min"] == group["similarity_median"] == 1.0


def test_a_flood_of_one_spam_is_grouped_without_comparing_everyone_with_everyone() -> None:
    flood = [Text(str(n), norm := f"message numero {n} " + "x" * 80, norm) for n in range(3_000)]
    found = group_duplicates(flood)
    assert sum(group.n for group in found.groups) >= 2_900
    assert found == group_duplicates(list(reversed(flood)))
    norms = {row.id: copy_key(row.norm) for row in flood}
    for group in found.groups:
        medoid = shingle_set(norms[group.medoid])
        assert all(jaccard(medoid, shingle_set(norms[one])) >= THRESHOLD for one in group.ids)


def test_above_the_limit_only_equal_texts_are_grouped_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = texts(BASE, BASE, BASE, *COPIES)
    assert not group_duplicates(rows).is_exact_only
    monkeypatch.setattr(duplicates, "MAX_WORDINGS", 1)
    assert not group_duplicates(rows).is_exact_only  # many wordings of strangers cost little
    monkeypatch.setattr(duplicates, "MAX_PAIRS", 1)
    found = group_duplicates(rows)
    assert found.is_exact_only
    # punctuation, capitals, links and mentions make no other wording
    assert [group.n for group in found.groups] == [6]
