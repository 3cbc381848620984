"""The table of actions: blank values are no objects, what is left out is counted, shares act as shares."""

import random
from typing import Any

from saisine.findings.actions import KINDS, build_actions
from tests.findings.tables import messages

LONG = "une phrase assez longue pour être comparée"


def objects(rows: list[dict[str, Any]], kind: str, **options: Any) -> list[str]:
    acts = build_actions(messages(rows), **options).acts[kind]
    return [acts.objects[code].as_py() for code in acts.object.tolist()]


def test_every_kind_reads_its_own_column() -> None:
    row = {
        "author_id": "a", "t": 10.2, "text": LONG + " https://exemple.fr/x @Asso #Un #Deux",
        "parent_id": "p", "mentions": ["@Asso", "asso"], "urls": ["https://www.exemple.fr/x?utm_source=a"],
        "hashtags": ["Un", "#Deux"],
    }  # fmt: skip
    built = build_actions(messages([row]), near={"g": ("corpus:0:0",)}, media={"h": ("corpus:0:0",)})
    table = built.table().to_pylist()
    found = {row["kind"]: row["object"] for row in table}
    assert found == {
        "reply": "x:p", "link": "https://exemple.fr/x", "domain": "exemple.fr", "hashtag": "un deux",
        "mention": "x:asso", "text": "une phrase assez longue pour etre comparee #un #deux", "near": "g",
        "media": "h", "second": "10",
    }  # fmt: skip
    assert {row["account"] for row in table} == {"x:a"}
    assert {row["message"] for row in table} == {"x:0"}


def test_a_share_repeats_and_acts_as_a_share_alone() -> None:
    row = {
        "author_id": "a",
        "t": 1,
        "text": LONG,
        "repost_of_id": "z",
        "urls": ["https://e.fr"],
        "hashtags": ["a"],
    }
    built = build_actions(messages([row]), near={"g": ("corpus:0:0",)})
    assert {kind for kind, acts in built.acts.items() if len(acts.message)} == {"repost", "second"}


def test_blank_values_never_become_an_object_and_all_is_counted() -> None:
    rows: list[dict[str, Any]] = [
        {"author_id": f"u{n % 7}", "t": n, "urls": ["", "  "], "parent_id": " ", "target_id": "", "hashtags": [""],
         "mentions": ["", "@"], "repost_of_id": "", "text": ""}
        for n in range(100)
    ]  # fmt: skip
    rows[3] |= {"author_id": None}
    rows[4] |= {"author_id": "  ", "author_handle": ""}
    rows[5] |= {"t": None}
    rows[6] |= {"created_at_precision": "day"}
    rows.append(rows[8] | {"message_id": "8"})
    built = build_actions(messages(rows))
    assert dict(built.left_out) == {"no_account": 2, "no_time": 1, "same_message": 1}
    assert len(built) == 97
    for kind in KINDS:
        if kind.id != "second":
            assert len(built.acts[kind.id].message) == 0, kind.id
    shares, coarse = built.network("second", 1)
    assert (len(shares), coarse) == (96, 1)


def test_a_time_known_to_the_minute_serves_wide_windows_alone() -> None:
    rows = [{"author_id": "a", "t": 60, "parent_id": "p", "created_at_precision": "min"}]
    built = build_actions(messages(rows))
    assert [built.network("reply", window)[1] for window in (60, 900)] == [1, 0]


def test_an_account_is_its_platform_and_its_id_else_its_handle() -> None:
    rows = [
        {"author_id": "1", "author_handle": "asso", "t": 1},
        {"author_id": None, "author_handle": "asso", "t": 2},
        {"author_id": "1", "platform": "youtube", "t": 3},
    ]
    assert build_actions(messages(rows)).accounts.to_pylist() == ["x:1", "x:asso", "youtube:1"]


def test_the_site_that_everybody_links_to_is_no_object() -> None:
    rows = [{"author_id": f"u{n}", "t": n, "urls": ["https://journal.example/a"]} for n in range(30)]
    rows += [{"author_id": "z", "t": 99, "urls": ["https://petit.example/b", "https://youtu.be/c"]}]
    assert objects(rows, "domain") == ["petit.example"]


def test_rows_in_another_order_or_in_other_files_give_the_same_table() -> None:
    chance = random.Random(4)
    rows = [
        {"author_id": f"u{n % 5}", "t": n, "parent_id": f"p{n % 3}", "message_id": f"m{n}", "text": LONG}
        for n in range(40)
    ]
    whole = build_actions(messages(rows))
    mixed = [row | {"ref": f"part{n % 3}:0:{n}"} for n, row in enumerate(chance.sample(rows, len(rows)))]
    assert build_actions(messages(mixed)).table().equals(whole.table())
