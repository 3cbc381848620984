"""Lines written from columns are the lines of the messages, one by one, whatever the format."""

import io
from collections.abc import Sequence

import msgspec
import pytest

from saisine.messages.columns import Columns, to_storable
from saisine.messages.formats import FORMATS
from saisine.messages.formats.contract import Context
from saisine.messages.ledger import Ledger
from saisine.messages.ndjson import write_lines
from saisine.messages.reading import read_records
from saisine.messages.schema import Message
from saisine.messages.zones import load_zone
from tests.messages.formats.generated import CASES
from tests.messages.formats.reading import NOW, member_of


def lines(batch: Sequence[Message] | Columns) -> list[bytes]:
    out = io.BytesIO()
    write_lines(out, batch)
    return out.getvalue().splitlines(keepends=True)


def one_by_one(batch: Sequence[Message] | Columns) -> list[bytes]:
    return [msgspec.json.encode(message.as_json()) + b"\n" for message in batch]


def batches_of(format_id: str, data: bytes) -> list[list[Message] | Columns]:
    one = next(one for one in FORMATS if one.id == format_id)
    entry = Ledger().source("a", "0" * 64, len(data))
    ctx = Context(entry.sha256, one.mapper, NOW, load_zone("Europe/Paris"), cannot_give=one.cannot_give)
    return list(read_records(member_of(data, "a"), one, ctx, entry))


def test_every_format_gives_the_lines_of_its_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saisine.messages.reading.LEAST_COLUMNS", 1)
    kinds = set()
    for format_id, _, data, _ in CASES:
        for batch in batches_of(format_id, data):
            kinds.add(type(batch))
            assert lines(batch) == one_by_one(batch)
    assert kinds == {list, Columns}


def test_more_lines_than_are_encoded_at_once_are_all_written_in_order() -> None:
    messages = [Message("other", str(number), "chat", like_count=number % 2) for number in range(300)]
    assert lines(messages) == one_by_one(messages)
    assert lines([]) == []


@pytest.mark.parametrize("handles", [["\ud800"] * 3, ["a", "\ud800", "c"]])
def test_a_sign_that_no_file_can_hold_is_replaced_and_stops_nothing(handles: list[str]) -> None:
    messages = [Message("x", str(n), "post", author_handle=one) for n, one in enumerate(handles)]
    assert to_storable(messages)[1] == to_storable(messages[1:2])[1] == []
    found = lines(messages)
    told = [msgspec.json.decode(line)["author_handle"] for line in found]
    assert told == [one.replace("\ud800", "\ufffd") for one in handles]
