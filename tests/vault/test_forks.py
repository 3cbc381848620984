"""A vault whose log is known to have two histories takes in nothing new, and says where to look."""

from pathlib import Path

import pytest

from saisine.vault import SealItem, Vault, pinned, watched, witness
from saisine.vault.forks import watched_forks
from saisine.vault.keeping import keep
from saisine.vault.notes import Note, Signature
from saisine.vault.verify import verify_vault
from tests.vault.conftest import Ticking
from tests.vault.test_witness import Pair, copy_of, open_as, pair, refused

__all__ = ["pair"]  # the fixture of two associations


@pytest.fixture
def back(pair: Pair, tmp_path: Path) -> Path:
    """The folder of A put back to an earlier state, and told so by the head that B had cosigned."""
    pair.grow("avant")
    earlier = copy_of(pair.a, tmp_path / "back")
    pair.grow("après")
    note = pair.cosign().note.encode()
    with open_as(earlier, pair.clock) as vault:
        assert refused(lambda: keep(vault, note)).code == "witness_rolled_back"
    return earlier


def test_a_forked_vault_seals_nothing_new_and_says_the_way_out(back: Path, clock: Ticking) -> None:
    with open_as(back, clock) as vault:
        assert [note.code for note in vault.opening] == ["forked"]
        size = vault.journal.size
        error = refused(lambda: vault.seal(SealItem("neuf.txt", b"neuf")))
        assert (error.code, error.exit_code) == ("vault_forked", 77)
        assert "saisine restore" in error.sentence("fr")
        assert refused(lambda: witness.request(vault)).code == "vault_forked"
        assert vault.journal.size == size


def test_what_a_forked_vault_holds_is_still_read_exported_and_erased(
    back: Path, clock: Ticking, tmp_path: Path
) -> None:
    with open_as(back, clock) as vault:
        (item,) = vault.items()
        assert vault.read_bytes(item.item) == b"avant"
        assert vault.export([item.item], tmp_path / "dossier.zip").pieces == 1
        vault.erase(item.unit, "art17_request")
        assert vault.items() == []


def test_a_head_that_a_witness_alone_signed_stops_nothing(pair: Pair) -> None:
    """A witness may lie: its word is told by verify, and is no veto."""
    pair.grow()
    head = pair.a.last_head()
    text = head.note.text.replace(f"\n{head.size}\n", f"\n{head.size + 7}\n")
    ours = watched.witness_vkey(pair.b)
    line = Signature.cosign(text, ours.name, pair.b.witness_key, pair.clock())
    lie = Note(text, (line,)).to_text().encode()
    assert refused(lambda: keep(pair.a, lie)).code == "witness_rolled_back"
    with open_as(pair.a.folder, pair.clock) as again:
        assert again.opening == ()
        again.seal(SealItem("neuf.txt", b"neuf"))
    assert "V25" in {check.id for check in verify_vault(pair.a.folder, now=pair.clock()).failures()}


def test_the_witness_tells_the_forks_that_it_knows_and_stays_intact(pair: Pair, tmp_path: Path) -> None:
    pair.grow("commun")
    twin = copy_of(pair.a, tmp_path / "twin")
    pair.grow("ici")
    held = pair.cosign().size
    assert watched_forks(pair.b.folder) == {}
    with open_as(twin, pair.clock) as other:
        other.seal_many([SealItem("là.txt", b"ailleurs"), SealItem("encore.txt", b"encore")])
        body = witness.request(other, old=held)
    assert refused(lambda: witness.cosign(pair.b, body, pair.clock())).code == "witness_fork"
    report = verify_vault(pair.b.folder, now=pair.clock())
    assert report.verdict == "verified", report.failures()
    assert "« lucioles » a deux histoires" in report.summary_fr
    assert "“lucioles” has two histories" in report.summary_en
    (told,) = [check for check in report.checks if "deux histoires, prouvées" in check.detail_fr]
    assert (told.id, told.state) == ("V25", "verified")
    assert "2 têtes gardées" in told.detail_fr


def test_a_request_from_before_says_that_the_folder_may_have_been_put_back(pair: Pair) -> None:
    pair.grow()
    pair.cosign()  # the note is never kept
    pair.grow("encore")
    error = refused(pair.cosign)
    assert error.code == "witness_other_size"
    assert "remis à un état antérieur" in error.why("fr")
    assert "Appelez cette association" in error.what_to_do("fr")


def test_a_vault_without_forks_is_asked_nothing(vault: Vault) -> None:
    vault.require_unforked()
    pinned.overview(vault)
    assert not (vault.folder / "trust" / "forks").exists()
