"""`saisine redact`: the copy is sealed and told, a preview seals nothing, a refusal is one plain sentence."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.running import Saisine

HIDDEN = "Camille Exemple"


@pytest.fixture
def sealed(saisine: Saisine) -> Saisine:
    """A workspace with a text (0) and a picture (1), and rules for both."""
    (saisine.folder / "a.txt").write_text(f"{HIDDEN} : bonjour", "utf-8")
    Image.new("RGB", (40, 20), (250, 250, 250)).save(saisine.folder / "b.png")
    rule = {"kind": "span", "text": HIDDEN, "why": "nom d’une autre personne"}
    (saisine.folder / "nom.json").write_text(json.dumps({"rules": [rule]}), "utf-8")
    (saisine.folder / "cadre.yaml").write_text(
        "rules: [{kind: box, geometry: [4, 2, 10, 5], why: visage}]", "utf-8"
    )
    saisine("init", "espace")
    run = saisine.within("espace")
    run("seal", "a.txt", "b.png")
    return run


def test_redact_prints_the_sealed_row_of_the_copy(sealed: Saisine) -> None:
    (original, *_) = sealed("log", "--json").lines
    done = sealed("redact", "0", "--rules", "nom.json", "--json")
    (row,) = done.lines
    contract = ["seq", "item", "sha256", "size", "media_type", "sealed_at", "state"]
    assert list(row) == [*contract, "unit", "parents"]
    assert row["parents"] == [original["record"]]
    line = sealed("log", "--json").lines[-1]
    assert (line["act"], line["record"], line["refs"]) == ("redact", row["item"], row["parents"])
    sealed("original", row["item"], "-o", "copie.txt")
    assert (sealed.folder / "copie.txt").read_text("utf-8") == "█████ : bonjour"
    assert sealed("verify", "--json").data["verdict"] == "verified"
    assert HIDDEN not in done.out + done.err


def test_a_person_is_told_what_was_hidden_and_what_it_does_not_do(sealed: Saisine) -> None:
    out = sealed("redact", "1", "--rules", "cadre.yaml").out
    assert "10 × 5 pixels à 4, 2" in out
    assert "Ce que masquer ne fait pas :" in out
    assert "L’original reste scellé" in out
    assert "Reçu : " in out
    assert "1 passage" in sealed("redact", "0", "--rules", "nom.json").out
    assert "The original stays sealed" in sealed.english()("redact", "0", "--rules", "nom.json").out


def test_a_preview_writes_the_copy_and_seals_nothing(sealed: Saisine) -> None:
    done = sealed("redact", "1", "--rules", "cadre.yaml", "--preview", "vue.png")
    assert "Rien n’est scellé" in done.out
    with Image.open(io.BytesIO((sealed.folder / "vue.png").read_bytes())) as image:
        assert len({image.getpixel((x, y)) for x in range(4, 14) for y in range(2, 7)}) == 1
        assert image.getpixel((3, 2)) == (250, 250, 250)
    assert [line["act"] for line in sealed("log", "--json").lines] == ["seal", "seal", "access"]
    told = sealed("redact", "0", "--rules", "nom.json", "--preview", "vue.txt", "--json").data
    assert (told["path"], told["encoding"], told["rules"][0]["count"]) == ("vue.txt", "utf-8", 1)
    sealed("redact", "1", "--rules", "cadre.yaml", "--preview", "vue.png", code=64)  # never written over


def test_the_encoding_that_was_read_is_said(sealed: Saisine) -> None:
    (sealed.folder / "vieux.txt").write_bytes(f"{HIDDEN}, né l’été".encode("cp1252"))
    (row,) = sealed("seal", "vieux.txt", "--json").lines
    assert "lu en windows-1252" in sealed("redact", row["item"], "--rules", "nom.json").out


def test_refusals_name_the_rule_and_leave_no_trace(sealed: Saisine) -> None:
    (sealed.folder / "vide.yaml").write_text("rules: []")
    before = sealed("log").out
    assert "La règle 1 ne convient pas" in sealed("redact", "0", "--rules", "cadre.yaml", code=65).err
    assert "n’ont pas pu être lues" in sealed("redact", "0", "--rules", "vide.yaml", code=65).err
    assert "n’ont pas pu être lues" in sealed("redact", "0", "--rules", "absent.yaml", code=65).err
    sealed("redact", "99", "--rules", "nom.json", code=64)
    (sealed.folder / "deux.txt").write_text(f"{HIDDEN}\n{HIDDEN.upper()}", "utf-8")
    (row,) = sealed("seal", "deux.txt", "--json").lines
    refused = sealed("redact", row["item"], "--rules", "nom.json", code=77)
    assert "ligne 2" in refused.err
    assert "camille" not in (refused.err + refused.out).lower()
    assert sealed("log").out.splitlines()[: len(before.splitlines())] == before.splitlines()
    assert "redact" not in sealed("log").out


def test_help_says_what_the_options_are_for(sealed: Saisine) -> None:
    out = sealed("redact", "--help").out
    assert "--rules" in out
    assert "--preview" in out


def test_a_copy_and_its_original_leave_in_a_bundle_that_verifies(sealed: Saisine, tmp_path: Path) -> None:
    (row,) = sealed("redact", "0", "--rules", "nom.json", "--json").lines
    sealed("export", row["item"], "-o", "pieces.zip")
    assert sealed("verify", "pieces.zip", "--json").data["verdict"] == "verified"
    body = (sealed.folder / "pieces.zip").read_bytes()
    assert HIDDEN.encode() not in body
    assert "█████ : bonjour".encode() in body
