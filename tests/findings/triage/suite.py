"""The functional suite of the triage: its cases, its frames, and the figures drawn from an engine's answers.

Cases are invented and harsh (`functions/README.md` warns before opening), so whatever this module prints or
raises holds ids and counts, never a text. `python -m tests.findings.triage.suite` prints the tables.
"""

import argparse
import hashlib
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any, Protocol

import yaml

from saisine.texts import fold

FOLDER = Path(__file__).parent / "functions"
FRAMES = FOLDER / "swap" / "frames.yaml"
FROZEN = FOLDER / "SHA256"

THRESHOLD = 0.5
FIRST_BAND = "premier"
GROUPS = (
    "femmes", "personnes_racisees", "musulmans", "juifs", "exiles", "lgbtqia", "handicap", "gens_du_voyage",
)  # fmt: skip
TYPES = ("insulte", "menace", "incitation", "doxxing", "harcelement_sexuel", "sous_entendu")
# The functions whose every case must fire a floor, whatever the model thinks of it.
FLOORS = ("menace_directe", "menace_voilee", "menace_viol", "doxxing", "incitation_suicide", "raid")
# What stands next to a floor and must not be taken for it.
BENIGN_NEIGHBOURS = ("violence_figuree", "coordonnees_publiques", "prevention_suicide", "appel_collectif")
ANSWERS = ("contre_discours", "citation_reprochee", "temoignage")


class Verdict(Protocol):
    """What the suite reads of an engine's answer for one text."""

    @property
    def score(self) -> float: ...
    @property
    def hate(self) -> float: ...
    @property
    def types(self) -> Sequence[str]: ...
    @property
    def targets(self) -> Sequence[str]: ...
    @property
    def spans(self) -> Sequence[tuple[int, int]]: ...
    @property
    def danger(self) -> bool: ...
    @property
    def band(self) -> str: ...


Score = Callable[[Iterable[tuple[str, str]]], Iterable[Verdict]]


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """One invented message and what a careful reader expects; None in types or targets: not judged."""

    id: str
    function: str
    text: str
    groups: tuple[str, ...]
    harmful: bool
    hate: bool
    types: tuple[str, ...] | None
    targets: tuple[str, ...] | None
    danger: bool
    spans: tuple[str, ...]
    note: str

    @classmethod
    def of(cls, function: str, raw: Mapping[str, Any]) -> "Case":
        judged = {key: None if raw[key] is None else tuple(raw[key]) for key in ("types", "targets")}
        return cls(
            raw["id"], function, raw["text"], tuple(raw["groups"]), raw["harmful"], raw["hate"],
            judged["types"], judged["targets"], raw["danger"], tuple(raw["spans"]), raw["note"],
        )  # fmt: skip

    def __repr__(self) -> str:
        """The id alone: a failed test shows what it compared, and nobody chose to read it there."""
        return f"<{self.id}>"


@dataclass(frozen=True, slots=True)
class Swap:
    """One harmless frame with the name of one group in it."""

    frame: str
    function: str
    group: str
    text: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of n; `share` is 0 to 1."""

    hits: int
    n: int

    @property
    def share(self) -> float:
        return self.hits / self.n if self.n else float("nan")

    def interval(self) -> tuple[float, float]:
        """Wilson's interval at 95 %: honest at 0, at 1 and for small n (Wilson 1927)."""
        if not self.n:
            return 0.0, 1.0
        z2 = 1.96**2
        middle = (self.hits + z2 / 2) / (self.n + z2)
        half = 1.96 / (self.n + z2) * (self.hits * (self.n - self.hits) / self.n + z2 / 4) ** 0.5
        return max(0.0, middle - half), min(1.0, middle + half)


@cache
def load_cases() -> tuple[Case, ...]:
    """Every case of every function, in the order of the files' names."""
    pages = (yaml.load(path.read_text("utf-8"), yaml.CSafeLoader) for path in sorted(FOLDER.glob("*.yaml")))
    return tuple(Case.of(page["function"], raw) for page in pages for raw in page["cases"])


@cache
def load_swaps() -> tuple[Swap, ...]:
    """The harmless frames, each once per group; frame n takes the n-th name of the group, modulo their number."""
    page = yaml.load(FRAMES.read_text("utf-8"), yaml.CSafeLoader)
    return tuple(
        Swap(frame["id"], frame["function"], group, frame["text"].replace("{x}", names[rank % len(names)]))
        for rank, frame in enumerate(page["frames"])
        for group, names in page["names"].items()
    )


@cache
def group_words() -> frozenset[str]:
    """The folded words that name a group in the frames."""
    names = yaml.load(FRAMES.read_text("utf-8"), yaml.CSafeLoader)["names"]
    return frozenset(word for listed in names.values() for name in listed for word in fold(name).split())


def words_of(text: str) -> frozenset[str]:
    """The folded words of a text without the names of groups: its skeleton."""
    return frozenset(re.findall(r"\w+", fold(text))) - group_words()


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's share of two sets of words, 0 to 1; 0 when both are empty."""
    both = len(one & other)
    either = len(one) + len(other) - both
    return both / either if either else 0.0


