"""remap, erase-messages, messages --observations: from one process to the next."""

import pytest

from tests.cli.running import Saisine

PROFILE = """\
id: verger-{name}
version: 1
label_fr: Liste du verger
label_en: The orchard’s list
platform: other
kind: comment
match: {{headers_all: [Qui, Quoi, Quand]}}
fields: {{author_name: Qui, text: {text}, created_at: Quand}}
times: {{format: iso, zone: Europe/Paris}}
"""


def test_a_new_reading_is_accepted_then_one_persons_messages_are_erased(saisine: Saisine) -> None:
    table = "Qui;Quoi;Note;Quand\nAda;bonjour;salut;2026-03-01\nLou;bonsoir;adieu;2026-03-02\n"
    (saisine.folder / "liste.csv").write_text(table, "utf-8")
    for name, text in (("a", "Quoi"), ("b", "Note")):
        (saisine.folder / f"{name}.yaml").write_text(PROFILE.format(name=name, text=text), "utf-8")
    saisine("init", "espace", "--name", "Les Voix du Verger")
    run = saisine.within("espace")
    (corpus,) = run("import", "liste.csv", "--profile", "a.yaml", "--json").data["corpus"]
    told = run("remap", corpus, "--profile", "b.yaml")
    assert "dont text" in told.out
    assert "--accept" in told.out
    assert "salut" not in told.out + told.err
    found = run("remap", corpus, "--profile", "b.yaml", "--show", "--json").data
    assert (found["state"], found["added"]["count"], found["removed"]["count"]) == ("waiting", 0, 0)
    assert found["changed"]["columns"]["text"]["count"] == 2
    (first, _) = found["changed"]["columns"]["text"]["examples"]
    assert {first["text_before"], first["text_after"]} in ({"bonjour", "salut"}, {"bonsoir", "adieu"})
    done = run("remap", corpus, "--accept", "--json").data
    assert (done["state"], done["candidate"]) == ("accepted", f"{corpus}-r1")
    items = run("messages", "--json").data["items"]
    assert {(item["text"], item["observations"]) for item in items} == {("salut", 1), ("adieu", 1)}
    gone = run("erase-messages", "--author", "Ada", "--reason", "art17_request", "--json").data
    assert (gone["messages"], gone["reason"], gone["corpora"][0]["corpus"]) == (
        1,
        "art17_request",
        f"{corpus}-r1",
    )


def test_messages_erased_before_are_told_beside_those_read(saisine: Saisine) -> None:
    """What an import read, less what it withheld, is what the workspace holds."""
    lines = "".join(
        f"1{n}/04/2026 10:00 - {who}: propos numéro {n}\n"
        for n, who in enumerate(("Zoé", "Max", "Lou", "Max"))
    )
    saisine("init", "espace")
    run = saisine.within("espace")
    for name in ("Zoé", "Autre"):
        (saisine.folder / f"Discussion WhatsApp avec {name}.txt").write_text(
            lines + f"18/04/2026 11:00 - Lou: pour {name}\n", "utf-8"
        )
    run("import", "Discussion WhatsApp avec Zoé.txt")
    run("erase-messages", "--author", "Max", "--reason", "art17_request")
    done = run("import", "Discussion WhatsApp avec Autre.txt")
    assert (
        "5 messages lus, 0 laissé de côté, 0 illisible. 2 messages effacés avant ne sont pas repris."
        in done.err
    )
    texts = [item["text"] for item in run("messages", "--json").data["items"]]
    assert sorted(texts) == ["pour Autre", "pour Zoé", *["propos numéro 0"] * 2, *["propos numéro 2"] * 2]
    assert not any(
        "pas repris" in run("import", f"Discussion WhatsApp avec {one}.txt").err for one in ("Zoé", "Autre")
    )


@pytest.mark.slow
def test_one_persons_messages_are_counted_then_erased(case: Saisine) -> None:
    items = case("messages", "--json", "--limit", "20").data["items"]
    one = next(item for item in items if item["author_id"] and item["message_id"])
    assert one["observations"] == 1
    key = f"{one['platform']}:{one['message_id']}"
    seen = case("messages", "--observations", key, "--json").data
    assert [row["ref"] for row in seen["observations"]] == [one["ref"]]
    assert one["text"] not in str(seen)
    asked = ("erase-messages", "--author", one["author_id"], "--reason", "art17_request")
    look = case(*asked, "--dry-run", "--json").data
    assert (look["at"], look["reason"]) == (None, None)
    assert look["messages"] >= 1
    done = case(*asked, "--json").data
    assert (done["messages"], done["reason"]) == (look["messages"], "art17_request")
    assert done["remains"]["sources"]
    assert "Aucun message" in case(*asked, code=1).out
    case("erase-messages", "--reason", "mistake", code=64)
