"""Checks and compiles the message catalogues: every message said in code has its words in both languages.

French is the source of our own texts, so the English catalogue must hold each of them; the command-line
library speaks English, so the French one must hold what it says. Nothing but the standard library and
Django's template reader is used: `make i18n` needs no program of the system.
"""

import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "saisine"
CALLS = {
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
}


def messages_in_python(text: str, name: str) -> Iterator[tuple[str, str]]:
    """(context, msgid) of each literal call of gettext; a plural call gives its singular."""
    for node in ast.walk(ast.parse(text, name)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if called not in CALLS:
            continue
        words = [
            arg.value if isinstance(arg, ast.Constant) and isinstance(arg.value, str) else None
            for arg in node.args
        ]
        if words[0] is None:
            if called != "_" or isinstance(node.args[0], ast.JoinedStr):
                raise SystemExit(
                    f"{name}:{node.lineno}: a message must be a plain string, not a computed one"
                )
            continue
        if called.startswith("pgettext"):
            yield words[0], words[1] or ""
        else:
            yield "", words[0]


def messages_in_template(text: str, name: str) -> Iterator[tuple[str, str]]:
    """Django rewrites a template as calls of gettext; the rest of its output is blanked with X."""
    from django.utils.translation.template import templatize

    code = templatize(text, origin=name)
    for call in re.finditer(r"\b(p?)(n?)gettext\(|(?<![\w])_\(", code):
        inside = code[call.end() :]
        literals = _leading_literals(inside)
        if not literals:
            continue
        if call.group(1):
            yield literals[0], literals[1]
        else:
            yield "", literals[0]


def _leading_literals(text: str) -> list[str]:
    """The string literals that open an argument list: `u'a', u'b', count)` gives ["a", "b"]."""
    found: list[str] = []
    literal = re.compile(
        r"\s*,?\s*u?(\"\"\"(?:\\.|.)*?\"\"\"|'''(?:\\.|.)*?'''|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')", re.S
    )
    at = 0
    while match := literal.match(text, at):
        found.append(ast.literal_eval(match.group(1)))
        at = match.end()
    return found


def read_po(path: Path) -> dict[tuple[str, str], list[str]]:
    """(context, msgid) -> translations, one per plural form. A fuzzy entry counts as missing."""
    entries: dict[tuple[str, str], list[str]] = {}
    for block in re.split(r"\n\s*\n", path.read_text("utf-8")):
        if re.search(r"^#,.*\bfuzzy\b", block, re.M):
            continue
        fields: dict[str, str] = {}
        current = ""
        for line in block.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if match := re.match(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(\".*\")$", line):
                current = match.group(1)
                fields[current] = ast.literal_eval(match.group(2))
            elif line.startswith('"') and current:
                fields[current] += ast.literal_eval(line)
            else:
                raise SystemExit(f"{path}: cannot read {line!r}")
        if "msgid" in fields:
            key = (fields.get("msgctxt", ""), fields["msgid"])
            said = [value for name, value in sorted(fields.items()) if name.startswith("msgstr")]
            plural = fields.get("msgid_plural")
            entries[key] = said if plural is None else [*said, "\0" + plural]
    return entries


def write_mo(entries: dict[tuple[str, str], list[str]], path: Path) -> None:
    """The GNU binary format: two sorted tables of (length, offset), then the strings."""
    pairs: list[tuple[bytes, bytes]] = []
    for (context, msgid), said in entries.items():
        plural = next((value[1:] for value in said if value.startswith("\0")), None)
        forms = [value for value in said if not value.startswith("\0")]
        if not all(forms):
            continue
        key = (f"{context}\4" if context else "") + msgid + (f"\0{plural}" if plural is not None else "")
        pairs.append((key.encode(), "\0".join(forms).encode()))
    pairs.sort()
    count = len(pairs)
    offset = 28 + 16 * count
    tables: list[bytes] = []
    body = b""
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]), offset + len(body)))
            body += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 28 + 16 * count)
    path.write_bytes(head + b"".join(tables) + body)


def wanted(folder: Path) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(ROOT))
        if path.suffix == ".py":
            said = messages_in_python(path.read_text("utf-8"), name)
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            said = messages_in_template(path.read_text("utf-8"), name)
        else:
            continue
        for key in said:
            found.setdefault(key, name)
    return found


def wanted_of_library() -> dict[tuple[str, str], str]:
    """What the command-line library says through gettext, in English: our French catalogue must hold it."""
    import typer.core

    text = Path(typer.core.__file__).read_text("utf-8")
    return dict.fromkeys(messages_in_python(text, "typer.core"), "typer.core")


def check(catalogue: Path, messages: dict[tuple[str, str], str]) -> list[str]:
    entries = read_po(catalogue)
    missing = [key for key in messages if not entries.get(key) or not all(entries[key])]
    return [
        f"{catalogue.relative_to(ROOT)}: no words for {key[1]!r} (said in {messages[key]})" for key in missing
    ]


def main() -> int:
    from django.conf import settings

    settings.configure(USE_I18N=True)
    faults = check(SOURCE / "cli" / "locale" / "fr" / "LC_MESSAGES" / "messages.po", wanted_of_library())
    for room, name in (("cli", "messages"), ("web", "django")):
        folder = SOURCE / room
        faults += check(folder / "locale" / "en" / "LC_MESSAGES" / f"{name}.po", wanted(folder))
        for catalogue in sorted(folder.glob("locale/*/LC_MESSAGES/*.po")):
            if "--check" not in sys.argv:
                write_mo(read_po(catalogue), catalogue.with_suffix(".mo"))
    print("\n".join(faults) or "Every message has its words.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