def alike(asked: Mapping[str, frozenset[str]], learnt: Iterable[frozenset[str]], least: float) -> set[str]:
    """The names whose words overlap those of one learnt sentence by `least` or more.

    Two such sets share at least `least` of each: one of the rarest words of the learnt set, as many as may be
    missing and one more, is in the other (Chaudhuri, Ganti and Kaushik, 2006).
    """
    holding: dict[str, list[str]] = {}
    for name, words in asked.items():
        for word in words:
            holding.setdefault(word, []).append(name)
    found: set[str] = set()
    for words in learnt:
        rarest = sorted(words, key=lambda word: (len(holding.get(word, ())), word))
        needed = rarest[: len(words) - ceil(least * len(words)) + 1]
        near = {name for word in needed for name in holding.get(word, ())} - found
        found |= {name for name in near if overlap(words, asked[name]) >= least}
    return found


def patterns_of(page: object) -> Iterator[str]:
    """Every training pattern of a page, wherever it lies, without its slots."""
    if isinstance(page, dict):
        for key, value in page.items():
            found = [value] if isinstance(value, str) else value
            if key in ("pattern", "patterns") and isinstance(found, list):
                yield from (re.sub(r"\{[^}]*\}", " ", text) for text in found)
            else:
                yield from patterns_of(value)
    elif isinstance(page, list):
        for value in page:
            yield from patterns_of(value)


def frozen_listing() -> str:
    """One line per file, as sha256sum writes them, so that a person can check without Python."""
    files = sorted(FOLDER.rglob("*.yaml"), key=lambda path: path.relative_to(FOLDER).as_posix())
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(FOLDER).as_posix()}\n"
        for path in files
    )


def suite_sha256() -> str:
    """The one SHA-256 that names the suite: of the sorted listing of its files."""
    return hashlib.sha256(frozen_listing().encode()).hexdigest()


@dataclass(frozen=True, slots=True, repr=False)
class Answers:
    """An engine's answers to the whole suite, and the figures of the bars."""

    cases: tuple[Case, ...]
    swaps: tuple[Swap, ...]
    by_case: Mapping[str, Verdict]
    by_swap: Mapping[tuple[str, str], Verdict]

    @classmethod
    def ask(cls, score: Score) -> "Answers":
        """Put every text to the engine once, in one stream."""
        cases, swaps = load_cases(), load_swaps()
        asked = [(case.id, case.text) for case in cases]
        asked += [(f"{swap.frame}/{swap.group}", swap.text) for swap in swaps]
        answers = list(score(asked))
        if len(answers) != len(asked):
            raise AssertionError(f"{len(asked)} texts asked, {len(answers)} answers")
        by_case = {case.id: answer for case, answer in zip(cases, answers, strict=False)}
        rest = answers[len(cases) :]
        return cls(cases, swaps, by_case, {(s.frame, s.group): a for s, a in zip(swaps, rest, strict=True)})

    def flags(self, case: Case) -> bool:
        return self.by_case[case.id].score >= THRESHOLD

    def right(self, cases: Iterable[Case]) -> Tally:
        """The decision at 0.5 is the expected one."""
        found = [self.flags(case) == case.harmful for case in cases]
        return Tally(sum(found), len(found))

    def flagged(self, cases: Iterable[Case]) -> Tally:
        found = [self.flags(case) for case in cases]
        return Tally(sum(found), len(found))

    def hate_right(self) -> Tally:
        """`hate` at 0.5, on harmful cases only: elsewhere it follows from the score."""
        found = [(self.by_case[c.id].hate >= THRESHOLD) == c.hate for c in self.cases if c.harmful]
        return Tally(sum(found), len(found))

    def by_function(self) -> dict[str, Tally]:
        groups: dict[str, list[Case]] = defaultdict(list)
        for case in self.cases:
            groups[case.function].append(case)
        return {function: self.right(cases) for function, cases in groups.items()}

    def of(self, *functions: str) -> list[Case]:
        return [case for case in self.cases if case.function in functions]

    def about(self, group: str, *, harmful: bool) -> list[Case]:
        return [case for case in self.cases if group in case.groups and case.harmful is harmful]

    def not_lifted(self) -> list[str]:
        """Ids of the cases with a danger whose score stays at the threshold or under it."""
        return [c.id for c in self.cases if c.danger and self.by_case[c.id].score <= THRESHOLD]

    def missed_floors(self) -> list[str]:
        """Ids of the cases with a danger that no floor saw, or that are not in the first band."""
        answers = ((case, self.by_case[case.id]) for case in self.cases if case.danger)
        return [case.id for case, answer in answers if not answer.danger or answer.band != FIRST_BAND]

    def false_floors(self) -> list[str]:
        """Ids of the harmless cases taken for a danger."""
        return [c.id for c in self.cases if not c.harmful and self.by_case[c.id].danger]

    def false_alarms_by_group(self) -> dict[str, Tally]:
        """On the same frames for all: what differs is the group's name alone."""
        return {group: self._alarms(group) for group in GROUPS}

    def _alarms(self, group: str) -> Tally:
        found = [a.score >= THRESHOLD for (_, named), a in self.by_swap.items() if named == group]
        return Tally(sum(found), len(found))

    def gap(self) -> float:
        shares = [tally.share for tally in self.false_alarms_by_group().values()]
        return max(shares) - min(shares)

    def changed_by_swap(self) -> Tally:
        """Frames whose decision is not the same for the eight groups."""
        seen: dict[str, set[bool]] = defaultdict(set)
        for (frame, _), answer in self.by_swap.items():
            seen[frame].add(answer.score >= THRESHOLD)
        return Tally(sum(len(found) > 1 for found in seen.values()), len(seen))

    def macro_f1(self, field: str) -> float:
        """Mean F1 of types or of targets over the labels that occur, on cases where the field is judged."""
        pairs = [(getattr(c, field), getattr(self.by_case[c.id], field)) for c in self.cases]
        judged = [(set(wanted), set(given)) for wanted, given in pairs if wanted is not None]
        labels = sorted(set().union(*(wanted for wanted, _ in judged)))
        return sum(f1(label, judged) for label in labels) / len(labels)

    def covered(self) -> Tally:
        """Expected extracts half covered, at least, by the spans of the answer."""
        found = [
            shared(case.text, extract, self.by_case[case.id].spans) >= 0.5
            for case in self.cases
            for extract in case.spans
        ]
        return Tally(sum(found), len(found))


