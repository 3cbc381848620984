"""Rule files: strict keys, references that exist, hostile YAML, and errors that name file and line."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from saisine.errors import SaisineError
from saisine.law.bind import Binder
from saisine.law.load import FOLDER, check_law, load_law
from saisine.law.yaml_file import MAX_BYTES, MAX_DEPTH, compose


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for part in ("fr", "eu"):
        shutil.copytree(FOLDER / part, tmp_path / part)
    return tmp_path


def line_of(path: Path, text: str) -> int:
    return 1 + next(n for n, line in enumerate(path.read_text("utf-8").splitlines()) if text in line)


# file, text to replace, what it becomes, line whose number is told, words of the reason
FAULTS: list[tuple[str, str, str, str, str]] = [
    (
        "fr/offences.yaml",
        "        - outrageous_expression\n",
        "        - insulte\n",
        "- insulte",
        "le fait inconnu « insulte »",
    ),
    ("fr/offences.yaml", "    name_en:", "    nom_en:", "nom_en:", "clé inconnue « nom_en »"),
    (
        "fr/offences.yaml",
        "    category: delit\n",
        "    category: faute\n",
        "category: faute",
        "« category » vaut « faute »",
    ),
    (
        "fr/offences.yaml",
        "      months: 3\n",
        "      months: trois\n",
        "months: trois",
        "doit être un nombre entier",
    ),
    (
        "fr/offences.yaml",
        "        - loi1881_24_al7\n",
        "        - loi1881_99\n",
        "loi1881_99",
        "la liste de critères",
    ),
    (
        "fr/offences.yaml",
        "      interruption: cpp_9_2\n",
        "      interruption: cpp_0\n",
        "cpp_0",
        "le régime « cpp_0 »",
    ),
    ("fr/routes.yaml", "  - route: pnlh\n", "  - route: pnlx\n", "pnlx", "la voie « pnlx »"),
    (
        "fr/routes.yaml",
        "facts_any: [critique_of_idea]",
        "facts_any: [idee]",
        "[idee]",
        "le fait inconnu « idee »",
    ),
    ("fr/facts.yaml", "    theme: danger\n", "    theme: perils\n", "theme: perils", "le thème « perils »"),
    (
        "fr/limitation.yaml",
        "      - direct_summons\n",
        "      - sommation\n",
        "- sommation",
        "le genre d’acte",
    ),
    ("eu/dsa.yaml", "verified: true", "verified: peut-être", "peut-être", "doit être true ou false"),
]


@pytest.mark.parametrize(("file", "old", "new", "at", "words"), FAULTS, ids=[f[2].strip() for f in FAULTS])
def test_a_fault_is_told_with_its_file_its_line_and_its_word(
    file: str, old: str, new: str, at: str, words: str, copy: Path
) -> None:
    path = copy / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(SaisineError) as caught:
        load_law(copy)
    error = caught.value
    assert (error.code, error.facts["file"], error.facts["line"]) == (
        "law_file_invalid",
        file,
        line_of(path, at),
    )
    assert words in error.sentence("fr")
    assert file in error.sentence("en")


def test_an_id_given_twice_is_refused(copy: Path) -> None:
    path = copy / "fr/cases.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("crim_2024_05_29_23_80806", "tj_paris_2021_07_07"), "utf-8")
    with pytest.raises(SaisineError) as caught:
        check_law(copy)
    assert caught.value.code == "law_file_invalid"


def test_a_missing_file_stops_everything(copy: Path) -> None:
    (copy / "fr/cases.yaml").unlink()
    with pytest.raises(SaisineError) as caught:
        check_law(copy)
    assert (caught.value.code, caught.value.exit_code) == ("law_file_unreadable", 74)


def nested(depth: int) -> str:
    return "".join("  " * level + "a:\n" for level in range(depth)) + "  " * depth + "b\n"


HOSTILE: list[tuple[str, Callable[[], bytes], str]] = [
    ("broken", lambda: b"a: [1, 2\nb: }", "mal formé"),
    ("empty", lambda: b"", "vide"),
    ("latin-1", lambda: "nom: é".encode("latin-1"), "UTF-8"),
    ("too-big", lambda: b"# " + b"x" * MAX_BYTES + b"\na: 1", "2 Mo"),
    ("too-deep", lambda: nested(MAX_DEPTH + 1).encode(), "imbriqués"),
    ("ten-thousand-deep", lambda: b"[" * 10_000, "imbriqués"),
    ("many-aliases", lambda: b"a: &a [x]\nb: [" + b"*a," * 2_001 + b"]", "alias"),
    ("undefined-alias", lambda: b"a: *nothing", "mal formé"),
]


@pytest.mark.parametrize(("name", "make", "words"), HOSTILE, ids=[name for name, *_ in HOSTILE])
def test_hostile_yaml_is_refused_by_name(
    name: str, make: Callable[[], bytes], words: str, tmp_path: Path
) -> None:
    path = tmp_path / f"{name}.yaml"
    path.write_bytes(make())
    with pytest.raises(SaisineError) as caught:
        compose(path)
    assert caught.value.code == "law_file_invalid"
    assert words in caught.value.sentence("fr")


def test_an_alias_bomb_costs_a_bounded_number_of_values(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 12)]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(lines))
    with pytest.raises(SaisineError) as caught:
        Binder("bomb.yaml").plain(compose(path))
    assert "renvois" in caught.value.sentence("fr")


def test_an_alias_that_holds_itself_is_refused(tmp_path: Path, copy: Path) -> None:
    path = tmp_path / "loop.yaml"
    path.write_text("a: &a [*a]")
    with pytest.raises(SaisineError):
        Binder("loop.yaml").plain(compose(path))
    rules = copy / "fr/routes.yaml"
    text = rules.read_text("utf-8").replace(
        "    when:\n      any:\n", "    when: &loop\n      any:\n        - *loop\n", 1
    )
    assert "&loop" in text
    rules.write_text(text, "utf-8")
    with pytest.raises(SaisineError) as caught:
        check_law(copy)
    assert caught.value.code == "law_file_invalid"


def test_a_tag_from_the_file_builds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tag.yaml"
    path.write_text("a: !!python/object/apply:os.getcwd []\nb: !!python/name:os.system ''\n")
    assert Binder("tag.yaml").plain(compose(path)) == {"a": [], "b": ""}


def test_a_repeated_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.yaml"
    path.write_text("a: 1\nb: 2\na: 3\n")
    with pytest.raises(SaisineError) as caught:
        Binder("twice.yaml").plain(compose(path))
    assert caught.value.facts["line"] == 3


def test_check_counts_what_it_read() -> None:
    counts = check_law()
    assert (counts["offences"], counts["facts"], counts["remedies"]) == (50, 80, 25)


def test_the_digest_changes_with_any_file(copy: Path) -> None:
    before = load_law().digest
    assert len(before) == 64
    path = copy / "fr/lawful.yaml"
    path.write_text(path.read_text("utf-8") + "\n# relu\n", "utf-8")
    assert load_law(copy).digest != before
