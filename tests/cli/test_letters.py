"""`saisine letter` and `saisine law new-case`: a letter from an incident, a case without a name."""

import yaml

from tests.cli.running import Saisine


def test_letters_from_the_list_to_the_file(case: Saisine) -> None:
    case("incident", "new", "Vague d’octobre")
    rows = {row["letter"]: row for row in case("letter", "list", "1", "--json").data}
    assert rows["plainte"]["consent_missing"]
    refused = case("letter", "make", "1", "plainte", "-o", "a.docx", code=77)
    assert "Saisir une autorité" in refused.err
    done = case(
        "letter", "make", "1", "mandat86", "-o", "m.pdf", "--field", "person_name=Camille Exemple", "--json"
    )
    assert done.data["is_draft"] is True
    assert (case.folder / "m.pdf").read_bytes().startswith(b"%PDF")
    case("letter", "make", "1", "mandat86", "-o", "b.docx", "--field", "sans-egal", code=64)


def test_a_case_is_made_from_an_incident_without_its_title(case: Saisine) -> None:
    case("incident", "new", "Titre reconnaissable")
    case("incident", "answer", "1", "is_public", "true")
    (case.folder / "cas").mkdir()
    case("law", "new-case", "1", "-o", "cas/un.yaml")
    text = (case.folder / "cas" / "un.yaml").read_text("utf-8")
    assert "reconnaissable" not in text
    assert yaml.safe_load(text)["inputs"]["facts_true"] == ["is_public"]
    assert case("law", "test", "cas", "--json").data["failed"] == 0
