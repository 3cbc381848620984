"""`saisine witness`: two associations in two folders, and nothing but files between them."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.forking import Warm
from tests.cli.running import Done, Saisine

FORK = (
    "Le journal de cette association ne prolonge plus celui que nous avions contresigné. "
    "Ne contresignez pas ; appelez-la."
)


@dataclass
class Two:
    """« lucioles » asks, « verger » cosigns; both run in one folder where the files lie."""

    folder: Path
    lucioles: Saisine
    verger: Saisine

    def grow(self, text: str) -> None:
        (self.folder / f"{text}.txt").write_text(text)
        self.lucioles("seal", f"{text}.txt")

    def round(self) -> Done:
        self.lucioles("witness", "request", "-o", "demande.txt")
        self.verger("witness", "cosign", "demande.txt", "-o", "rendu.note")
        return self.lucioles("witness", "keep", "rendu.note")


@pytest.fixture(scope="session")
def acquainted(environment: dict[str, str], warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two workspaces that exchanged their keys; the first has sealed something."""
    run = Saisine(tmp_path_factory.mktemp("acquainted"), environment, warm)
    run("init", "lucioles", "--name", "Les Lucioles")
    run("init", "verger", "--name", "Les Voix du Verger")
    for given, taker, key in (("lucioles", "verger", "log_vkey"), ("verger", "lucioles", "witness_vkey")):
        keys = run.within(given)("witness", "list", "--json").data
        (run.folder / f"{given}.vkey").write_text(keys[key] + "\n")
        run.within(taker)("witness", "add", f"{given}.vkey")
    made = Two(run.folder, run.within("lucioles"), run.within("verger"))
    made.grow("un")
    return run.folder


@pytest.fixture
def two(acquainted: Path, saisine: Saisine) -> Two:
    shutil.copytree(acquainted, saisine.folder, dirs_exist_ok=True)
    return Two(saisine.folder, saisine.within("lucioles"), saisine.within("verger"))


def test_a_round_by_files_leaves_a_cosigned_log(two: Two) -> None:
    assert "Contreseing de verger gardé" in two.round().out
    (row,) = two.lucioles("witness", "list", "--json").data["witnesses"]
    (log,) = two.verger("witness", "list", "--json").data["logs"]
    assert row["name"] == "verger"
    assert (log["name"], log["size"], log["at"], log["forks"]) == ("lucioles", row["size"], row["at"], 0)
    assert row["size"] > 0
    shown = two.verger("witness", "list").out
    assert "À remettre en personne" in shown
    assert "lucioles" in shown
    checks = two.lucioles("verify", "--witness", "rendu.note", "--json").data["checks"]
    found = [check for check in checks if check["id"] == "V25" and check["state"] == "verified"]
    assert any("gardée au dehors" in check["detail"] for check in found)


def test_standard_output_carries_the_note_and_nothing_else(two: Two) -> None:
    asked = two.lucioles("witness", "request")
    assert asked.out.startswith("old 0\n\n")
    assert "pièce jointe" in asked.err
    (two.folder / "demande.txt").write_text(asked.out)
    done = two.verger("witness", "cosign", "demande.txt")
    assert done.out.count("\n— ") == 2
    assert "contresigné" in done.err
    again = two.verger("witness", "cosign", "demande.txt", "--json").data
    assert (again["note"], again["repeated"]) == (done.out, True)


def test_json_has_the_fields_of_the_docs(two: Two) -> None:
    asked = two.lucioles("witness", "request", "--witness", "verger", "-o", "d.txt", "--json").data
    assert set(asked) == {"origin", "old", "size", "root", "request", "path"}
    done = two.verger("witness", "cosign", "d.txt", "-o", "r.note", "--json").data
    assert set(done) == {"name", "origin", "size", "root", "at", "line", "note", "repeated", "forks", "path"}
    assert (two.folder / "r.note").read_text() == done["note"]
    assert (done["size"], done["root"]) == (asked["size"], asked["root"])
    (two.folder / "ligne.txt").write_text(done["line"])
    kept = two.lucioles("witness", "keep", "ligne.txt", "--json").data
    assert set(kept) == {"state", "origin", "size", "names", "at", "mended"}
    assert (kept["state"], kept["names"], kept["at"]) == ("cosigned", ["verger"], done["at"])
    assert two.lucioles("witness", "add", "verger.vkey", "--json").data["known"] is True
    removed = two.lucioles("witness", "remove", "verger", "--json").data
    assert removed == {"name": "verger", "removed": ["witness"]}


def test_yesterdays_folder_and_a_fork_are_told_with_exit_1(two: Two) -> None:
    shutil.copytree(two.folder / "lucioles", two.folder / "hier")
    two.grow("deux")
    two.lucioles("witness", "request", "-o", "demande.txt")
    two.verger("witness", "cosign", "demande.txt", "-o", "rendu.note")
    back = two.lucioles.within("hier")
    back("witness", "request", "-o", "vieille.txt")
    assert "Appelez cette association" in two.verger("witness", "cosign", "vieille.txt", code=1).err
    failed = back("verify", "--witness", "rendu.note", "--json", code=1).data
    (finding,) = [check for check in failed["checks"] if check["state"] == "failed"]
    assert finding["id"] == "V25"
    assert "remis à un état antérieur" in finding["detail"]
    back("seal", "un.txt", "-w", "hier")
    back("witness", "request", "-o", "fourche.txt")
    done = two.verger("witness", "cosign", "fourche.txt", code=1)
    assert done.err.startswith(FORK)
    assert done.out == ""
    assert two.verger("witness", "list", "--json").data["logs"][0]["forks"] == 2


def test_faults_of_usage_are_told_in_both_languages(two: Two) -> None:
    two.lucioles("witness", "request", "-o", "x", "--send", "http://127.0.0.1:9", code=64)
    two.lucioles("witness", "request", "--send", "ftp://x", code=64)
    two.lucioles("witness", "cosign", "absent.txt", code=64)
    (two.folder / "gros").write_bytes(b"x" * 1_000_000)
    assert "1000000" in two.lucioles("witness", "cosign", "gros", code=65).err
    (two.folder / "vide.vkey").write_text("")
    assert "readable verifier key" in two.lucioles.english()("witness", "add", "vide.vkey", code=65).err
    assert "personne" in two.lucioles("witness", "remove", "personne", code=64).err
    two.lucioles("witness", "request", "-o", "d.txt")
    assert "ne suivons pas" in two.lucioles("witness", "cosign", "d.txt", code=77).err