def f1(label: str, judged: Sequence[tuple[set[str], set[str]]]) -> float:
    both = sum(label in wanted and label in given for wanted, given in judged)
    either = sum((label in wanted) + (label in given) for wanted, given in judged)
    return 2 * both / either if either else 0.0


def shared(text: str, extract: str, spans: Sequence[tuple[int, int]]) -> float:
    """The share of the extract's code points that lie in one of the spans."""
    start = text.index(extract)
    wanted = set(range(start, start + len(extract)))
    given = {place for begin, end in spans for place in range(begin, end)}
    return len(wanted & given) / len(wanted)


def table(title: str, rows: Mapping[str, Tally]) -> str:
    """Worst first, with n and the interval."""
    lines = [title]
    for name, tally in sorted(rows.items(), key=lambda row: row[1].share):
        low, high = tally.interval()
        lines.append(f"  {name:<28} {tally.share:6.3f}  [{low:.2f}, {high:.2f}]  {tally.hits}/{tally.n}")
    return "\n".join(lines)


def listed(title: str, ids: Sequence[str]) -> str:
    return f"{title}: {len(ids)} {' '.join(ids)}".rstrip()


def report(answers: Answers) -> str:
    """Every figure of the suite, as text without a single case in it."""
    harmful = [case for case in answers.cases if case.harmful]
    harmless = [case for case in answers.cases if not case.harmful]
    functions = answers.by_function()
    whole = {
        "right": answers.right(answers.cases),
        "recall": answers.flagged(harmful),
        "false alarms": answers.flagged(harmless),
        "hate right (harmful)": answers.hate_right(),
        "extracts covered": answers.covered(),
        "frames changed by a swap": answers.changed_by_swap(),
    }
    mean = sum(tally.share for tally in functions.values()) / len(functions)
    f1s = f"macro F1: types {answers.macro_f1('types'):.3f}, targets {answers.macro_f1('targets'):.3f}"
    return "\n".join(
        [
            f"suite {suite_sha256()[:12]}: {len(answers.cases)} cases, {len(functions)} functions",
            table("whole", whole),
            f"mean over functions {mean:.3f}; {f1s}; gap between groups, same frames {answers.gap():.3f}",
            listed("dangers not above 0.5", answers.not_lifted()),
            listed("dangers no floor saw", answers.missed_floors()),
            listed("harmless taken for a danger", answers.false_floors()),
            table("accuracy per function", functions),
            table("recall per group", {g: answers.flagged(answers.about(g, harmful=True)) for g in GROUPS}),
            table("false alarms per group, cases", alarms_in_cases(answers)),
            table("false alarms per group, same frames", answers.false_alarms_by_group()),
        ]
    )


def alarms_in_cases(answers: Answers) -> dict[str, Tally]:
    return {group: answers.flagged(answers.about(group, harmful=False)) for group in GROUPS}


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Prints the figures of the triage's functional suite.")
    parser.add_argument("--freeze", action="store_true", help="write the SHA-256 of the files instead")
    if parser.parse_args(argv).freeze:
        FROZEN.write_text(frozen_listing(), "utf-8")
        print(suite_sha256())
        return 0
    from saisine.findings.triage import Triage  # here: the listing is written without an engine

    print(report(Answers.ask(Triage.load().score)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
