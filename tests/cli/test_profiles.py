"""`saisine profile`: proposed, shown closed, corrected, saved, then used by `read` and `import`."""

from pathlib import Path

from tests.cli.running import Saisine

TABLE = "Créé le;Autrice;Commentaire reçu;Lien\n{day}/04/2026 14:05;Zoé;Bonjour à toutes et à tous;https://x.com/a/status/1\n"


def write(folder: Path, day: str = "23", name: str = "suivi.csv") -> None:
    (folder / name).write_text(TABLE.format(day=day), "utf-8")


def test_a_table_is_proposed_with_its_text_closed(saisine: Saisine) -> None:
    write(saisine.folder)
    done = saisine("profile", "suivi.csv")
    assert "texte (text)" in done.out
    assert "23 avril 2026, 14 h 05" in done.out
    assert "Bonjour" not in done.out
    assert "Bonjour" in saisine("profile", "suivi.csv", "--show").out


def test_it_speaks_english(saisine: Saisine) -> None:
    write(saisine.folder)
    assert "the header says so" in saisine.english()("profile", "suivi.csv").out


def test_the_saved_profile_serves_read_and_can_be_given_to_others(saisine: Saisine) -> None:
    write(saisine.folder)
    saisine("profile", "suivi.csv", "-o", "mien.yaml")
    (message,) = saisine("read", "suivi.csv", "--profile", "mien.yaml").lines
    assert (message["text"], message["created_at"]) == ("Bonjour à toutes et à tous", "2026-04-23T12:05:00Z")
    assert "Zoé" not in (saisine.folder / "mien.yaml").read_text("utf-8")
    assert "existe déjà" in saisine("profile", "suivi.csv", "-o", "mien.yaml", code=64).err


def test_dates_that_nothing_orders_leave_the_work_unfinished(saisine: Saisine) -> None:
    write(saisine.folder, day="08")
    done = saisine("profile", "suivi.csv", "-o", "mien.yaml", "--json", code=2)
    assert done.data["dates"] == {
        "undecided": True, "day_first": ["%d/%m/%Y %H:%M"], "month_first": ["%m/%d/%Y %H:%M"],
    }  # fmt: skip
    assert done.data["sample"][0]["created_at"] is None
    assert "# times.format, jour d’abord" in (saisine.folder / "mien.yaml").read_text("utf-8")
    settled = saisine("profile", "suivi.csv", "--dates", "month", "--json").data
    assert settled["sample"][0]["created_at"] == "2026-08-04T12:05:00Z"


def test_a_person_corrects_a_column(saisine: Saisine) -> None:
    write(saisine.folder)
    data = saisine("profile", "suivi.csv", "--column", "text=Autrice", "--column", "url=", "--json").data
    held = {one["field"]: one["header"] for one in data["columns"] if one["field"]}
    assert (held["text"], "url" in held, "author_name" in held) == ("Autrice", False, False)
    assert "Un choix s’écrit" in saisine("profile", "suivi.csv", "--column", "rien", code=64).err


def test_without_a_text_the_answer_is_no(saisine: Saisine) -> None:
    (saisine.folder / "a.csv").write_text("Date;Vues\n23/04/2026;12\n", "utf-8")
    assert "Aucune colonne ne ressemble au texte" in saisine("profile", "a.csv", "-o", "p.yaml", code=1).err
    assert saisine("profile", "a.csv", "--json", code=1).data["profile"] is None
    assert not (saisine.folder / "p.yaml").exists()


def test_what_is_no_table_is_told(saisine: Saisine) -> None:
    (saisine.folder / "a.txt").write_text("Bonjour", "utf-8")
    assert "Aucun tableau" in saisine("profile", "a.txt", code=65).err
    assert "n’existe pas" in saisine("profile", "rien.csv", code=64).err
