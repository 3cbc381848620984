"""The survey of a workspace's messages: what is urgent, what is a wave, what is copied.

Derived data: computed once per set of corpora, kept in memory and as a file that may be deleted at any time.
The file holds references and counts, no text and no name.
"""

import hashlib
import logging
from pathlib import Path
from typing import Final

import msgspec

from saisine.casework.jobs import Progress
from saisine.casework.session import Session
from saisine.findings.survey import VERSION, Survey, survey

logger = logging.getLogger("saisine.surveys")

COLUMNS: Final = ("text", "text_norm", "created_at", "platform", "author_id")


def current(session: Session, progress: Progress | None = None) -> Survey:
    """The survey of every corpus that can be read now."""
    key = _key(session)
    with session.lock:
        held = session.kept.get("survey")
        if isinstance(held, tuple) and held[0] == key:
            found: Survey = held[1]
            return found
        made = _load(session, key) or _make(session, key, progress)
        session.kept["survey"] = (key, made)
    return made


def _key(session: Session) -> str:
    """Changes with the corpora and with the rules that read them."""
    # erasing rows only ever lowers their number: id and count tell every state of a corpus
    corpora = sorted(f"{info.id}.{info.rows}" for info in session.corpora.list())
    return hashlib.sha256(":".join([str(VERSION), *corpora]).encode()).hexdigest()[:32]


def _path(session: Session, key: str) -> Path:
    return session.workspace.folder / "findings" / f"{key}.json"


def _load(session: Session, key: str) -> Survey | None:
    path = _path(session, key)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Survey)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        logger.warning("survey %s is made again: %s", key, type(error).__name__)
        return None


def _make(session: Session, key: str, progress: Progress | None) -> Survey:
    if progress is not None:
        progress(0, None, "survey")
    made = survey(session.corpora.scan(COLUMNS))
    path = _path(session, key)
    path.parent.mkdir(exist_ok=True)
    for old in path.parent.glob("*.json"):
        old.unlink()
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(made))
    part.replace(path)
    return made
