"""Findings as rows, and what changed between two runs."""

from typing import Any

from saisine.findings.rows import Change, campaign_rows, compare_rows, search_row
from tests.findings import test_campaigns


def row(name: str, *refs: str, **fields: Any) -> dict[str, Any]:
    return {"kind": "campaign", "id": name, "refs": list(refs), "version": 1, **fields}


def test_a_row_says_its_version_its_settings_its_n_and_its_probability() -> None:
    made, found = test_campaigns.made(), test_campaigns.found()
    rows = campaign_rows(found)
    assert rows
    names = set(made.account)
    for one in rows:
        assert one["version"] == found.version
        assert one["parameters"]["alpha"] == 0.01
        assert one["n"] == len(one["refs"]) <= one["n_of"] == len(made)
        assert 0 <= one["p_value"] <= 0.01
        assert one["observed"] > 0
        assert one["does_not_prove_fr"]
        assert not [name for name in names if f"'{name}'" in str(one)]
    searched = search_row(found)
    assert {note["kind"] for note in searched["networks"]} >= {"repost", "reply", "near"}
    assert searched["absence_fr"].startswith("Une absence de signal ne veut pas dire")


def test_findings_are_matched_by_id_then_by_their_messages() -> None:
    old = [row("a", "1", "2", "3", level="weak"), row("b", "4", "5"), row("c", "6", "7"), row("d", "8")]
    new = [
        row("a", "1", "2", "3", level="clear"),
        row("e", "4", "5", "9"),
        row("c", "6", "7"),
        row("f", "8", "10", "11"),
    ]
    assert compare_rows(old, new) == (
        Change("changed", "campaign", "a", "a", ("level",)),
        Change("changed", "campaign", "b", "e", ("id", "refs")),
        Change("same", "campaign", "c", "c"),
        Change("gone", "campaign", "d", None),
        Change("new", "campaign", None, "f"),
    )


def test_a_finding_of_another_kind_is_another_finding() -> None:
    changes = compare_rows([row("a", "1", "2")], [{**row("a", "1", "2"), "kind": "wave"}])
    assert [change.what for change in changes] == ["gone", "new"]


def test_a_newer_version_alone_is_a_change_that_names_it() -> None:
    (change,) = compare_rows([row("a", "1")], [row("a", "1") | {"version": 2}])
    assert (change.what, change.fields) == ("changed", ("version",))
