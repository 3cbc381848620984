"""A file is taken for what it is, or for nothing: over a thousand that look like another, by family."""

import re

import pytest

from saisine.messages.encodings import to_utf8
from saisine.messages.filetypes import type_of
from saisine.messages.formats.contract import HEAD_BYTES
from saisine.messages.ledger import SourceEntry, why_unread
from saisine.messages.sniffing import choose_format
from tests.messages.confusables import FAMILIES, Confusable
from tests.messages.formats.reading import member_of


def entry_of(one: Confusable) -> SourceEntry:
    return SourceEntry(one.name, "0" * 64, len(one.data))


def answer_to(one: Confusable, entry: SourceEntry | None = None) -> str:
    """What an import answers: the id of a format, `tie`, or `unknown`."""
    entry = entry or entry_of(one)
    member = member_of(one.data, one.name)
    head = member.read(HEAD_BYTES)
    unread = type_of(head).unread
    if unread not in (None, "web_page"):
        return "unknown"
    member, head = to_utf8(member, head, entry)
    chosen = choose_format(head, one.name, entry)
    if chosen is not None:
        return chosen.id
    return "tie" if entry.unread == "ambiguous" else "unknown"


@pytest.mark.parametrize("family", FAMILIES)
def test_no_file_is_taken_for_another(family: str) -> None:
    wrong = {one.label: found for one in FAMILIES[family]() if (found := answer_to(one)) not in one.right}
    assert wrong == {}


def test_a_tie_names_every_format_that_comes_close() -> None:
    ties = 0
    for one in FAMILIES["columns of two tools"]():
        entry = entry_of(one)
        if answer_to(one, entry) == "tie":
            ties += 1
            assert entry.format is None
            assert {name for name, _ in entry.candidates} >= set(re.findall(r"(\S+) \(", one.label)), (
                one.label
            )
            assert all(name in why_unread(entry) for name, _ in entry.candidates)
    assert ties >= 10
