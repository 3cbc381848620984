"""Which rules a changed legal text reopens: articles that a person downloaded, compared with what was read.

Nothing is fetched. A file of LEGI (`<ARTICLE>`), or plain text with lines « Article 222-17 », alone or in a
folder. The comparison is by SHA-256 with an earlier reading when there is one, else by the day the version took
effect, else it is left to a person: no text is called unchanged without a reason.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

from saisine.errors import SaisineError
from saisine.law.citations import Citation, article_number, citations, code_of_title
from saisine.law.load import Law
from saisine.law.statements import all_statements

MAX_BYTES = 40_000_000  # the penal code in plain text is about 3 MB
MAX_FILES = 5_000
SUFFIXES = (".xml", ".md", ".txt")
_HEADING = re.compile(
    r"^[#*\s]*Article\s+((?:[LRD]\.?\s?)?\d+(?:-\d+)*(?:\s(?:bis|ter|quater))?)\b[*\s]*$", re.MULTILINE
)
_NEXT = re.compile(r"^(?:#{1,6}\s|Titre |Chapitre |Section |Sous-section |Paragraphe |Livre )", re.MULTILINE)
State = Literal["changed", "newer", "unread", "same"]
WORDS: dict[str, tuple[str, str]] = {
    "changed": ("le texte a changé depuis la dernière lecture", "the text changed since it was last read"),
    "newer": ("version plus récente que celle qui a été lue", "version newer than the one that was read"),
    "unread": ("aucune lecture à comparer : à relire", "no earlier reading to compare with: read again"),
    "same": ("rien de nouveau", "nothing new"),
}


@dataclass(frozen=True, slots=True)
class ArticleText:
    """One article as read from a file. `starts_on`: first day of this version, when the file says it."""

    code: str
    number: str
    sha256: str
    version_id: str = ""
    starts_on: date | None = None

    @property
    def key(self) -> str:
        return f"{self.code} {self.number}"

    @classmethod
    def of(cls, code: str, number: str, text: str, version_id: str = "", starts: str = "") -> "ArticleText":
        return cls(code, article_number(number), digest(text), version_id, _day(starts))


@dataclass(frozen=True, slots=True)
class Reopened:
    """One rule that cites an article of the file. `state` says why it is to be read again."""

    rule: str
    article: str
    state: State
    read_as_of: date | None
    starts_on: date | None
    text_fr: str

    def as_json(self) -> dict[str, object]:
        return {
            "rule": self.rule,
            "article": self.article,
            "state": self.state,
            "why_fr": WORDS[self.state][0],
            "why_en": WORDS[self.state][1],
            "read_as_of": self.read_as_of.isoformat() if self.read_as_of else None,
            "starts_on": self.starts_on.isoformat() if self.starts_on else None,
            "text_fr": self.text_fr,
        }


def digest(text: str) -> str:
    """SHA-256 of the words alone: spaces, apostrophes and Unicode forms make no difference."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'")
    return hashlib.sha256(" ".join(plain.split()).encode()).hexdigest()


# ------------------------------------------------------------------ reading


def read_articles(path: Path, code: str = "") -> tuple[ArticleText, ...]:
    """The articles of a file or folder. `code` names the text when the file does not.

    Raises SaisineError("law_text_unreadable"), ("law_text_without_article").
    """
    found = [article for file in _files(path) for article in _read(file, code)]
    if not found:
        raise SaisineError("law_text_without_article", path=path)
    return tuple(found)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    if len(files) > MAX_FILES:
        raise _unreadable(path, f"plus de {MAX_FILES} fichiers", f"more than {MAX_FILES} files")
    return files


def _unreadable(path: Path, french: str, english: str) -> SaisineError:
    return SaisineError("law_text_unreadable", path=path.name, reason_fr=french, reason_en=english)


def _read(path: Path, code: str) -> Iterator[ArticleText]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _unreadable(path, "plus de 40 Mo", "over 40 MB")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise _unreadable(path, error.strerror or "", error.strerror or "") from error
    except UnicodeDecodeError as error:
        raise _unreadable(path, "le fichier n’est pas en UTF-8", "the file is not UTF-8") from error
    yield from (_from_xml(path, text, code) if text.lstrip().startswith("<") else _from_plain(text, code))


