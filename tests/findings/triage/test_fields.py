"""Fields of meaning: one for each word, the same for the eight groups, and pairs of them across a message."""

import numpy as np

from saisine.findings.rules import read_yaml
from saisine.findings.triage.fields import BASE, DATA, MASKS, FieldRows, Fields, load_fields

SMALL = Fields.of({"drink": ["tea", "coff*"], "later": ["*erai"], "number": ["two"]}, ("number",))


def test_a_word_has_the_field_that_lists_it_whole_then_by_its_beginning_then_by_its_end() -> None:
    first = len(MASKS) + 1
    words = ("tea", "coffee", "mangerai", "erai", "two", "18h", "chair")
    found = [SMALL.field_of(word) - first for word in words]
    assert found == [0, 0, 1, -first, 2, 2, -first]


def test_a_word_not_listed_has_the_field_of_those_that_begin_as_it_does_where_they_agree() -> None:
    fields = Fields.of({"cut": ["hachoir", "hachette"], "drink": ["limonade"], "paint": ["limonite"]})
    first = len(MASKS) + 1
    found = [
        fields.field_of(word) - first for word in ("hachoirs", "hachettes", "limonadier", "limoneux", "hac")
    ]
    assert found == [0, 0, 1, -first, -first]


def test_the_shipped_fields_fit_their_numbers_and_no_word_is_of_two() -> None:
    fields = load_fields()
    assert max(fields.wholes.values()) < BASE
    assert all(fields.field_of(word) == at for word, at in fields.wholes.items())
    raw = read_yaml(DATA)["fields"]
    listed = [str(word) for name in raw for word in raw[name]]
    assert len(raw) + len(MASKS) < BASE
    assert len(set(listed)) > 10_000
    assert len({fields.field_of(mask) for mask in MASKS}) == len(MASKS)


def test_messages_of_the_same_fields_in_the_same_order_are_one_row_and_another_order_is_not() -> None:
    documents = [["tea", "so", "mangerai"], ["coffee", "mangerai"], ["mangerai", "tea"], ["chair"], []]
    rows = FieldRows.fit(documents, SMALL, least=1)
    dense = np.zeros((len(documents), len(rows.keys)))
    found = rows.rows(documents)
    dense[found.of(), found.columns] = found.values
    assert np.array_equal(dense[0], dense[1])
    assert not np.array_equal(dense[1], dense[2])
    assert not dense[3:].any()


def test_keys_with_a_field_of_manners_are_told_from_the_others() -> None:
    rows = FieldRows.fit([["tea", "two"], ["tea", "mangerai"]], SMALL, least=1)
    assert sorted(rows.of_meaning().tolist()) == [False, False, True, True, True]
