"""disclose: one message leaves with its proof, and the log says so."""

from pathlib import Path

from saisine.vault.disclosure_files import check_disclosure_file
from tests.cli.running import Saisine


def test_messages_are_written_with_what_proves_them(case: Saisine) -> None:
    refs = [row["ref"] for row in case("messages", "--json", "--limit", "3").data["items"]]
    made = case("disclose", *refs, refs[0], "-o", "preuve.json", "--json").data
    assert made["messages"] == refs
    report = check_disclosure_file(Path(case.folder / "preuve.json"))
    assert report.verdict == "verified"
    assert report.summary_fr.startswith("Intact. 3 messages")
    assert [entry["act"] for entry in case("log", "--json").lines][-2:] == ["export", "access"]


def test_what_cannot_be_disclosed_is_said_and_writes_nothing(case: Saisine) -> None:
    ref = case("messages", "--json", "--limit", "1").data["items"][0]["ref"]
    done = case("disclose", ref, "ailleurs:0:1", "-o", "preuve.json", code=65)
    assert done.out == ""
    assert not (case.folder / "preuve.json").exists()
    (case.folder / "preuve.json").write_text("autre chose")
    assert "existe déjà" in case("disclose", ref, "-o", "preuve.json", code=64).err
    assert (case.folder / "preuve.json").read_text() == "autre chose"
    case("disclose", "n’importe quoi", "-o", "autre.json", code=65)
