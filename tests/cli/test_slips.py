"""A slip of the hand is told for what it is: never as tampering, never as a fault of the vault."""

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.forking import Warm
from tests.cli.running import Saisine


@pytest.fixture(scope="module")
def one(environment: dict[str, str], warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file, and a workspace that sealed it."""
    folder = tmp_path_factory.mktemp("one")
    (folder / "a.txt").write_text("bonjour")
    run = Saisine(folder, environment, warm)
    run("init", "espace", "--name", "Les Lucioles")
    run("seal", "a.txt", "-w", "espace")
    return folder


@pytest.fixture
def sealed(one: Path, saisine: Saisine) -> Saisine:
    """A copy that a test may change."""
    shutil.copytree(one, saisine.folder, dirs_exist_ok=True)
    return saisine.within("espace")


def test_an_empty_folder_is_no_deposit_and_gives_no_receipt(sealed: Saisine) -> None:
    (sealed.folder / "vide").mkdir()
    done = sealed("seal", "vide", code=65)
    assert "Aucun fichier à cet endroit" in done.err
    assert "Reçu" not in done.out + done.err


def test_a_missing_folder_is_named_and_the_vault_is_not_blamed(sealed: Saisine) -> None:
    said = sealed("disclose", "a:1", "-o", "nulle/x.json", code=74).err
    assert "Ce dossier n’existe pas" in said
    assert "coffre" not in said.lower()
    assert "« a.txt » est un fichier" in sealed("init", "a.txt", code=74).err


def test_a_wrong_file_given_as_a_witness_is_no_failure(sealed: Saisine) -> None:
    assert "n’existe pas" in sealed("verify", "--witness", "nulle.note", code=64).err
    assert "ni tête signée" in sealed("verify", "--witness", "a.txt", code=65).err


def test_a_bundle_is_checked_against_a_receipt(sealed: Saisine) -> None:
    code = sealed("seal", "a.txt").out.split("Reçu : ")[1][:14]
    sealed("export", "0", "-o", "dossier.zip")
    assert "Intact" in sealed("verify", "dossier.zip", "--receipt", code, "--at", "2030-01-01").out
    other = sealed("verify", "dossier.zip", "--receipt", "AAAA-AAAA-AAAA", code=2)
    assert "saisine verify --receipt" in other.out


def test_an_object_of_the_log_names_its_item_and_an_erased_one_says_when(sealed: Saisine) -> None:
    name = sealed("log", "--json").lines[0]["object"][:16]
    assert sealed("proof", name).out == sealed("proof", "0").out
    sealed("erase", name, "--reason", "mistake")
    assert "déjà été effacée le" in sealed("erase", name, "--reason", "mistake", code=77).err


def test_a_word_is_asked_at_a_terminal_before_anything_is_destroyed(
    sealed: Saisine, environment: dict[str, str]
) -> None:
    sealed("bar", "0")
    before = _objects(sealed.folder)
    leader, follower = pty.openpty()
    os.write(leader, b"oui\n")
    done = subprocess.run(
        [sys.executable, "-m", "saisine.cli", "destroy", "0", "-w", "espace"],
        cwd=sealed.folder,
        env=environment,
        stdin=follower,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    os.close(leader)
    os.close(follower)
    assert "1 pièce de ce contenu" in done.stderr
    assert done.returncode == 130
    assert _objects(sealed.folder) == before


def _objects(folder: Path) -> set[str]:
    return {path.name for path in (folder / "espace" / "vault" / "objects").rglob("*") if path.is_file()}
