"""units, hold, release, erase, bar, destroy, certificate, key, backup, restore: from one process to the next."""

from pathlib import Path

import pytest

from tests.cli.running import Saisine


@pytest.fixture
def sealed(saisine: Saisine) -> Saisine:
    """A workspace that holds two pieces, each in its own unit."""
    (saisine.folder / "a.txt").write_text("bonjour")
    (saisine.folder / "b.txt").write_text("bonsoir")
    saisine("init", "espace", "--name", "Les Lucioles")
    run = saisine.within("espace")
    run("seal", "a.txt")
    run("seal", "b.txt")
    return run


def passphrase_file(saisine: Saisine, name: str, words: str) -> str:
    (saisine.folder / name).write_text(words + "\n")
    return name


def test_a_held_unit_is_refused_then_erased_with_its_certificate(sealed: Saisine) -> None:
    first, second = (row["unit"] for row in sealed("units", "--json").data)
    sealed("hold", first, "--reason", "plainte", "--until", "2027-01-01")
    listed = {row["unit"]: row for row in sealed("units", "--json").data}
    assert (listed[first]["held"], listed[first]["held_until"]) == (True, "2027-01-01")
    assert not listed[second]["held"]
    refused = sealed("erase", first, "--reason", "mistake", code=77)
    assert "Levez-la d’abord" in refused.err
    sealed("release", first, "--reason", "classement")
    (done,) = sealed("erase", first, "--reason", "une erreur de ma part", "--json").data
    assert (done["reason"], done["unit"]) == ("other", first)
    assert "erreur" not in str(done)
    sealed("erase", first, "--reason", "mistake", code=77)
    text = sealed("certificate", str(done["seq"])).out
    assert "CERTIFICAT D’EFFACEMENT" in text
    assert done["objects"][0] in text
    assert sealed("verify", code=0).out
    assert [row["unit"] for row in sealed("units", "--json").data] == [second]


def test_an_item_alone_can_be_erased_by_its_number(sealed: Saisine) -> None:
    (done,) = sealed("erase", "1", "--reason", "mistake", "--json", "-o", "c.txt").data
    assert len(done["items"]) == 1
    assert done["items"][0] in (sealed.folder / "c.txt").read_text("utf-8")
    assert "déjà été effacée" in sealed("erase", "1", "--reason", "mistake", code=77).err
    sealed("certificate", "0", code=64)
    assert sealed("erase", "0", "--reason", "mistake", "-o", "c.txt", code=64).err  # nothing is overwritten
    assert sealed("units", "--json").data


def test_what_may_not_be_kept_is_set_aside_then_destroyed(sealed: Saisine, tmp_path: Path) -> None:
    told = sealed("bar", "0").out
    assert "3018" in told
    assert "119" in told
    (item,) = sealed("bar", "0", "--json").data["items"]
    refused = sealed("export", item, "-o", "x.zip", code=77)
    assert "mise à l’écart" in refused.err
    assert not (sealed.folder / "x.zip").exists()
    sealed("destroy", "1", code=64)
    sealed("destroy", item, "-o", "certificat.txt")
    text = (sealed.folder / "certificat.txt").read_text("utf-8")
    assert "a.txt" not in text
    assert "3018" in text
    assert "227-23" in text
    sealed("verify")


def test_a_passphrase_is_set_changed_and_recovered(sealed: Saisine) -> None:
    old, new = (
        passphrase_file(sealed, "p1", "cinq mots bien choisis"),
        passphrase_file(sealed, "p2", "quatre autres mots"),
    )
    assert sealed("key", "change-passphrase", code=64).err  # no terminal to ask at
    sealed("key", "change-passphrase", "--new-passphrase-file", old)
    assert sealed("log", code=77).err
    told = sealed("--passphrase-file", old, "key", "recovery", "add", "Trésorière", "--new", "t.txt")
    assert "deuxième personne" in told.err
    assert "AGE-SECRET-KEY-" in (sealed.folder / "t.txt").read_text()
    sealed("--passphrase-file", old, "key", "recovery", "add", "Présidente", "--new", "t.txt", code=64)
    (row,) = sealed("--passphrase-file", old, "key", "recovery", "list", "--json").data
    assert row["name"] == "Trésorière"
    sealed("key", "change-passphrase", "--recovery-file", "t.txt", "--new-passphrase-file", new)
    assert sealed("--passphrase-file", old, "log", code=77).err
    before = sealed("key", "show", "--json").data["vkey"]
    after = sealed("--passphrase-file", new, "key", "rotate", "--json").data["vkey"]
    assert sealed("key", "show", "--json").data == {"vkey": after, "before": [before]}
    sealed("--passphrase-file", new, "key", "recovery", "remove", "Trésorière")
    sealed("key", "change-passphrase", "--recovery-file", "t.txt", "--new-passphrase-file", old, code=77)
    sealed("--passphrase-file", new, "verify")


def test_a_backup_comes_back_in_an_empty_folder(sealed: Saisine) -> None:
    made = sealed("backup", "-o", "sauvegarde.zip", "--until", "2100-01-01", "--json").data
    assert (made["until"], made["protected"]) == ("2100-01-01", False)
    sealed("backup", "-o", "sauvegarde.zip", code=64)
    done = sealed("restore", "sauvegarde.zip", "neuf", "--json")
    assert done.data["verdict"] == "verified"
    sealed("restore", "sauvegarde.zip", "neuf", code=64)
    (sealed.folder / "lettre.zip").write_text("bonjour")
    sealed("restore", "lettre.zip", "autre", code=65)
    assert not (sealed.folder / "autre").exists()
    again = sealed.within("neuf")
    assert [row["pieces"] for row in again("units", "--json").data] == [1, 1]
    again("verify")
