"""Beginnings of words and pairs of them: what is kept, what is left out, and rows of unit length."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from saisine.findings.triage.stems import StemRows, stem_of

DOCUMENTS = [["on", "viendra", "vous", "voir"], ["on", "viendrait", "vous", "chercher"], ["vous", "viendrez"]]


def known(rows: StemRows, document: list[str]) -> set[str]:
    """The stems and pairs of one message, in words."""
    names = ["", *rows.stems, "^", "$"]
    row = rows.rows([document])
    found = set()
    for column in row.columns.tolist():
        if column < len(rows.stems):
            found.add(rows.stems[column])
        else:
            first, second = divmod(int(rows.pairs[column - len(rows.stems)]), rows.width)
            found.add(f"{names[first]} {names[second]}")
    return found


def test_forms_of_one_verb_are_one_stem_and_both_ends_of_a_message_count() -> None:
    rows = StemRows.fit(DOCUMENTS, least=2)
    assert rows.stems == ("on", "vien", "vous")
    assert known(rows, ["on", "viendront"]) == {"on", "vien", "^ on", "on vien"}
    assert known(rows, ["viendront", "on", "vous"]) == {"on", "vien", "vous"}, "other neighbours"
    assert known(rows, ["inconnu"]) == set()


def test_no_number_mention_or_link_stands_in_a_pair() -> None:
    """A pair with one of them would remember who was written to."""
    documents = [["on", "@user", "passe"], ["on", "12", "@url"], ["on", "34", "passe"]] * 3
    rows = StemRows.fit(documents, least=2)
    assert set(rows.stems) == {"0", "@url", "@user", "on", "pass"}
    assert known(rows, ["on", "@user", "passe"]) == {"on", "@user", "pass", "^ on", "pass $"}
    assert stem_of("06") == stem_of("a4") == "0"
    assert stem_of("@groupe") == "@groupe"


def test_words_to_forget_leave_no_stem() -> None:
    rows = StemRows.fit([["avec", "zoubida"]] * 6, frozenset({"zoubida"}))
    assert rows.stems == ("avec",)


def test_what_few_messages_hold_is_left_out() -> None:
    rows = StemRows.fit([["rare", "commun"]] * 4 + [["commun"]] * 4)
    assert rows.stems == ("comm",)
    assert len(rows) == len(rows.idf) == 1 + 1, "the pair with the end of a message"


WORDS = st.sampled_from(["on", "viendra", "viens", "vous", "voir", "12", "@user", "@groupe", "!", "absent"])


@given(st.lists(st.lists(WORDS, max_size=9), max_size=9))
def test_rows_have_the_length_one_whatever_is_read_beside_them(documents: list[list[str]]) -> None:
    rows = StemRows.fit([["on", "viendra", "vous", "voir", "!", "@groupe", "12", "@user"]] * 5)
    together = rows.rows(documents)
    assert len(together) == len(documents)
    for at, document in enumerate(documents):
        alone = rows.rows([document])
        mine = slice(together.starts[at], together.starts[at + 1])
        assert together.columns[mine].tolist() == alone.columns.tolist()
        assert np.allclose(together.values[mine], alone.values)
        length = float(np.sqrt((alone.values**2).sum()))
        assert len(alone.values) == 0 or abs(length - 1) < 1e-5
