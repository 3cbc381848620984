"""Docs that cannot lag: rooms have their page, links and pictures exist, every error has its words."""

import ast
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

import saisine
from saisine.error_texts import TEXTS
from tests.test_borders import ENGINES, SHARED, SOURCE, room_of

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
ROOMS = sorted({room_of(path) for path in SOURCE.rglob("*.py") if path.parent != SOURCE} - SHARED)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
PARTS = ("what", "why", "what_to_do")


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_page(room: str) -> None:
    architecture = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert f"`{room}/`" in architecture
    if room != "learning":  # help numbers alone for now: the architecture page says where they are told
        assert (ROOT / "docs" / f"{room}.md").is_file()


def test_the_architecture_page_and_the_border_test_name_the_same_order() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    drawn = [name for name in re.findall(r"^\| `(\w+)/`", text, re.MULTILINE) if name in ENGINES]
    assert drawn == [name for name in ENGINES if name in drawn]


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_links_and_pictures_exist(document: Path) -> None:
    for target in LINK.findall(document.read_text("utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_every_error_has_three_parts_in_two_languages(code: str) -> None:
    words = TEXTS[code]
    for part in PARTS:
        french, english = getattr(words, f"{part}_fr"), getattr(words, f"{part}_en")
        assert bool(french) == bool(english)
        assert "!" not in french + english
        assert _fields(french) == _fields(english), part
    assert words.what_fr
    assert words.what_to_do_fr


def _fields(text: str) -> set[str]:
    """The facts that a text quotes; `state_fr` and `state_en`, `day` and `day_on` are one fact in two languages."""
    names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return {re.sub("_(fr|en|on)$", "", name) for name in names}


def raised_codes() -> dict[str, str]:
    """code -> where, for every `SaisineError("code", …)` written in the source."""
    found: dict[str, str] = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            first = node.args[0]
            if name in ("SaisineError", "VerificationError") and isinstance(first, ast.Constant):
                found[str(first.value)] = f"{path.relative_to(SOURCE)}:{node.lineno}"
    return found


def test_every_error_raised_has_its_words() -> None:
    assert {code: where for code, where in raised_codes().items() if code not in TEXTS} == {}


def test_the_changelog_names_this_version() -> None:
    assert f"## {saisine.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_every_message_has_its_english() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/compile_messages.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_lock_file_names_a_host() -> None:
    for path in (ROOT / "requirements").iterdir():
        assert "://" not in path.read_text("utf-8"), path.name


def test_no_file_names_a_path_of_a_machine() -> None:
    roots = (f"{ROOT.parent}/", f"{Path.home()}/")
    for path in [*ROOT.glob("*"), *(ROOT / "docs").glob("*"), *SOURCE.rglob("*")]:
        if path.is_file() and path.suffix in {".py", ".md", ".toml", ".yaml", ".html", ".js", ".css", ""}:
            text = path.read_text("utf-8", "replace")
            assert not any(root in text for root in roots if len(root) > 6), path
