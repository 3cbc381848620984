"""Times of the law engine against its bars: cold load, whole assessment, next question, a thousand incidents.

Run: python benchmarks/law.py
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from saisine.law.ask import GROUND, SORT, answered, ask
from saisine.law.assess import assess
from saisine.law.casefile import Case, load_case
from saisine.law.inputs import CaseInputs
from saisine.law.load import Law, load_law

CASES = Path(__file__).resolve().parents[1] / "law-cases" / "scenarios"
COLD = (
    "import time, saisine.law.assess; from saisine.law.load import load_law; "
    "t = time.process_time(); load_law(); print((time.process_time() - t) * 1000)"
)


def milliseconds(act: Callable[[], object]) -> float:
    """CPU time: the machine may be shared."""
    start = time.process_time()
    act()
    return (time.process_time() - start) * 1000


def cold_load() -> list[float]:
    """In a new process each time, so that nothing is cached but the files."""
    command = [sys.executable, "-c", COLD]
    return [float(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(5)]


def questions(law: Law, case: Case, *, one_by_one: bool) -> tuple[int, list[float]]:
    """How many screens (or single facts) one scenario takes, and the CPU time of each, in ms."""
    none: frozenset[str] = frozenset()
    inputs = replace(
        case.inputs, true=none, false=none, unknown=none, closed=False, grounds=none, grounds_closed=False
    )
    asked, times = none, list[float]()
    while True:
        start = time.process_time()
        question = ask(law, inputs, asked=asked, today=case.today, sort=not one_by_one)
        times.append((time.process_time() - start) * 1000)
        if question is None:
            return len(times) - 1, times
        boxes = question.group[:1] if one_by_one else question.group
        shown = replace(question, group=boxes)
        inputs = answered(law, inputs, shown, _ticked(law, case.inputs, question.fact, [b.id for b in boxes]))
        unsure = frozenset(box.id for box in boxes if box.id in case.inputs.unknown)
        inputs = inputs.with_facts(dict.fromkeys(unsure))
        asked |= {SORT} if question.fact == SORT else unsure


def _ticked(law: Law, truth: CaseInputs, fact: str, boxes: list[str]) -> list[str]:
    if fact == GROUND:
        return sorted(truth.grounds)
    if fact != SORT:
        return [box for box in boxes if truth.value(box)]
    themes = {f.theme for f in law.facts.values() if truth.value(f.id) is not False}
    return [box for box in boxes if box in themes]


def line(name: str, values: list[float], bar: float, unit: str = "ms", *, each: bool = False) -> None:
    """One figure against its bar: the median, or the worst when the bar is for `each` one."""
    middle, worst = statistics.median(values), max(values)
    verdict = "ok" if (worst if each else middle) <= bar else "over"
    print(f"{name:34} median {middle:8.2f} {unit}  max {worst:8.2f} {unit}  bar {bar:g} {unit}  {verdict}")


def main() -> None:
    line("cold load", cold_load(), 300)
    law = load_law()
    cases = [load_case(law, path) for path in sorted(CASES.glob("*.yaml"))]
    runs = [milliseconds(lambda case=case: assess(law, case.inputs, case.today)) for case in cases * 5]  # type: ignore[misc]
    line("whole assessment", runs, 10)
    thousand = milliseconds(lambda: [assess(law, c.inputs, c.today) for c in (cases * 34)[:1000]]) / 1000
    line("1,000 incidents assessed again", [thousand], 10, "s")
    for one_by_one, name in ((False, "screens"), (True, "single facts")):
        counts, times = zip(*(questions(law, case, one_by_one=one_by_one) for case in cases), strict=True)
        line(f"next question ({name})", [t for run in times for t in run], 20, each=True)
        print(f"{name:34} median {statistics.median(counts)}  max {max(counts)}")


if __name__ == "__main__":
    main()
