"""What a capture holds beside messages: nothing of the session is kept, nothing is lost in silence."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.messages.formats.har import HAR
from saisine.messages.formats.warc import WARC
from tests.messages.formats.broken import EXAMPLES
from tests.messages.formats.captures import (
    ANSWERS,
    X,
    answer_record,
    entry,
    har,
    warc,
    youtube_entity,
)
from tests.messages.formats.reading import notes, read, skipped
from tests.shared import shared_file

ALL_HAR = har(*(entry(address, answer) for address, answer, _ in ANSWERS))
ALL_WARC = warc(*(answer_record(address, answer, n) for n, (address, answer, _) in enumerate(ANSWERS)))
ALL_TEXTS = [text for _, _, texts in ANSWERS for text in texts]
X_AT = "https://x.com/i/api/graphql/a/TweetDetail"


# ------------------------------------------------------------------ nothing of the session


@pytest.mark.parametrize(("data", "one"), [(ALL_HAR, HAR), (ALL_WARC, WARC)], ids=["har", "warc"])
def test_cookies_and_tokens_reach_no_row_and_no_ledger(data: bytes, one: Any) -> None:
    assert data.count(b"SECRET") >= len(ANSWERS)
    rows, account = read(data, one)
    said = json.dumps([[row.as_json() for row in rows], account.as_json()], default=str)
    assert "SECRET" not in said
    assert "prettyPrint" not in said


def test_the_cookies_of_the_shared_capture_reach_nothing() -> None:
    path = shared_file("samples/har/chrome.har")
    log = json.loads(path.read_bytes())["log"]["entries"]
    values = {
        one["value"] for part in log for side in ("request", "response") for one in part[side]["cookies"]
    }
    assert sum(len(part[side]["cookies"]) for part in log for side in ("request", "response")) == 21
    rows, account = read(path, HAR)
    said = json.dumps([[row.as_json() for row in rows], account.as_json()], default=str)
    assert not [value for value in values if len(value) > 5 and value in said]
    assert account.read == 3


# ------------------------------------------------------------------ nothing lost in silence


def test_every_response_is_counted() -> None:
    rows, account = read(
        har(
            entry(X_AT, X),
            entry("https://x.com/i/api/1.1/settings", {"a": 1}),
            entry("https://x.com/logo.png", "iVBORw0KGgo=", "image/png", encoding="base64"),
            entry("https://x.com/app.js", "function a() {}", "application/javascript"),
            entry(X_AT, None),
            entry("https://cdn.test/x.json", None),
        ),
        HAR,
    )
    assert (len(rows), account.read, skipped(account)) == (1, 6, {"not_a_message": 3, "empty_record": 2})
    assert notes(account) == {"bodies_missing": 1}


def test_a_body_that_is_no_json_fails_with_its_place() -> None:
    cut = json.dumps(X)[:-10]
    _, account = read(har(entry(X_AT, cut), entry(X_AT, X), entry(X_AT, "!!!", encoding="base64")), HAR)
    assert [one.locator for one in account.failed] == ["#har:entry 0/response", "#har:entry 2/response"]
    assert account.mapped == 1


def test_base64_bodies_are_decoded() -> None:
    packed = base64.b64encode(json.dumps(X).encode()).decode()
    (row,), _ = read(har(entry(X_AT, packed, encoding="base64")), HAR)
    assert row.text == "Bonjour"


def test_a_redirect_lost_no_body() -> None:
    moved = entry(X_AT, None)
    moved["response"]["status"] = 302
    _, account = read(har(moved, entry(X_AT, X)), HAR)
    assert (account.mapped, skipped(account), notes(account)) == (1, {"empty_record": 1}, {})


def test_a_text_in_a_writing_that_is_not_read_is_told() -> None:
    _, account = read(har(entry(X_AT, "eyJh", encoding="br"), entry(X_AT, X, encoding="utf-8")), HAR)
    assert (account.mapped, skipped(account)) == (1, {"unsupported_variant": 1})


def test_an_entry_nested_deep_beside_its_texts_is_read_wherever_it_stands() -> None:
    deep: Any = []
    for _ in range(300):
        deep = [deep]
    rows, _ = read(har(*({**entry(X_AT, X), "_x": deep} for _ in range(4))), HAR)
    assert len(rows) == 4


@pytest.mark.parametrize(
    "odd",
    [
        None,
        3,
        {},
        {"response": 3},
        {"response": {"content": {"mimeType": 3, "text": 4}}},
        {"request": {"url": 5}, "startedDateTime": "hier"},
    ],
)
def test_an_odd_entry_is_counted_and_never_raises(odd: Any) -> None:
    rows, account = read(har(odd, entry(X_AT, X)), HAR)
    assert (rows[-1].text, account.read) == ("Bonjour", 2)


def test_a_body_nested_too_deep_fails_with_its_place() -> None:
    deep: Any = X
    for _ in range(300):
        deep = [deep]
    _, account = read(har(entry(X_AT, deep), entry(X_AT, X)), HAR)
    assert [(one.locator, one.error) for one in account.failed] == [("#har:entry 0/response", "too_deep")]
    assert account.mapped == 1


def test_an_odd_object_fails_alone() -> None:
    address, answer, _ = ANSWERS[0]
    odd = json.loads(json.dumps(answer))
    odd["data"]["node"]["display_comments"]["edges"][0]["node"]["created_time"] = 10**30
    rows, account = read(har(entry(address, odd)), HAR)
    assert [row.text for row in rows] == ["Oui"]
    assert len(account.failed) == 1


def test_a_cut_capture_keeps_what_came_before() -> None:
    rows, account = read(ALL_HAR[: ALL_HAR.index(b"TweetDetail")], HAR)
    assert [row.text for row in rows] == ALL_TEXTS[:8]
    assert account.truncated
    rows, account = read(ALL_WARC[: ALL_WARC.index(b"TweetDetail")], WARC)
    assert [row.text for row in rows] == ALL_TEXTS[:8]
    assert account.truncated


@EXAMPLES
@given(st.data())
def test_changed_bytes_are_survived(data: st.DataObject) -> None:
    source, one = data.draw(
        st.sampled_from([(ALL_HAR, HAR), (ALL_WARC, WARC), (warc(answer_record(X_AT, X), packed=True), WARC)])
    )
    broken = bytearray(source)
    for place, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(source) - 1), st.integers(0, 255)), min_size=1, max_size=20)
    ):
        broken[place] = value
    read(bytes(broken), one)


def test_an_entity_without_a_video_says_so() -> None:
    (row,), _ = read(har(entry(ANSWERS[7][0], {"m": [youtube_entity("UgxZ", "Seule", "hier")]})), HAR)
    assert (row.url, row.target_id, "target_id" in row.missing) == (None, None, True)
