"""A message decided on and seen again is not to be decided on again, unless its text has changed."""

import json
from pathlib import Path

from saisine.casework import triage
from saisine.casework.models import SortedMessage
from saisine.casework.session import Session
from saisine.messages.corpus import Query
from tests.casework.world import Clock, take
from tests.messages.x_lines import post


def test_a_decision_follows_its_message_to_the_next_import(
    session: Session, tmp_path: Path, clock: Clock
) -> None:
    def deposit(name: str, **changed: object) -> None:
        rows = [post(number) for number in range(3)]
        rows[1] |= changed
        path = tmp_path / f"{name}.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
        take(session, path)
        clock.pass_s(86_400)

    def refs() -> dict[str, str]:
        return {one.message_id or "": one.ref or "" for one in session.corpora.search(Query()).items}

    deposit("mars")
    old = refs()
    for ref in old.values():
        triage.decide(session, triage.OTHERS, f"m:{ref}", "keep")
    deposit("avril", text="un tout autre texte")
    new = refs()
    assert len(new) == 3
    assert not set(old.values()) & set(new.values())
    edited = str(post(1)["id"])
    expected = {ref for name, ref in new.items() if name != edited} | {old[edited]}
    assert set(SortedMessage.objects.values_list("ref", flat=True)) == expected
    (band,) = [one for one in triage.bands(session) if one.id == triage.OTHERS]
    assert (band.count, band.left) == (3, 1)
