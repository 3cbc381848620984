"""What the first answers of an address taught finds in the next ones what a search finds, or leaves them to it."""

import dataclasses
import json
from typing import Any

import pytest

from saisine.messages.formats import captured_columns
from saisine.messages.formats.captured_trails import MAX_FAILURES, MAX_STEPS, MAX_WAYS, Trail
from saisine.messages.formats.contract import Format
from saisine.messages.formats.har import HAR
from saisine.messages.formats.warc import WARC
from tests.messages.formats.captures import ANSWERS, answer_record, entry, har, warc
from tests.messages.formats.reading import read

X_AT = "https://x.com/i/api/graphql/a/TweetDetail"
KEYS = frozenset({"id"})


def post(number: int, **more: Any) -> dict[str, Any]:
    return {"rest_id": str(17 * 10**17 + number), "legacy": {"full_text": f"Bonjour {number}"}, **more}


def told(one: Format, data: bytes) -> Any:
    rows, entry = read(data, one)
    return [row.as_json() for row in rows], entry.as_json()


def alone(one: Format) -> Format:
    return dataclasses.replace(one, blocks=None, map_block=None)


def searched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The places of the answers that are searched from now on."""
    places: list[str] = []
    search = captured_columns.records_of

    def noted(response: Any, *others: Any) -> Any:
        places.append(response.locator)
        return search(response, *others)

    monkeypatch.setattr(captured_columns, "records_of", noted)
    return places


def test_answers_of_every_platform_come_again_and_give_the_same() -> None:
    thrice = [one for _ in range(3) for one in ANSWERS]
    for data, one in (
        (har(*(entry(address, answer) for address, answer, _ in thrice)), HAR),
        (warc(*(answer_record(address, answer, n) for n, (address, answer, _) in enumerate(thrice))), WARC),
    ):
        rows, account = told(one, data)
        assert (rows, account) == told(alone(one), data)
        assert len(rows) > 3 * len(ANSWERS)


def test_only_the_first_answer_of_a_kind_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    places = searched(monkeypatch)
    answers = [{"data": {"list": [{"result": post(n)}, {"cursor": "x"}]}} for n in range(5)]
    rows, _ = read(har(*(entry(X_AT, one) for one in answers)), HAR)
    assert [row.text for row in rows] == [f"Bonjour {n}" for n in range(5)]
    assert places == ["#har:entry 0/response"]


def test_addresses_that_differ_by_numbers_teach_each_other_and_others_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(captured_columns, "MAX_TRAILS", 1)
    places = searched(monkeypatch)
    at = ["https://x.com/a/1/b?c=1", "https://x.com/a/22/b", "https://x.com/d", "https://x.com/d"]
    rows, _ = read(har(*(entry(one, {"list": [{"result": post(n)}]}) for n, one in enumerate(at))), HAR)
    assert len(rows) == 4
    assert [place.partition("/")[0] for place in places] == ["#har:entry 0", "#har:entry 2", "#har:entry 3"]


KNOWN = {"list": [{"result": post(1)}]}
STRAYS: dict[str, str] = {
    "beside": json.dumps({**KNOWN, "pinned": post(2)}),
    "around": json.dumps({"list": [{"result": post(1), **post(2)}]}),
    "twice": f'{{"list": {json.dumps([{"result": post(2)}])}, "list": {json.dumps(KNOWN["list"])}}}',
    "key with an escape": json.dumps({**KNOWN, "pinned": post(2)}).replace('"legacy"', '"l\\u0065gacy"'),
    "promoted": json.dumps({"list": [{"result": {"promotedMetadata": {}, "x": post(2)}}]}),
    "one level down": json.dumps({"list": [{"result": {"tweet": post(2)}}]}),
    "of another kind": json.dumps({"list": {"result": post(2)}}),
    "no object": json.dumps({"list": [{"result": "x"}, None, {"result": None}]}),
    "nothing": json.dumps({"list": []}),
    "too deep": json.dumps({**KNOWN, "x": 1}).replace('"x": 1', '"x": ' + "[" * 230 + "]" * 230),
    "lone surrogate": json.dumps({**KNOWN, "x": 1}).replace('"x": 1', '"x": "\\ud800"'),
    "a nul": json.dumps({"list": [{"result": post(3, core={"x": "\0"})}]}),
    "cut": json.dumps(KNOWN)[:-3],
}


@pytest.mark.parametrize("stray", list(STRAYS))
def test_what_lies_off_the_trail_is_found_all_the_same(stray: str) -> None:
    data = har(entry(X_AT, KNOWN), entry(X_AT, STRAYS[stray]), entry(X_AT, KNOWN))
    assert told(HAR, data) == told(alone(HAR), data)


def test_a_trail_that_leads_nowhere_is_left() -> None:
    trail = Trail(KEYS)
    trail.learn([("a",)])
    for _ in range(MAX_FAILURES):
        assert trail.is_open
        assert trail.ends(b'{"b":{"id":1}}') is None
    assert not trail.is_open
    assert trail.ends(b'{"a":{"id":1}}') is None


@pytest.mark.parametrize(
    "ways",
    [
        [()],
        [("a", 0), ("a", "b")],
        [(f"k{n}",) for n in range(MAX_WAYS + 1)],
        [("a",) * (MAX_STEPS + 1)],
        [("\ud800",)],
    ],
    ids=["itself", "object and list", "too many", "too deep", "no text"],
)
def test_ways_that_make_no_tree_are_not_followed(ways: list[Any]) -> None:
    trail = Trail(KEYS)
    trail.learn(ways)
    assert trail.ends(b'{"a":[{"id":1}]}') is None
    assert not trail.is_open


def test_bytes_that_are_no_text_are_left_to_the_search() -> None:
    trail = Trail(KEYS)
    trail.learn([("a",)])
    assert trail.ends(b'{"a":{"id":1},"b":"\xff"}') is None
