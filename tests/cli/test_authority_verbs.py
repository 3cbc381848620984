"""authority list, presets, add, remove: choosing who may date the vault, and what is said about it."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Saisine
from tests.vault.authority import LocalAuthority, Shape


@pytest.fixture
def local(tmp_path: Path) -> LocalAuthority:
    return LocalAuthority(tmp_path / "tsa", shape=Shape(intermediates=1, sends_chain=False))


@pytest.fixture
def run(saisine: Saisine) -> Saisine:
    """A workspace that holds one file."""
    (saisine.folder / "a.txt").write_text("bonjour")
    saisine("init", "espace", "--name", "Les Lucioles")
    found = saisine.within("espace")
    found("seal", "a.txt")
    return found


def test_no_authority_is_said_and_nothing_is_sent(run: Saisine) -> None:
    assert "rien n’est envoyé" in run("authority", "list", code=1).out
    assert run("authority", "list", "--json", code=1).data == []


def test_presets_are_listed_as_never_tried(saisine: Saisine) -> None:
    rows = saisine("authority", "presets", "--json").data
    assert {row["qualified"] for row in rows} == {"unknown"}
    assert {row["checked_on"] for row in rows} == {None}
    assert "jamais essayée depuis ce logiciel" in saisine("authority", "presets").out
    assert "never tried from this software" in saisine.english()("authority", "presets", "--json").out


def test_a_preset_is_added_by_its_name_and_says_what_leaves(run: Saisine) -> None:
    out = run("authority", "add", "digicert").out
    assert "envoie une empreinte de 32 octets à l’autorité choisie, jamais un contenu" in out
    assert "Elle n’a pas encore été essayée ici" in out
    (row,) = run("authority", "list", "--json").data
    assert (row["name"], row["qualified"], row["retired"]) == ("digicert", "unknown", False)
    assert row["dated_size"] is None
    assert "déjà" in run("authority", "add", "digicert", code=64).err
    run("authority", "add", "autre", "--preset", "sslcom")
    assert "digicert" in run("authority", "add", "inconnue", code=64).err


def test_an_authority_of_ones_own_dates_verifies_and_is_given_up(run: Saisine, local: LocalAuthority) -> None:
    root, chain = str(local.folder / "root.pem"), str(local.folder / "chain.pem")
    with local.serve() as url:
        added = run(
            "authority", "add", "locale", "--url", url, "--root", root, "--intermediate", chain,
            "--qualified", "false", "--json",
        ).data  # fmt: skip
        assert (added["url"], added["qualified"]) == (url, "false")
        (dated,) = run("stamp", "--json").data
    assert dated["state"] == "dated"
    assert run("authority", "list", "--json").data[0]["dated_size"] == dated["size"]
    run("authority", "remove", "locale")
    assert "retirée" in run("authority", "list").out
    run("authority", "remove", "locale", code=64)
    checks = json.loads(run("verify", "--json").out)["checks"]
    assert [check["state"] for check in checks if check["id"] == "V15"] == ["verified"]


def test_wrong_options_are_told_before_anything_is_written(run: Saisine, local: LocalAuthority) -> None:
    run("authority", "add", "x", "--url", "http://127.0.0.1:1/", code=64)
    run("authority", "add", "x", "--preset", "digicert", "--qualified", "oui", code=64)
    url = ("--url", "http://127.0.0.1:1/", "--root")
    run("authority", "add", "x", *url, str(local.folder / "absent.pem"), code=64)
    assert "PEM" in run("authority", "add", "x", *url, str(local.folder / "ts.cnf"), code=64).err
    root = str(local.folder / "root.pem")
    assert "politique" in run("authority", "add", "x", *url, root, "--policy", "un", code=64).err
    assert run("authority", "list", "--json", code=1).data == []
