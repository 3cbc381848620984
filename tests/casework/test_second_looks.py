"""Files that come again, and names written in several ways: what was counted, dated or erased once stays so."""

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import ZipFile

import pyarrow as pa
import pytest

from saisine.casework import deposits, row_erasures
from saisine.casework.models import Deposit
from saisine.casework.session import Session
from saisine.messages.corpus import Corpora, Query
from saisine.messages.ledger import Ledger
from saisine.messages.observations import history_of
from saisine.messages.queries import fold_asked
from saisine.messages.row_erasure import Selection
from saisine.messages.withheld import Sieve, Suppressed
from tests.casework.world import Clock, opened
from tests.messages.engines import SqliteEngine

DAY_S = 86_400
POSTS = 4_000  # long enough to read for three processes to meet
FORMAT = "x-api-v2"
LINES = "13/10/2026 09:01 - {}: un\n13/10/2026 09:02 - Max: deux\n"
# One name: composed, decomposed, without its accent, in capitals, and with spaces more.
FORMS = ("Zoé Bœuf", unicodedata.normalize("NFD", "Zoé Bœuf"), "Zoe Boeuf", "ZOÉ BŒUF", "Zoé  Bœuf")


@pytest.fixture
def session(tmp_path: Path, clock: Clock) -> Iterator[Session]:
    with opened(tmp_path / "espace", clock) as found:
        yield found


def write_page(path: Path, numbers: Sequence[int], *, likes: int, changed: int | None = None) -> Path:
    """An answer of the X API: posts of seven accounts; the text of one may have changed."""
    posts = [
        {
            "id": f"{1_970_000_000_000_000_000 + number * 100_000_000_000}",
            "text": "texte changé" if number == changed else f"message numéro {number}",
            "author_id": f"{100 + number % 7}",
            "created_at": "2025-09-22T05:40:16.000Z",
            "public_metrics": {"like_count": likes, "retweet_count": 0, "reply_count": 0, "quote_count": 0},
        }
        for number in numbers
    ]
    users = [{"id": f"{100 + who}", "username": f"user{who}", "name": f"Nom {who}"} for who in range(7)]
    whole = {"data": posts, "includes": {"users": users}, "meta": {"result_count": len(posts)}}
    path.write_text(json.dumps(whole), "utf-8")
    return path


def key_of(number: int) -> tuple[str, str]:
    return "x", f"{1_970_000_000_000_000_000 + number * 100_000_000_000}"


# ------------------------------------------------------------------ one name, written in several ways


@pytest.fixture
def chats(session: Session, tmp_path: Path) -> Session:
    for number, name in enumerate(FORMS):
        path = tmp_path / f"Discussion WhatsApp avec {number}.txt"
        path.write_text(LINES.format(name), "utf-8")
        deposits.deposit_paths(session, [path])
    return session


@pytest.mark.parametrize("asked", [*FORMS, "@zoé bœuf"])
def test_an_author_is_found_under_every_form_of_the_name(chats: Session, asked: str) -> None:
    query = Query(author=asked)
    other = Corpora(chats.corpora.folder, chats.corpora.keys, engine=SqliteEngine)
    assert chats.corpora.count(query) == other.count(query) == len(FORMS)
    assert len(chats.corpora.search(query).items) == len(other.search(query).items) == len(FORMS)
    chats.corpora.build_index()
    assert chats.corpora.count(Query(author=asked, text="un")) == len(FORMS)


@pytest.mark.parametrize("asked", FORMS[:3])
def test_erasing_an_author_finds_what_the_search_finds(chats: Session, asked: str) -> None:
    selection = Selection(author=asked)
    look = row_erasures.look(chats, selection)
    # three spellings may be three people: the count says so before anything goes
    assert (look.messages, look.accounts) == (len(FORMS), 3)
    row_erasures.erase_rows(chats, selection, "art17_request")
    assert chats.corpora.count(Query()) == chats.corpora.count(Query(author="Max")) == len(FORMS)


def test_an_identifier_is_compared_as_it_is(session: Session, tmp_path: Path) -> None:
    deposits.deposit_paths(session, [write_page(tmp_path / "p.json", range(14), likes=1)])
    assert session.corpora.count(Query(author="103")) == 2
    assert session.corpora.count(Query(author="１０３")) == 0
    assert session.corpora.count(Query(author="USER3")) == 2


def test_a_name_kept_in_small_letters_alone_still_stays_out() -> None:
    """Accounts erased before names were folded were kept with their accents."""
    bare = Suppressed(b"s" * 32)
    old = Suppressed(b"s" * 32, digests=frozenset({bare.digest("author_name", "x", "zoé bœuf")}))
    assert old._is_erased("author_name", "x", "@Zoé Bœuf")
    assert not old._is_erased("author_name", "x", "Max")
    new = Suppressed(b"s" * 32, digests=frozenset({bare.digest("author_name", "x", fold_asked("Zoé Bœuf"))}))
    assert all(new._is_erased("author_name", "x", form) for form in FORMS)


