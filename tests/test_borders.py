"""The rules of the house: engines import leftwards, Django stays in casework and web, nothing imports web or cli."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "saisine"

SHARED = {"records", "cycles", "paris", "errors", "error_texts", "texts", "charts", "workspace"}
# Left to right, as docs/architecture.md draws them. `learning` holds data that pages and engines quote.
ENGINES = (
    "learning", "vault", "capture", "messages", "findings", "law", "incidents", "notices", "scorecards",
    "audit", "simulation", "dossiers", "letters", "diagnostic", "observatory", "example",
)  # fmt: skip
APPLICATIONS = {"casework", "web", "cli"}


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield ".", node.lineno
            elif node.module == "saisine":
                yield from ((f"saisine.{alias.name}", node.lineno) for alias in node.names)
            elif node.module:
                yield node.module, node.lineno


def room_of(path: Path) -> str:
    part = path.relative_to(SOURCE).parts[0]
    return part.removesuffix(".py")


def allowed(room: str) -> set[str]:
    if room in SHARED:
        return SHARED
    if room in ENGINES:
        return SHARED | set(ENGINES[: ENGINES.index(room) + 1])
    if room == "casework":
        return SHARED | set(ENGINES) | {"casework"}
    return SHARED | set(ENGINES) | {"casework", room}


FILES = sorted(path for path in SOURCE.rglob("*.py") if path.name != "__init__.py" or path.parent != SOURCE)


def faults(path: Path) -> list[str]:
    room = room_of(path)
    found = []
    for name, line in imports_of(path):
        where = f"{path.relative_to(SOURCE)}:{line}"
        if name == ".":
            found.append(f"{where} uses a relative import: name the room it comes from")
        if name.split(".")[0] in {
            "django",
            "django_tasks",
            "django_tasks_db",
            "django_htmx",
        } and room not in {
            "casework",
            "web",
        }:
            found.append(f"{where} imports Django outside casework and web")
        if name.startswith("saisine."):
            other = name.split(".")[1]
            if other not in allowed(room) and other != "__version__":
                found.append(f"{where} imports {other}, which is not to the left of {room}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_what_stands_to_its_left(path: Path) -> None:
    assert faults(path) == []


def test_every_room_is_known() -> None:
    rooms = {room_of(path) for path in FILES}
    assert rooms <= SHARED | set(ENGINES) | APPLICATIONS


def test_the_rule_catches_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "SOURCE", tmp_path)
    bad = tmp_path / "vault" / "bad.py"
    bad.parent.mkdir()
    bad.write_text("from saisine.messages import corpus\nimport django\nfrom . import keys\n")
    assert len(faults(bad)) == 3
