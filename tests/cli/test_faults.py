"""What goes wrong: one sentence in the person's language, the exit code of the contract, and no traceback."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import Saisine


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["read"], "Il manque l’argument PATH…."),
        (["export", "1"], "Il manque l’option --out."),
        (["read", "--foo", "x"], "L’option « --foo » n’existe pas. Peut-être : --format ?"),
        (["reed"], "La commande 'reed' n’existe pas. Peut-être : 'read', 'redact' ?"),
        (["profile", "f.csv", "--dates", "mois"], "« mois » n’est pas dans la liste : day, month."),
        (
            ["coordination", "f.csv", "--window", "9", "--method", "zut"],
            "« zut » n’est pas dans la liste : significance",
        ),
        (["read", "f.csv", "--format", "minet", "--profile", "f.yaml"], "gardez l’un des deux"),
        (["import", "f.csv", "--format", "minet", "--profile", "f.yaml"], "gardez l’un des deux"),
        (["messages", "--observations", "x:1", "--export", "f.csv"], "retirez --export"),
        (["messages", "--limit", "abc"], "« abc » n’est pas un nombre entier."),
        (["messages", "--limit", "0"], "« 0 » est plus petit que 1."),
        (["messages", "--limit"], "L’option « --limit » attend une valeur."),
        (["log", "x"], "Il y a un argument de trop : x."),
        (["example", "d", "--date", "hier"], "--date attend un jour au format AAAA-MM-JJ."),
        (["incident", "decide", "1", "x", "peut-etre"], "« peut-etre » n’est pas dans la liste"),
        (["messages"], "Aucun espace de travail n’est indiqué."),
        (["messages", "-w", "rien"], "Aucun espace de travail Saisine dans"),
        (["read", "rien.json"], "« rien.json » n’existe pas."),
        (["verify", "rien.zip"], "« rien.zip » n’existe pas."),
        (["serve", "--host", "0.0.0.0", "-w", "."], "Saisine ne s’ouvre pas sur « 0.0.0.0 »."),
    ],
)
def test_wrong_usage_is_64_and_said_in_french(saisine: Saisine, arguments: list[str], words: str) -> None:
    done = saisine(*arguments, code=64)
    assert words in done.err
    assert done.out == ""


def test_wrong_usage_is_said_in_english_too(saisine: Saisine) -> None:
    assert "The argument PATH… is missing." in saisine.english()("read", code=64).err


def test_no_argument_at_all_shows_the_help_aside(saisine: Saisine) -> None:
    done = saisine.cold()(code=64)
    assert done.out == ""
    assert "Commandes :" in done.err


def test_a_workspace_is_never_made_over_files(saisine: Saisine) -> None:
    (saisine.folder / "photo.png").write_bytes(b"x")
    assert "contient déjà des fichiers" in saisine("init", ".", code=64).err


def test_the_trace_comes_with_debug_alone(
    saisine: Saisine, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    assert "SaisineError" not in saisine("log", "-w", "rien", code=64).err
    traced = start("log", "-w", "rien", "--debug")
    _, err = traced.communicate()
    assert traced.returncode == 64
    assert b"Traceback" in err


def test_a_file_that_cannot_be_written_is_74(saisine: Saisine) -> None:
    (saisine.folder / "notes.csv").write_text("id,text\n1,bonjour\n")
    done = saisine("read", "notes.csv", "--ledger", "absent/releve.json", code=74)
    assert "releve.json" in done.err


def test_ctrl_c_is_130_and_says_that_nothing_is_lost(start: Callable[..., subprocess.Popen[bytes]]) -> None:
    running = start("incident", "summary", "1", "-w", "rien")
    assert running.stdin is not None
    # more than a pipe holds: once this returns, the command is reading
    os.write(running.stdin.fileno(), b"x" * 300_000)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate()
    assert running.returncode == 130, err
    assert "Interrompu" in err.decode()
    assert b"Traceback" not in err


def test_a_reader_that_closes_early_is_no_error(
    saisine: Saisine, start: Callable[..., subprocess.Popen[bytes]]
) -> None:
    rows = "".join(f"Lise,2026-04-21,bonjour à toutes et à tous {n},\n" for n in range(2000))
    (saisine.folder / "notes.csv").write_text("Auteur,Date,Texte,Lien\n" + rows)
    running = start("read", "notes.csv")
    assert running.stdout is not None
    running.stdout.read(100)
    running.stdout.close()
    assert running.stderr is not None
    err = running.stderr.read()
    running.wait()
    assert (running.returncode, err) == (0, b"")


def test_a_workspace_with_a_passphrase_opens_with_its_file_alone(saisine: Saisine) -> None:
    _write(saisine.folder / "phrase", "cerise abricot pommier\n")
    _write(saisine.folder / "autre", "prune\n")
    assert saisine("init", "espace", "--passphrase-file", "phrase", "--json").data["protected"] is True
    assert "phrase de passe" in saisine("log", "-w", "espace", code=77).err
    assert "phrase de passe" in saisine("log", "-w", "espace", "--passphrase-file", "autre", code=77).err
    done = saisine("verify", "espace", "--passphrase-file", "phrase", "--json")
    assert done.data["verdict"] == "verified"
    assert saisine("verify", "espace", "--json", code=2).data["verdict"] == "incomplete"


@pytest.mark.parametrize(("body", "why"), [("", "Le fichier est vide"), (" \n", "Le fichier est vide")])
def test_an_empty_passphrase_protects_nothing_and_is_refused(saisine: Saisine, body: str, why: str) -> None:
    _write(saisine.folder / "phrase", body)
    assert why in saisine("init", "espace", "--passphrase-file", "phrase", code=77).err
    assert not (saisine.folder / "espace").exists()


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is absent: no full disk was tried")
def test_a_full_disk_is_74_and_said_as_such(saisine: Saisine) -> None:
    (saisine.folder / "notes.csv").write_text("id,text,author,date\n" + "1,bonjour,zoe,2026-04-08\n" * 2_000)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "saisine.cli", "read", str(saisine.folder / "notes.csv")],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "SAISINE_LANG": "fr"},
            check=False,
        )
    assert done.returncode == 74
    assert "est plein" in done.stderr.decode()


def test_a_missing_file_of_a_passphrase_is_74(saisine: Saisine) -> None:
    done = saisine("--passphrase-file", "absent", "-w", ".", "log", code=74)
    assert "Fichier absent." in done.err


def test_a_file_that_was_named_and_not_recognised_is_2(saisine: Saisine) -> None:
    (saisine.folder / "notes.csv").write_text("Date;Auteur;Texte\n2026-04-08;Zoé;un\n")
    (saisine.folder / "autre.bin").write_bytes(b"rien de connu")
    (saisine.folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    saisine("read", "notes.csv", "autre.bin", code=2)
    saisine("read", "notes.csv", "photo.png")
    (saisine.folder / "d").mkdir()
    (saisine.folder / "notes.csv").rename(saisine.folder / "d/notes.csv")
    (saisine.folder / "autre.bin").rename(saisine.folder / "d/autre.bin")
    saisine("read", "d")
