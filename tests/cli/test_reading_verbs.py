"""read, import, messages, formats, duplicates: what was read is accounted for, stdout holds data alone."""

import json
from pathlib import Path

from tests.cli.running import Saisine

ROWS = "id,text\n" + "".join(f"{n},bonjour à toutes et à tous {n}\n" for n in range(4))


def test_read_writes_messages_and_a_ledger_that_adds_up(saisine: Saisine, wave: Path) -> None:
    done = saisine("read", str(wave / "exports"), "--ledger", "releve.json", "--json")
    messages = done.lines
    assert done.err == ""
    sources = json.loads((saisine.folder / "releve.json").read_text("utf-8"))["sources"]
    for entry in sources:
        assert entry["read"] == entry["mapped"] + sum(s["count"] for s in entry["skipped"]) + len(
            entry["failed"]
        )
    assert len(messages) == sum(entry["mapped"] + entry["context"] for entry in sources)
    dated = next(message for message in messages if message["created_at"])
    assert dated["created_at"].endswith("Z")
    assert isinstance(dated["missing"], list)


def test_an_export_that_was_cut_is_read_up_to_the_cut(saisine: Saisine) -> None:
    post = {"text": "bonjour", "author_id": "1", "created_at": "2026-01-01T00:00:00.000Z"}
    posts = ",".join(json.dumps({"id": str(2**60 + n), **post}) for n in range(20))
    whole = f'{{"data": [{posts}], "includes": {{"users": []}}, "meta": {{}}}}'
    (saisine.folder / "x.json").write_text(whole[: len(whole) // 2])
    done = saisine("read", "x.json", "--ledger", "releve.json", code=2)
    assert 0 < len(done.lines) < 20
    assert json.loads((saisine.folder / "releve.json").read_text())["sources"][0]["truncated"] is True
    assert "s’arrête au milieu" in done.err


def test_a_file_that_is_no_export_is_65(saisine: Saisine) -> None:
    (saisine.folder / "lettre.txt").write_text("Madame, Monsieur,\n")
    done = saisine("read", "lettre.txt", code=65)
    assert done.out == ""
    assert "saisine formats" in done.err
    assert "lettre.txt" in done.err


def test_formats_say_how_to_obtain_each_file(saisine: Saisine) -> None:
    rows = saisine("formats", "--json").data
    assert {"id", "platforms", "label_fr", "label_en", "how_to_get_fr", "how_to_get_en"} <= set(rows[0])
    text = saisine.english()("formats").out
    assert all(row["id"] in text and row["label_en"] in text for row in rows)


def test_import_reports_the_ledger_and_its_corpora(saisine: Saisine) -> None:
    rows = "".join(f"Lise,2026-04-21,bonjour {n},\n" for n in range(4))
    (saisine.folder / "notes.csv").write_text("Auteur,Date,Texte,Lien\n" + rows)
    saisine("init", "espace")
    done = saisine("import", "notes.csv", "-w", "espace", "--json")
    assert done.data["sources"][0]["mapped"] == 4
    assert len(done.data["corpus"]) == 1


def test_messages_come_by_pages_without_gap_or_repeat(case: Saisine) -> None:
    found: list[str] = []
    after: list[str] = []
    while True:
        page = case("messages", "--platform", "youtube", "--limit", "400", "--json", *after).data
        found += [item["ref"] for item in page["items"]]
        if page["next"] is None:
            break
        after = ["--after", page["next"]]
    assert len(found) == len(set(found)) > 400


def test_a_platform_that_does_not_exist_is_told_with_those_that_do(case: Saisine) -> None:
    told = case("messages", "--platform", "tiktac", code=64).err
    assert "tiktac" in told
    assert "tiktok" in told


def test_nothing_found_is_1_and_texts_stay_closed_until_asked(case: Saisine) -> None:
    assert case("messages", "--search", "introuvable", "--json", code=1).data == {"items": [], "next": None}
    item = case("messages", "--limit", "1", "--json").data["items"][0]
    assert item["text"] not in case("messages", "--limit", "1").out
    assert item["text"].split()[0] in case("messages", "--limit", "1", "--show").out


def test_a_search_is_written_whole_to_a_file_and_never_over_another(case: Saisine) -> None:
    n = case("messages", "--platform", "youtube", "--export", "tout.ndjson", "--json").data["exported"]
    lines = (case.folder / "tout.ndjson").read_text("utf-8").split("\n")[:-1]
    assert n == len(lines) > 400
    assert {json.loads(line)["platform"] for line in lines} == {"youtube"}
    case("messages", "--export", "tout.ndjson", code=64)
    case("messages", "--export", "tout.ods", code=64)
    case("messages", "--search", "introuvable", "--export", "rien.csv", code=1)
    assert not (case.folder / "rien.csv").exists()


def test_an_index_is_written_only_on_a_disk_said_to_be_encrypted(case: Saisine) -> None:
    case("index", code=77)
    assert case("index", "--disk-is-encrypted", "--json").data == {"index": "disk"}
    assert case("index", "--remove", "--json").data == {"index": None}


def test_duplicates_groups_a_plain_file(saisine: Saisine) -> None:
    (saisine.folder / "notes.csv").write_text(ROWS)
    done = saisine("duplicates", "notes.csv", "--json").data
    assert set(done) == {"groups", "read", "ungrouped", "skipped"}
    (group,) = done["groups"]
    assert {"group", "n", "variants", "ids", "medoid", "similarity_min", "similarity_median"} == set(group)
    assert (group["n"], done["read"], done["ungrouped"], done["skipped"]) == (4, 4, 0, [])
    assert "1 groupe parmi 4 messages." in saisine("duplicates", "notes.csv").out
    saisine("duplicates", "notes.csv", "--min-size", "5", code=1)


def test_duplicates_counts_what_it_leaves_out(saisine: Saisine) -> None:
    (saisine.folder / "notes.csv").write_text(ROWS + ",sans identifiant\n")
    done = saisine("duplicates", "notes.csv", "--json", code=2).data
    assert done["skipped"] == [{"reason": "missing_id", "count": 1}]


def test_help_numbers_carry_the_day_of_their_check(saisine: Saisine) -> None:
    assert all("checked_on" in row for row in saisine("aide", "--json").data)
    assert "114" in saisine("aide").out


def test_import_tells_the_receipt_and_what_it_could_not_read(saisine: Saisine) -> None:
    (saisine.folder / "inconnu.csv").write_text("id,text,date\n1,bonjour,2026-01-01\n")
    saisine("init", "espace")
    done = saisine("import", "inconnu.csv", "-w", "espace", code=65)
    assert "1 fichier scellé." in done.out
    assert "Reçu : " in done.out
    assert "colonnes ne sont pas reconnues" in done.err
    assert "saisine profile FICHIER" in done.err


def test_nothing_to_import_is_65_and_said(saisine: Saisine) -> None:
    (saisine.folder / "vide").mkdir()
    saisine("init", "espace")
    assert "Aucun fichier à cet endroit." in saisine("import", "vide", "-w", "espace", code=65).err
    assert "Aucun fichier à cet endroit." in saisine("read", "vide", code=65).err


def test_a_workspace_is_not_imported_into_itself(saisine: Saisine) -> None:
    (saisine.folder / "notes.csv").write_text("Auteur,Date,Texte,Lien\nLise,2026-04-21,bonjour,\n")
    saisine("init", "espace")
    done = saisine("import", ".", "-w", "espace")
    assert "1 fichier scellé." in done.out
    assert "espace de travail de Saisine" in done.err
    assert "espace de travail de Saisine" in saisine("import", "espace", "-w", "espace", code=65).err


def test_files_that_may_hold_messages_are_named_even_when_told_together(saisine: Saisine) -> None:
    folder = saisine.folder / "depot"
    folder.mkdir()
    (folder / "a.csv").write_text("Auteur,Date,Texte\nLise,2026-04-21,bonjour\n")
    for n in range(10):
        (folder / f"inconnu{n}.json").write_text(f'{{"n": {n}}}')
    for name in ("b.png", "c.png"):
        (folder / name).write_bytes(b"\x89PNG\r\n\x1a\n" + name.encode())
    done = saisine("read", "depot")
    assert "10 fichiers : Format non reconnu. La liste" in done.err
    assert "depot/inconnu0.json, depot/inconnu1.json" in done.err
    assert "et 2 autres, que le relevé nomme" in done.err
    assert "b.png" not in done.err


def test_only_what_was_sealed_is_said_to_be(saisine: Saisine) -> None:
    (saisine.folder / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert "scellé" not in saisine("read", "b.png", code=65).err
    assert "scellé" not in saisine("profile", "b.png", code=65).err
    saisine("init", "espace")
    assert "Il est scellé" in saisine("import", "b.png", "-w", "espace").err


def test_a_text_that_changed_between_two_imports_is_a_finding(saisine: Saisine) -> None:
    saisine("init", "espace")
    for name, text in (("a", "bonjour à toutes"), ("b", "tout autre chose")):
        post = {"id": str(2**60), "text": text, "author_id": "1", "created_at": "2026-01-01T00:00:00.000Z"}
        (saisine.folder / f"{name}.json").write_text(json.dumps({"data": [post], "meta": {}}))
        saisine("import", f"{name}.json", "-w", "espace")
    rows = saisine("findings", "--json", "-w", "espace").data["findings"]
    (row,) = [one for one in rows if one["kind"] == "text_changed"]
    assert row["n"] == len(row["refs"]) == 1
    told = saisine("findings", "-w", "espace").out
    assert "1 message : texte modifié entre deux collectes." in told
    (line,) = [one.strip() for one in told.splitlines() if "--observations" in one]
    assert "modifié" in saisine(*line.split()[1:], "-w", "espace").out