def _from_xml(path: Path, text: str, code: str) -> Iterator[ArticleText]:
    """LEGI: ARTICLE with META_ARTICLE (NUM, DATE_DEBUT), the title of its text, and BLOC_TEXTUEL."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # entities could name more text than the file holds
        raise _unreadable(path, "le fichier déclare des entités", "the file declares entities")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise _unreadable(path, "le XML est mal formé", f"malformed XML: {error}") from error
    for node in [root] if root.tag == "ARTICLE" else root.iter("ARTICLE"):
        title = " ".join(part.text or "" for part in node.iter("TITRE_TXT"))
        body = node.find("BLOC_TEXTUEL")
        number = (node.findtext(".//META_ARTICLE/NUM") or "").strip()
        known = code_of_title(title) or code
        if known and number and body is not None:
            version, starts = node.findtext(".//META_COMMUN/ID") or "", node.findtext(".//DATE_DEBUT") or ""
            yield ArticleText.of(known, number, " ".join(body.itertext()), version, starts)


def _from_plain(text: str, code: str) -> Iterator[ArticleText]:
    known = code_of_title(text[:4000]) or code
    headings = list(_HEADING.finditer(text)) if known else []
    for index, heading in enumerate(headings):
        end = headings[index + 1].start() if index + 1 < len(headings) else len(text)
        body = text[heading.end() : end]
        stop = _NEXT.search(body)
        yield ArticleText.of(known, heading[1], body[: stop.start()] if stop else body)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


# ------------------------------------------------------------------ comparing


@dataclass(frozen=True, slots=True)
class Cited:
    """A rule, what it cites, and the day of the wording that was read."""

    rule: str
    articles: tuple[Citation, ...]
    as_of: date | None
    text_fr: str


def cited_rules(law: Law) -> Iterator[Cited]:
    """Every legal statement with the articles it names, then lists of grounds and ways to interrupt."""
    for one in all_statements(law):
        yield Cited(one.subject, _all(one.articles), one.as_of, one.text_fr)
    for entry in law.ground_lists.values():
        yield Cited(entry.id, _all((entry.name_fr,)), entry.valid_from, entry.name_fr)
    for regime in law.limitation.interruption:
        yield Cited(regime.id, _all(regime.articles), regime.text_as_of, regime.rule_fr)
    known = law.limitation.identification
    yield Cited("identification", _all(known.articles), known.text_as_of, known.allowed_fr)


def _all(texts: Iterable[str]) -> tuple[Citation, ...]:
    return tuple(citation for text in texts for citation in citations(text))


def watch(
    law: Law, articles: Iterable[ArticleText], known: Mapping[str, str] | None = None
) -> tuple[Reopened, ...]:
    """The rules that these articles reopen, in the order of the law. `known`: article key -> SHA-256."""
    held = list(articles)
    found = []
    for rule in cited_rules(law):
        for article in held:
            if not any(citation.covers(article.code, article.number) for citation in rule.articles):
                continue
            state = _state(article, rule.as_of, known or {})
            if state != "same":
                found.append(
                    Reopened(rule.rule, article.key, state, rule.as_of, article.starts_on, rule.text_fr)
                )
    return tuple(dict.fromkeys(found))


def _state(article: ArticleText, as_of: date | None, known: Mapping[str, str]) -> State:
    if article.key in known:
        return "same" if known[article.key] == article.sha256 else "changed"
    if article.starts_on is None or as_of is None:
        return "unread"
    return "newer" if article.starts_on > as_of else "same"


def readings(articles: Iterable[ArticleText]) -> dict[str, str]:
    """What to keep for the next comparison."""
    return {article.key: article.sha256 for article in articles}


def known_readings(tree: Any, path: Path) -> dict[str, str]:
    """Readings kept in a file. Raises SaisineError("law_text_unreadable")."""
    is_table = isinstance(tree, dict) and all(
        isinstance(k, str) and isinstance(v, str) for k, v in tree.items()
    )
    if not is_table:
        raise _unreadable(path, "ce n’est pas un fichier de lectures", "this is no file of readings")
    return dict(tree)