# ------------------------------------------------------------------ the same bytes read again


def test_bytes_read_again_keep_their_first_day(session: Session, tmp_path: Path, clock: Clock) -> None:
    first = write_page(tmp_path / "x1.json", range(9), likes=1)
    newer = write_page(tmp_path / "x3.json", range(9), likes=9, changed=7)
    began = clock()
    deposits.deposit_paths(session, [first])
    clock.pass_s(DAY_S)
    deposits.deposit_paths(session, [newer])
    clock.pass_s(DAY_S)
    for _ in range(2):
        deposits.deposit_paths(session, [first], format_id=FORMAT)
    history = history_of(session.corpora, key_of(7))
    assert [one.message.text for one in history.observations] == ["message numéro 7"] * 3 + ["texte changé"]
    assert history.newest.message.text == "texte changé"
    days = [one.message.collected_at for one in history.observations[:3] if one.message.collected_at]
    assert [f"{day:%F %T}" for day in days] == [f"{began:%F %T}"] * 3
    (shown,) = session.corpora.search(Query(keys=frozenset({key_of(7)}))).items
    assert shown.text == "texte changé"


def test_of_two_readings_of_the_same_bytes_the_last_one_is_shown(session: Session, tmp_path: Path) -> None:
    path = write_page(tmp_path / "x1.json", range(9), likes=1)
    deposits.deposit_paths(session, [path])
    for _ in range(3):
        (last,) = deposits.deposit_paths(session, [path], format_id=FORMAT).corpora
        (shown,) = session.corpora.search(Query(keys=frozenset({key_of(7)}))).items
        assert (shown.ref or "").partition(":")[0] == last


def test_files_of_several_days_are_one_deposit_with_one_ledger(
    session: Session, tmp_path: Path, clock: Clock
) -> None:
    folder = tmp_path / "lot"
    folder.mkdir()
    old = write_page(folder / "a.json", range(9), likes=1)
    began = clock()
    deposits.deposit_paths(session, [old])
    clock.pass_s(DAY_S)
    write_page(folder / "b.json", range(5, 12), likes=5)
    (folder / "lien").symlink_to(old)
    result = deposits.deposit_paths(session, [folder], format_id=FORMAT)
    assert result.ledger.totals().read == 16
    assert {one.path: one.unread for one in result.ledger.sources} == {
        "lot/a.json": None, "lot/b.json": None, "lot/lien": "not_a_file",
    }  # fmt: skip
    deposit = Deposit.objects.latest("created_at")
    assert deposit.corpora == result.corpora
    assert len(result.corpora) == 2
    told = deposits.result_of(session, deposit)
    assert (told.read, told.sealed) == (16, 2)
    assert told.ledger.as_json() == result.ledger.as_json()
    days = {one.message_id: one.collected_at for one in session.corpora.search(Query()).items}
    early, late = days[key_of(2)[1]], days[key_of(11)[1]]
    assert early is not None
    assert f"{early:%F %T}" == f"{began:%F %T}"
    assert late == clock()


# ------------------------------------------------------------------ a chat whose file has another name


CHAT = (
    "08/04/2026 10:00 - Élodie Martin: je passe demain\n"
    "08/04/2026 10:01 - Max: ok\n"
    "13/04/2026 10:02 - Élodie Martin: voici ma nouvelle adresse\n"
)
LATER = "14/04/2026 09:00 - Élodie Martin: j’ai changé d’avis\n14/04/2026 09:01 - Max: bien\n"


def take_chat(session: Session, place: Path, name: str, text: str = CHAT) -> Ledger:
    """A chat as an iPhone exports it: a zip whose name is that of the conversation."""
    with ZipFile(place / name, "w") as archive:
        archive.writestr("_chat.txt", text)
    return deposits.deposit_paths(session, [place / name]).ledger


def told(ledger: Ledger) -> dict[str, int]:
    counts = {code: count for entry in ledger.sources for code, (count, _, _) in entry.notes.items()}
    return {code: count for code, count in counts.items() if code.startswith("erased")}


@pytest.fixture
def erased(session: Session, tmp_path: Path, clock: Clock) -> Session:
    take_chat(session, tmp_path, "Discussion WhatsApp avec Élodie Martin.zip")
    clock.pass_s(DAY_S)
    row_erasures.erase_rows(session, Selection(author="Élodie Martin"), "art17_request")
    clock.pass_s(DAY_S)
    return session


@pytest.mark.parametrize(
    "name",
    [
        "Discussion WhatsApp avec Élodie Martin (1).zip",
        "Discussion WhatsApp avec Élodie.zip",
        "WhatsApp Chat - Élodie.zip",
        "chat.zip",
    ],
)
def test_an_erased_person_stays_out_whatever_the_chat_is_called(
    erased: Session, tmp_path: Path, name: str
) -> None:
    ledger = take_chat(erased, tmp_path, name, CHAT + "14/04/2026 09:01 - Max: bien\n")
    assert told(ledger) == {"erased_before": 2}
    assert erased.corpora.count(Query(author="Élodie Martin", all_observations=True)) == 0
    assert erased.corpora.count(Query(author="Max")) >= 2


