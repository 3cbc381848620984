"""The models of letters: one YAML file each, checked whole when it is loaded.

A field that is not in the vocabulary stops the loading, with its file and its line: no letter leaves with
`{sender_nam}` in it. A model holds no code and no template language, only `{field}`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from saisine.errors import SaisineError
from saisine.law.bind import Binder, Ref
from saisine.law.statements import flag
from saisine.law.yaml_file import compose, invalid
from saisine.letters.fields import FIELDS, SOURCES, names_in

FOLDER = Path(__file__).parent / "templates"
Source = Literal["chronology", "contents", "offences", "exhibits", "notices", "observed"]
# needs that are rows rather than a field
ROWS = tuple(SOURCES)
NOTHING = Ref("")


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a letter: a heading, a paragraph, a list, or one line per row of a source."""

    heading: Ref = NOTHING
    text: Ref = NOTHING
    items: tuple[Ref, ...] = ()
    each: Source | None = None
    line: Ref = NOTHING


@dataclass(frozen=True, slots=True)
class Letter:
    """One kind of letter. `needs`: fields and sources without which it is a draft; `review`: who must read it.

    `consents`: acts of which one must be covered before the letter is made (incidents/consents.py); empty
    when the letter itself asks for a signature. `about`: the letter says what concerns one platform alone (about.py).
    """

    id: str
    name_fr: str
    name_en: str
    to_fr: str
    to_en: str
    articles: tuple[str, ...]
    verified: bool
    source: str
    recipient: tuple[Ref, ...]
    subject: Ref
    needs: tuple[Ref, ...]
    consents: tuple[str, ...]
    signature: tuple[Ref, ...]
    body: tuple[Block, ...]
    review: Literal["", "lawyer"] = ""
    from_person: bool = False
    about: Literal["", "platform", "decided", "silent"] = ""
    warnings_fr: tuple[str, ...] = ()

    def flag(self, language: str = "fr") -> str:
        return flag(self.verified, language)


def load_letters(folder: Path = FOLDER) -> Mapping[str, Letter]:
    """Every model by id, in the order of file names. Raises SaisineError("letter_file_invalid")."""
    return _load(folder)


@cache
def _load(folder: Path) -> Mapping[str, Letter]:
    return {letter.id: letter for letter in map(load_letter, sorted(folder.glob("*.yaml")))}


def load_letter(path: Path) -> Letter:
    """One model, checked. Raises SaisineError("letter_file_invalid") with its file and line."""
    try:
        letter = Binder(path.name).bind(compose(path), Letter)
        _check(letter, path.name)
    except SaisineError as error:
        if error.code == "law_file_invalid":
            raise SaisineError("letter_file_invalid", **error.facts) from error
        raise
    return letter


def require_letter(kind: str) -> Letter:
    """Raises SaisineError("letter_kind_unknown")."""
    letters = load_letters()
    if kind not in letters:
        raise SaisineError("letter_kind_unknown", kind=kind, known=", ".join(letters))
    return letters[kind]


def _check(letter: Letter, file: str) -> None:
    for ref, known in _texts(letter):
        try:
            names = names_in(ref)
        except ValueError as error:
            raise _fault(file, ref, str(error)) from error
        for name in names:
            if name not in known:
                raise _fault(file, ref, name)
    for ref in letter.needs:
        if ref not in FIELDS and ref not in ROWS:
            raise _fault(file, ref, str(ref))
    for block in letter.body:
        if bool(block.each) != bool(block.line):
            raise invalid(
                file, block.line.line or 1, "« each » et « line » vont ensemble", "“each” needs “line”"
            )


def _fault(file: str, ref: Ref, name: str) -> SaisineError:
    return invalid(file, ref.line, f"le champ « {name} » n’existe pas", f"there is no field “{name}”")


def _texts(letter: Letter) -> Iterator[tuple[Ref, frozenset[str]]]:
    """Each text of a model, with the fields that it may name there."""
    plain = frozenset(FIELDS)
    for ref in (*letter.recipient, letter.subject, *letter.signature):
        yield ref, plain
    for block in letter.body:
        for ref in (block.heading, block.text, *block.items):
            yield ref, plain
        if block.each:
            yield block.line, plain | SOURCES[block.each][0]
