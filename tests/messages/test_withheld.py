"""Erased messages are known again by author, minute and text, and by nothing less."""

from datetime import UTC, datetime

import msgspec
import pyarrow as pa
import pytest

from saisine.messages.schema import ARROW_SCHEMA
from saisine.messages.withheld import Suppressed

AT = datetime(2026, 4, 8, 10, 2, tzinfo=UTC)
SAID = {
    "platform": "whatsapp",
    "message_id": "derived:aa",
    "author_name": "Élodie Martin",
    "text": "je passe demain",
    "created_at": AT,
    "created_at_raw": "08/04/2026, 12:02",
    "created_at_precision": "min",
    "source_sha256": "s1",
    "record_sha256": "r1",
    "locator": "#byte=0+9",
}
# the same message in a file of another name
AGAIN = SAID | {
    "message_id": "derived:bb",
    "source_sha256": "s2",
    "record_sha256": "r2",
    "locator": "#byte=9+9",
}


def batch(*rows: dict[str, object]) -> pa.RecordBatch:
    return pa.Table.from_pylist(list(rows), ARROW_SCHEMA).combine_chunks().to_batches()[0]


def suppressed(*rows: dict[str, object], asked: str = "") -> Suppressed:
    return Suppressed(b"sel").with_rows(pa.Table.from_batches([batch(*rows)]), asked)


def test_a_message_is_known_under_another_name_of_its_conversation() -> None:
    assert suppressed(SAID).is_message(batch(AGAIN)).tolist() == [True]


@pytest.mark.parametrize(
    "other",
    [
        {"text": "je passe mardi"},
        {"author_name": "Élodie Morin"},
        {"author_name": None},
        {"created_at_raw": "08/04/2026, 12:03"},
        {"created_at_raw": None, "created_at": None, "created_at_precision": "none"},
        {"created_at_precision": "day"},
        {"platform": "telegram"},
        {"message_id": "derived:bb#2"},  # said twice in that minute: the other one was not erased
        {"message_id": "17"},  # an identifier of the platform
    ],
)
def test_whatever_differs_is_another_message(other: dict[str, object]) -> None:
    assert suppressed(SAID).is_message(batch(AGAIN | other)).tolist() == [False]


@pytest.mark.parametrize(
    ("lacking", "is_known"),
    [
        ({"author_name": None}, False),
        ({"created_at_raw": None}, True),
        ({"created_at_raw": "il y a 2 min"}, True),  # by the time that it gives
        (
            {"created_at_raw": "10:02", "created_at": None, "created_at_precision": "none"},
            False,
        ),  # of any day
        ({"created_at_raw": "08/04/2026", "created_at_precision": "day"}, False),
        ({"created_at_raw": "3 h", "created_at_precision": "hour"}, False),
        # a date that can be read in two ways
        ({"created_at": None, "created_at_precision": "none"}, True),
    ],
)
def test_without_an_author_or_a_minute_nothing_is_known_again(
    lacking: dict[str, object], is_known: bool
) -> None:
    held = suppressed(SAID | lacking)
    assert bool(held.said) is is_known
    assert held.is_message(batch(AGAIN | lacking)).tolist() == [is_known]


def test_a_number_of_a_table_kept_by_hand_does_not_hide_the_same_row() -> None:
    held = suppressed(SAID | {"platform": "other", "message_id": "4321"})
    rows = [AGAIN | {"platform": "other", "message_id": "4321"} | more for more in ({}, {"text": "rien"})]
    assert held.is_message(batch(*rows)).tolist() == [True, False]


def test_a_message_with_an_identifier_of_its_platform_leaves_no_such_hash() -> None:
    held = suppressed(SAID | {"platform": "x", "message_id": "1970000000000000003"})
    assert held.digests
    assert not held.said


def test_what_is_kept_holds_no_word_of_the_message() -> None:
    body = msgspec.json.encode(suppressed(SAID, asked="Élodie Martin")).decode().casefold()
    assert not any(word in body for word in ("demain", "martin", "elodie", "12:02"))


def test_what_an_older_workspace_kept_is_read_as_before() -> None:
    held = suppressed(SAID)
    old = msgspec.to_builtins(held)
    del old["said"]
    found = msgspec.json.decode(msgspec.json.encode(old), type=Suppressed)
    assert found == msgspec.structs.replace(held, said=frozenset())
    assert found.is_message(batch(SAID, AGAIN)).tolist() == [True, False]
