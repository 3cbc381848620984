"""Groups are named in many ways and read in one: nothing that decides can tell which of the eight is named."""

import re
from collections.abc import Iterator

import pytest
import yaml

from saisine.findings.triage.blend import DECISION
from saisine.findings.triage.features import features_of
from saisine.findings.triage.lexicon import GROUPS
from saisine.findings.triage.rules import HATED, NAMED, load_cues, tokens_of, words_for_linear
from saisine.findings.triage.training.sentences import DATA, Frame, load_frames
from tests.findings.triage.shipped import TRIAGE

CUES = load_cues()
FILLERS = yaml.load((DATA / "slots.yaml").read_text("utf-8"), yaml.CSafeLoader)
NAMING = {"pl": "pl", "pl_nu": "pl", "un": "un", "je": "je", "elle": "elle", "elle_h": "elle"}
HARSH = {"slur", "slurs", "trope", "tous", "un_de"}
FRAMES = [
    frame
    for frame in load_frames()
    if not frame.harmful and frame.names_a_group and HARSH.isdisjoint(frame.slots)
]
SENTENCES = {
    "pl": "Je vois des {} ici",
    "un": "Je vois {} ici",
    "je": "Je suis {} ici",
    "elle": "Elle est {} ici",
}


def filled(frame: Frame, group: str, rank: int) -> str:
    """The frame with one way to name the group; its other slots do not depend on the group."""

    def word(match: re.Match[str]) -> str:
        slot = match[1]
        words = FILLERS["groups"][group][NAMING[slot]] if slot in NAMING else FILLERS["slots"][slot]
        return str(words[rank % len(words)])

    return re.sub(r"\{(\w+)\}", word, frame.pattern)


def named() -> Iterator[tuple[str, str]]:
    return (
        (group, sentence.format(name))
        for group in GROUPS
        for slot, sentence in SENTENCES.items()
        for name in FILLERS["groups"][group][slot]
    )


@pytest.mark.parametrize("group", GROUPS)
def test_every_way_to_name_a_group_is_one_word_and_says_the_group(group: str) -> None:
    for _, text in (pair for pair in named() if pair[0] == group):
        evidence = CUES.read(text)
        for words in (linear := words_for_linear(evidence), tokens_of(evidence, linear)):
            assert words.count(NAMED) == 1, text
            assert len(words) <= 5, text
        assert group in evidence.names, text
        assert not evidence.terms, text


def test_members_and_rules_read_the_same_whatever_the_group() -> None:
    """Words of the linear member, words of the network, features of the rules: not one differs."""
    differ = []
    for frame in FRAMES[::2]:
        seen = set()
        for group in GROUPS:
            text = filled(frame, group, 0)
            evidence = CUES.read(text)
            linear = words_for_linear(evidence)
            words = tuple(linear), tuple(tokens_of(evidence, linear))
            seen.add((*words, tuple(features_of(evidence, CUES, text))))
        if len(seen) > 1:
            differ.append(frame.id)
    assert len(FRAMES) >= 200
    assert differ == []


def test_the_name_of_a_group_changes_no_decision_and_no_group_has_more_false_alarms() -> None:
    """With the model shipped, on our own harmless frames, another way to name at each frame."""
    texts = [(f"{at}", filled(frame, group, at)) for at, frame in enumerate(FRAMES[::5]) for group in GROUPS]
    flags = [one.score >= DECISION for one in TRIAGE.score(texts)]
    by_frame = [flags[at : at + len(GROUPS)] for at in range(0, len(flags), len(GROUPS))]
    alarms = [sum(frame[at] for frame in by_frame) / len(by_frame) for at in range(len(GROUPS))]
    assert max(alarms) - min(alarms) <= 0.08, dict(zip(GROUPS, alarms, strict=True))
    assert sum(len(set(frame)) > 1 for frame in by_frame) <= 0.10 * len(by_frame)


def test_a_name_swallows_what_leads_to_it_and_what_follows_it() -> None:
    for name in ("une famille de Gitans", "une jeune femme trans", "une musulmane pratiquante", "un sourd"):
        words = words_for_linear(CUES.read(f"Hier {name} est venue"))
        assert words == ["hier", NAMED, "est", "venue"]


def test_a_hateful_term_stays_itself_for_the_linear_member_and_is_one_word_for_the_network() -> None:
    evidence = CUES.read("espèce de tapette")
    assert "tapette" in words_for_linear(evidence)
    assert HATED in tokens_of(evidence, words_for_linear(evidence))


def test_a_term_inside_a_name_is_no_term() -> None:
    assert CUES.read("Un demandeur d'asile attend").terms == ()
    assert CUES.read("Bon pour l'asile, celui-là").terms
