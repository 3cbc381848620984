"""What was erased for a person does not come back by a later import, and the import says how much it held back."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from saisine.casework import deposits, erasures, remaps, row_erasures
from saisine.casework.models import Deposit
from saisine.casework.session import Session
from saisine.messages.corpus import Query
from saisine.messages.ledger import Ledger
from saisine.messages.row_erasure import Selection
from tests.casework.test_second_looks import DAY_S, FORMAT, key_of, write_page
from tests.casework.world import Clock, opened

BY_THREE = [number for number in range(40) if number % 7 == 3]  # what the account 103 wrote


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Iterator[Session]:
    """Forty posts of seven accounts, of which one was erased."""
    with opened(tmp_path / "espace", clock) as found:
        deposits.deposit_paths(found, [write_page(tmp_path / "x1.json", range(40), likes=1)])
        clock.pass_s(DAY_S)
        erase(found, Selection(author="103"))
        clock.pass_s(DAY_S)
        yield found


def erase(session: Session, selection: Selection) -> None:
    row_erasures.erase_rows(session, selection, "art17_request")


def notes_of(ledger: Ledger) -> list[dict[str, int]]:
    assert ledger.totals().read == ledger.totals().mapped + ledger.totals().skipped + ledger.totals().failed
    return [{code: count for code, (count, _, _) in entry.notes.items()} for entry in ledger.sources]


def count_of(session: Session, author: str) -> int:
    return session.corpora.count(Query(author=author, all_observations=True))


def take(session: Session, path: Path, **more: str) -> Ledger:
    return deposits.deposit_paths(session, [path], **more).ledger  # type: ignore[arg-type]


def test_a_newer_export_does_not_bring_an_account_back(session: Session, tmp_path: Path) -> None:
    ledger = take(session, write_page(tmp_path / "x2.json", range(20, 60), likes=5))
    assert count_of(session, "103") == 0
    held = len([number for number in range(20, 60) if number % 7 == 3])
    assert notes_of(ledger) == [{"erased_before": held}]
    assert any("n’ont pas été remis" in one for one in ledger.sentences("fr"))
    assert any("were not brought back" in one for one in ledger.sentences("en"))
    kept = deposits.result_of(session, Deposit.objects.latest("created_at"))
    assert notes_of(kept.ledger) == [{"erased_before": held}]
    (name,) = Deposit.objects.latest("created_at").corpora
    assert notes_of(session.corpora.ledger(name)) == [{"erased_before": held}]
    assert session.corpora.info(name).rows == 40 - held


def test_reading_the_same_file_again_says_what_stays_out(session: Session, tmp_path: Path) -> None:
    ledger = take(session, tmp_path / "x1.json", format_id=FORMAT)
    assert count_of(session, "103") == 0
    assert notes_of(ledger) == [{"erased_before": len(BY_THREE)}]


def test_a_message_erased_by_its_key_stays_out_of_another_file(session: Session, tmp_path: Path) -> None:
    erase(session, Selection(keys=frozenset({key_of(8)})))
    ledger = take(session, write_page(tmp_path / "x2.json", [8, 9], likes=5))
    assert session.corpora.count(Query(keys=frozenset({key_of(8)}), all_observations=True)) == 0
    assert notes_of(ledger) == [{"erased_before": 1}]


def test_a_file_of_nothing_but_erased_messages_makes_no_corpus(session: Session, tmp_path: Path) -> None:
    before = session.corpora.list()
    ledger = take(session, write_page(tmp_path / "x2.json", BY_THREE, likes=5))
    assert session.corpora.list() == before
    assert notes_of(ledger) == [{"erased_before": len(BY_THREE)}]


def test_what_the_account_writes_after_its_erasure_is_kept_and_told(
    session: Session, tmp_path: Path, clock: Clock
) -> None:
    path = write_page(tmp_path / "x2.json", [*BY_THREE, 101], likes=5)
    told = json.loads(path.read_text("utf-8"))
    told["data"][-1] |= {"created_at": f"{clock():%FT%T}.000Z", "id": "2045000000000000000"}
    path.write_text(json.dumps(told), "utf-8")
    ledger = take(session, path)
    assert count_of(session, "103") == 1
    assert notes_of(ledger) == [{"erased_account": 1, "erased_before": len(BY_THREE)}]
    erase(session, Selection(author="103"))
    assert count_of(session, "103") == 0


def test_what_one_corpus_alone_lost_afterwards_stays_in_another(
    session: Session, tmp_path: Path, clock: Clock
) -> None:
    """An act limited to one corpus left the rows of the other: reading that one again does not take them."""
    paths = [write_page(tmp_path / f"n{likes}.json", range(40), likes=likes) for likes in (5, 6)]
    first, second = (deposits.deposit_paths(session, [path]).corpora[0] for path in paths)
    clock.pass_s(DAY_S)
    erase(session, Selection(keys=frozenset({key_of(8)}), corpus=first))
    made = remaps.propose(session, second).proposal
    assert made.difference.is_empty
    assert made.left_out == len(BY_THREE)
    assert remaps.propose(session, first).proposal.left_out == len(BY_THREE) + 1


def test_another_reading_of_the_newer_export_keeps_them_out(session: Session, tmp_path: Path) -> None:
    (corpus,) = deposits.deposit_paths(
        session, [write_page(tmp_path / "x2.json", range(40), likes=5)]
    ).corpora
    made = remaps.propose(session, corpus).proposal
    assert made.difference.is_empty
    assert made.left_out == len(BY_THREE)


@pytest.mark.parametrize("files", [["x1.json"], ["x1.json", "x2.json"]])
def test_a_whole_corpus_that_was_erased_says_nothing_of_other_files(
    session: Session, tmp_path: Path, files: Sequence[str]
) -> None:
    """Only a reading of that very file stays out; of a message in another file nobody asked anything."""
    (info,) = session.corpora.list()
    erase(session, Selection(corpus=info.id))
    write_page(tmp_path / "x2.json", [1, 2, 3], likes=5)
    deposits.deposit_paths(session, [tmp_path / name for name in files], format_id=FORMAT)
    assert session.corpora.count(Query()) == (0 if len(files) == 1 else 2)


def test_what_was_erased_ends_with_its_unit(session: Session, tmp_path: Path) -> None:
    """The hashes are personal data too: they go with the unit whose messages they stood for."""
    (info,) = session.corpora.list()
    erasures.erase(session, erasures.target_of(session, info.unit), "art17_request")
    ledger = take(session, write_page(tmp_path / "x2.json", range(20), likes=5))
    assert notes_of(ledger) == [{}]


def chat(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(f"0{n + 1}/04/2026 10:0{n} - {line}" for n, line in enumerate(lines)) + "\n")
    return path


def test_a_name_on_one_telephone_withholds_nobody_of_another_conversation(
    tmp_path: Path, clock: Clock
) -> None:
    """Two people are called Marie: who was erased is the one of the first conversation."""
    first = chat(tmp_path / "Discussion WhatsApp avec Marie.txt", "Marie: un", "Bob: deux", "Marie: trois")
    with opened(tmp_path / "espace", clock) as session:
        take(session, first)
        erase(session, Selection(author="Marie"))
        other = chat(
            tmp_path / "Discussion WhatsApp avec Marie Voisine.txt", "Marie: je vais te tuer", "Bob: si"
        )
        assert "erased_before" not in notes_of(take(session, other))[0]
        assert count_of(session, "Marie") == 1
        again = chat(
            tmp_path / "Discussion WhatsApp avec Marie (1).txt",
            "Marie: un",
            "Bob: deux",
            "Marie: trois",
            "Bob: quatre",
        )
        assert notes_of(take(session, again))[0]["erased_before"] == 2
        assert count_of(session, "Marie") == 1


def test_a_number_of_one_table_withholds_no_row_of_another(tmp_path: Path, clock: Clock) -> None:
    header = "Identifiant;Date;Auteur;Texte\n"
    with opened(tmp_path / "espace", clock) as session:
        for name, author in (("a", "ada"), ("b", "zed")):
            (tmp_path / f"{name}.csv").write_text(f"{header}4321;2026-04-08;{author};un mot de {author}\n")
        take(session, tmp_path / "a.csv")
        erase(session, Selection(author="ada"))
        assert "erased_before" not in notes_of(take(session, tmp_path / "b.csv"))[0]
        assert count_of(session, "zed") == 1