def test_what_the_same_name_signs_beside_erased_messages_is_kept_and_told(
    erased: Session, tmp_path: Path
) -> None:
    ledger = take_chat(erased, tmp_path, "Discussion WhatsApp avec Élodie.zip", CHAT + LATER)
    assert told(ledger) == {"erased_before": 2, "erased_name": 1}
    assert any("Un nom seul ne suffit pas" in one for one in ledger.sentences("fr"))
    assert any("A name alone is not enough" in one for one in ledger.sentences("en"))
    (kept,) = erased.corpora.search(Query(author="Élodie Martin")).items
    assert kept.text == "j’ai changé d’avis"


def test_the_same_name_in_another_chat_is_neither_withheld_nor_told(erased: Session, tmp_path: Path) -> None:
    assert told(take_chat(erased, tmp_path, "Discussion WhatsApp avec Voisins.zip", LATER)) == {}
    assert erased.corpora.count(Query(author="Élodie Martin")) == 1


def test_a_message_erased_by_its_key_tells_nothing_of_who_wrote_it(
    session: Session, tmp_path: Path, clock: Clock
) -> None:
    take_chat(session, tmp_path, "Discussion WhatsApp avec Élodie.zip")
    (one,) = session.corpora.search(Query(text="adresse")).items
    assert one.message_id is not None
    row_erasures.erase_rows(
        session, Selection(keys=frozenset({("whatsapp", one.message_id)})), "art17_request"
    )
    clock.pass_s(DAY_S)
    assert told(take_chat(session, tmp_path, "autre.zip", CHAT + LATER)) == {"erased_before": 1}


def test_where_nothing_was_erased_no_row_is_looked_at(session: Session, tmp_path: Path) -> None:
    take_chat(session, tmp_path, "Discussion WhatsApp avec Élodie.zip")
    batch = pa.RecordBatch.from_pylist([{}])  # without a single column to look at
    assert Sieve(session.corpora).sift(batch).batch is batch


@pytest.mark.parametrize(
    "end",
    [
        *(" - Copie", " - Copie (2)", " - Copy (3)", " copie", " copie 2", " copy", " copy 2", " (1)", "(1)"),
        *(" (copie)", " (copie 2)", " (une autre copie)", " - Copie - Copie", " (1) - Copie", " – Copie"),
    ],
)
def test_a_copy_of_a_chat_counts_no_message_twice(session: Session, tmp_path: Path, end: str) -> None:
    for name, text in (("", CHAT), (end, CHAT + LATER)):
        take_chat(session, tmp_path, f"Discussion WhatsApp avec Groupe 2{name}.zip", text)
    assert session.corpora.count(Query()) == 5
    assert {one.conversation_id for one in session.corpora.search(Query()).items} == {"Groupe 2"}


@pytest.mark.parametrize(
    "name", ["Groupe 2", "Photocopie", "Copie", "Les copies", "Copie 2", "Copie de nuit"]
)
def test_a_conversation_keeps_a_name_that_only_looks_like_a_copy(
    session: Session, tmp_path: Path, name: str
) -> None:
    take_chat(session, tmp_path, f"Discussion WhatsApp avec {name}.zip")
    assert {one.conversation_id for one in session.corpora.search(Query()).items} == {name}


def test_a_file_that_no_format_knew_was_not_read_before(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "lot"
    folder.mkdir()
    write_page(folder / "a.json", range(3), likes=1)
    (folder / "b.bin").write_bytes(b"rien de connu")
    for expected in (None, "read_before", "read_before"):
        ledger = deposits.deposit_paths(session, [folder]).ledger
        assert [one.unread for one in ledger.sources] == [expected, "unknown_format"]


# ------------------------------------------------------------------ several imports at once


def test_a_file_imported_by_several_processes_at_once_is_read_once(tmp_path: Path) -> None:
    place, path = tmp_path / "espace", write_page(tmp_path / "x2.json", range(POSTS), likes=1)
    with opened(place):
        pass
    command = [sys.executable, "-m", "saisine.cli", "-w", str(place), "import", str(path), "--json"]
    here = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")}
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=here) for _ in range(3)
    ]
    said = [one.communicate(timeout=120) for one in running]
    assert [one.returncode for one in running] == [0, 0, 0], said
    unread = sorted(str(json.loads(out)["sources"][0].get("unread")) for out, _ in said)
    with opened(place) as session:
        assert [info.rows for info in session.corpora.list()] == [POSTS]
        assert session.corpora.count(Query(all_observations=True)) == POSTS
        assert Deposit.objects.filter(state=Deposit.SEALED).count() == 3
    assert unread == ["None", "read_before", "read_before"]
