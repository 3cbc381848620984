"""init, seal, log, proof, verify, export: the evidence verbs, from one process to the next."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import Saisine


@pytest.fixture
def sealed(saisine: Saisine) -> Saisine:
    """A workspace that holds two files."""
    (saisine.folder / "a.txt").write_text("bonjour")
    (saisine.folder / "b.txt").write_text("bonsoir")
    done = saisine("init", "espace", "--name", "Les Lucioles")
    assert "Sans phrase de passe" in done.err
    run = saisine.within("espace")
    run("seal", "a.txt", "b.txt")
    return run


def test_seal_prints_the_line_of_the_contract(sealed: Saisine) -> None:
    (row,) = sealed("seal", "a.txt", "--json").lines
    assert list(row) == ["seq", "item", "sha256", "size", "media_type", "sealed_at", "state"]
    assert (row["seq"], row["size"], row["state"]) == (2, 7, "not_yet_dated")
    assert row["sealed_at"].endswith("Z")


def test_seal_tells_a_person_the_receipt(sealed: Saisine) -> None:
    out = sealed("seal", "a.txt").out
    assert "1 fichier scellé." in out
    assert "Reçu : " in out


def test_the_log_and_a_proof_can_be_taken_out(sealed: Saisine) -> None:
    entries = sealed("log", "--json").lines
    assert [entry["seq"] for entry in entries] == [0, 1]
    assert {entry["act"] for entry in entries} == {"seal"}
    proof = sealed("proof", "1").out
    assert proof.startswith("c2sp.org/tlog-proof@v1\nindex 1\n")
    assert sealed("proof", entries[1]["record"]).out == proof
    sealed("proof", "99", code=64)


def test_stamp_sends_nothing_until_someone_chose_an_authority(sealed: Saisine) -> None:
    assert "Aucun tiers n’est choisi" in sealed("stamp", code=64).err


def test_verify_says_intact_then_names_the_flipped_byte(sealed: Saisine) -> None:
    done = sealed("verify", "--json")
    assert done.data["verdict"] == "verified"
    assert {"id", "name", "state", "detail"} == set(done.data["checks"][0])
    victim = max((sealed.folder / "espace" / "vault" / "objects").rglob("*"), key=_size)
    body = bytearray(victim.read_bytes())
    body[len(body) // 2] ^= 1
    victim.chmod(0o600)
    victim.write_bytes(body)
    failed = sealed("verify", "--json", code=1).data
    assert failed["verdict"] == "failed"
    assert "V19" in {check["id"] for check in failed["checks"] if check["state"] == "failed"}
    assert "échec" in sealed("verify", code=1).out


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1


def test_verify_without_decrypting_still_answers(sealed: Saisine) -> None:
    states = {
        c["id"]: c["state"] for c in sealed("verify", "espace", "--no-decrypt", "--json").data["checks"]
    }
    assert states["V22"] == "not_checked"


def test_a_kept_receipt_shows_a_vault_put_back_to_an_earlier_state(sealed: Saisine) -> None:
    shutil.copytree(sealed.folder / "espace" / "vault", sealed.folder / "earlier")
    out = sealed("seal", "a.txt").out
    code = out.split("Reçu : ")[1].split(" ")[0]
    assert sealed("verify", "--receipt", code, "--json").data["verdict"] == "verified"
    shutil.rmtree(sealed.folder / "espace" / "vault")
    shutil.move(sealed.folder / "earlier", sealed.folder / "espace" / "vault")
    assert sealed("verify", "--json").data["verdict"] == "verified"  # without the receipt nothing shows
    rolled_back = sealed("verify", "--receipt", code, "--json", code=1).data
    assert "V25" in {check["id"] for check in rolled_back["checks"] if check["state"] == "failed"}


def test_a_bundle_verifies_with_saisine_and_without(sealed: Saisine) -> None:
    made = sealed("export", "0", "1", "-o", "pieces.zip", "--json").data
    assert (made["path"], made["pieces"]) == ("pieces.zip", 2)
    assert sealed("verify", "pieces.zip", "--json").data["verdict"] == "verified"
    shutil.unpack_archive(sealed.folder / "pieces.zip", sealed.folder / "out")
    script = next((sealed.folder / "out").rglob("verify.py"))
    alone = subprocess.run(
        [sys.executable, "-I", script.name], cwd=script.parent, capture_output=True, text=True, check=False
    )
    assert alone.returncode == 0, alone.stdout + alone.stderr
    sealed("export", "0", "-o", "pieces.zip", code=64)  # what was handed over is not replaced
    sealed("verify", "pieces.zip", "--receipt", "AAAA-AAAA-AAAA", code=2)  # never silently ignored


def test_an_original_leaves_as_it_came_and_is_logged(sealed: Saisine) -> None:
    sealed("original", "1", "-o", "copie.txt")
    assert (sealed.folder / "copie.txt").read_text() == "bonsoir"
    assert sealed("log", "--json").lines[-1]["act"] == "access"


@pytest.mark.parametrize("typed", ["ZOED-VVJL", "ZOED-VVJL-XZ51", ""])
def test_a_slip_in_a_receipt_code_is_no_sign_of_tampering(sealed: Saisine, typed: str) -> None:
    assert "12 signes" in sealed("verify", "--receipt", typed, code=64).err


def test_verify_says_what_it_does_not_cover(sealed: Saisine) -> None:
    assert "Le coffre seul est contrôlé" in sealed("verify").out
    assert "Le coffre seul" not in sealed("verify", "espace/vault").out


def test_verify_without_any_head_says_which_check_is_lacking(sealed: Saisine) -> None:
    for head in (sealed.folder / "espace" / "vault" / "log" / "heads").iterdir():
        head.unlink()
    out = sealed("verify", code=2).out
    assert "Incomplet : aucun écart trouvé, mais un contrôle n’a pas pu être fait (V08 : aucune tête)." in out


@pytest.mark.parametrize("arguments", [("export", "0", "-o", "x.zip"), ("proof", "0")])
def test_a_damaged_log_gives_out_nothing_and_says_so(sealed: Saisine, arguments: tuple[str, ...]) -> None:
    log = sealed.folder / "espace" / "vault" / "log" / "entries.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(lines[0])  # the second line is gone, its head stands
    assert "a été modifié ou abîmé" in sealed(*arguments, code=77).err
    assert not (sealed.folder / "x.zip").exists()
