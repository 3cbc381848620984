"""« Apprendre de nos décisions » in a workspace: which decisions are labels, one training, its verdict, the way back.

A label is a decision on one card: on a group, its first message stands for all. « Écarter le reste » is no label:
nobody read those messages one by one. Types confirmed on a message that nobody kept or set aside are one. What is
learnt holds words of the inbox: it is kept encrypted, under a key of its own that deletion destroys. It falls with
any message that it learnt from.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from saisine.casework import confirmed_types, journal, reading_order, surveys
from saisine.casework.jobs import Progress
from saisine.casework.models import Decision, Job, SortedMessage
from saisine.casework.session import Session
from saisine.errors import SaisineError
from saisine.findings.triage import local
from saisine.findings.triage.local import LEAST_LABELS, LEAST_OF_A_SIDE, LocalModel
from saisine.messages.corpus import MessageRef
from saisine.messages.side_files import replace_durably

SEED: Final = 20_260_314  # written with each lesson: the same labels give the same model
OTHERS_READ: Final = 3_000  # unlabelled messages read so that the weight of a word is the inbox's
NONCE_BYTES: Final = 12
KEPT_LESSONS: Final = 10


@dataclass(frozen=True, slots=True)
class Lesson:
    """One training: its labels, and what the guard said. `unit` names the key of its model, empty without one.

    `arrays` names the shipped arrays beside which it was learnt: what it adds means nothing beside others.
    """

    id: str
    at: str
    n: int
    kept: int
    share: float
    before: float | None
    after: float | None
    parts: tuple[str, ...]
    unit: str = ""
    seed: int = SEED
    arrays: str = ""

    @property
    def when(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def is_useful(self) -> bool:
        return bool(self.unit)


@dataclass(frozen=True, slots=True)
class Learnt:
    """The lessons so far, newest last, which one serves, and the members whose decisions were withdrawn."""

    lessons: tuple[Lesson, ...] = ()
    active: str = ""
    withdrawn: tuple[str, ...] = ()

    def lesson(self, id: str) -> Lesson | None:
        return next((one for one in self.lessons if one.id == id), None)


@dataclass(frozen=True, slots=True)
class Labels:
    """How many decisions count, of each side and of each member; `can_learn` from the bounds of the engine."""

    kept: int
    discarded: int
    members: tuple[tuple[str, int], ...]

    @property
    def n(self) -> int:
        return self.kept + self.discarded

    @property
    def can_learn(self) -> bool:
        return self.n >= LEAST_LABELS and min(self.kept, self.discarded) >= LEAST_OF_A_SIDE


# ------------------------------------------------------------------ labels


def labels(session: Session) -> Labels:
    """What could be learnt from now, the decisions of withdrawn members left out."""
    found = decisions(session)
    kept = sum(one.keep for one in found)
    members: dict[str, int] = {}
    for one in found:
        members[one.member] = members.get(one.member, 0) + 1
    return Labels(
        kept, len(found) - kept, tuple(sorted(members.items(), key=lambda pair: (-pair[1], pair[0])))
    )


def decisions(session: Session) -> list[local.Decision]:
    """One label per decision on one card, oldest first; then one per message whose types alone were confirmed."""
    gone = load(session).withdrawn
    return [one for one in (*_decisions(), *_confirmed()) if one.member not in gone]


def _decisions() -> Iterator[local.Decision]:
    """A group under one decision counts once; many messages of no group were set aside together, unread."""
    rows = SortedMessage.objects.order_by("decision__at", "id").values_list(
        "decision_id", "decision__count", "decision__by", "group", "ref", "value"
    )
    seen: set[str] = set()
    for decision, count, member, group, ref, value in rows.iterator(chunk_size=10_000):
        if decision in seen or (count > 1 and not group):
            continue
        seen.add(decision)
        yield local.Decision(ref, value == Decision.KEEP, member)


def _confirmed() -> Iterator[local.Decision]:
    """A decision says more than a type: a message that has one, even under « Écarter le reste », gives no second."""
    decided = set(
        SortedMessage.objects.filter(ref__in=confirmed_types.all_standing().values("ref")).values_list(
            "ref", flat=True
        )
    )
    for one in confirmed_types.labels():
        if one.ref not in decided:
            yield local.Decision(one.ref, one.keep, one.member)


# ------------------------------------------------------------------ the file


def _folder(session: Session) -> Path:
    return session.workspace.folder / "triage"


def load(session: Session) -> Learnt:
    """What the workspace remembers of its lessons; nothing when the file is absent or damaged."""
    try:
        raw = json.loads((_folder(session) / "lessons.json").read_text("utf-8"))
        lessons = tuple(Lesson(**{**one, "parts": tuple(one["parts"])}) for one in raw["lessons"])
        return Learnt(lessons, str(raw["active"]), tuple(raw["withdrawn"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Learnt()


def _save(session: Session, learnt: Learnt) -> None:
    _folder(session).mkdir(exist_ok=True)
    replace_durably(_folder(session) / "lessons.json", json.dumps(asdict(learnt), indent=1).encode())


def _model_path(session: Session, lesson: Lesson) -> Path:
    return _folder(session) / f"lesson-{lesson.id}.bin"


def _parts_now(session: Session) -> set[str]:
    return {part.sha256 for info in session.corpora.list() for part in info.parts}


def is_standing(session: Session, lesson: Lesson) -> bool:
    """Whether every part that it learnt from is still what it was: erasing a message rewrites its part."""
    return lesson.is_useful and not is_outdated(lesson) and set(lesson.parts) <= _parts_now(session)


def is_outdated(lesson: Lesson) -> bool:
    """Whether it was learnt beside other arrays than those shipped: to be learnt again, from the same decisions."""
    return lesson.is_useful and lesson.arrays != reading_order.arrays_key()


def state_key(session: Session) -> str:
    """The lesson that serves, empty for none."""
    learnt = load(session)
    lesson = learnt.lesson(learnt.active)
    return lesson.id if lesson is not None and is_standing(session, lesson) else ""


def active_model(session: Session) -> LocalModel | None:
    """The model that serves, or None. Raises `local_model_damaged`."""
    lesson = load(session).lesson(state_key(session))
    return LocalModel.from_bytes(_opened(session, lesson)) if lesson is not None else None


def _opened(session: Session, lesson: Lesson) -> bytes:
    try:
        body = _model_path(session, lesson).read_bytes()
        key = session.corpora.keys.get(lesson.unit, _key_name(lesson.id))
        return AESGCM(key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], lesson.id.encode())
    except (OSError, ValueError, InvalidTag) as error:
        raise SaisineError("local_model_damaged", reason=type(error).__name__) from error


def _sealed(session: Session, lesson: Lesson, model: LocalModel) -> None:
    key = session.corpora.keys.create(lesson.unit, _key_name(lesson.id))
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = nonce + AESGCM(key).encrypt(nonce, model.to_bytes(), lesson.id.encode())
    _folder(session).mkdir(exist_ok=True)
    replace_durably(_model_path(session, lesson), body)


def _key_name(id: str) -> str:
    return hashlib.sha256(f"lesson:{id}".encode()).hexdigest()


# ------------------------------------------------------------------ acts


def run_learn(session: Session, job: Job, tell: Progress) -> dict[str, object]:
    """Train on today's labels. The guard's verdict is the result, useful or not. Raises `too_few_labels`."""
    found = decisions(session)
    counted = labels(session)
    if not counted.can_learn:
        raise SaisineError("too_few_labels", n=counted.n, least=LEAST_LABELS, side=LEAST_OF_A_SIDE)
    tell(0, None, "learn")
    texts = _inbox(session, [one.message for one in found])
    triage = reading_order.load_triage(session, with_local=False)
    model, told = local.learn(triage, texts, found, SEED)
    parts = tuple(sorted({_part_of(session, ref) for ref in texts}))
    lesson = Lesson(
        id=secrets.token_hex(8),
        at=session.now().isoformat(),
        n=told.n,
        kept=sum(one.keep for one in found if one.message in texts),
        share=told.share,
        before=told.before,
        after=told.after,
        parts=parts,
        unit=session.vault.new_unit() if model is not None else "",
        arrays=reading_order.arrays_key(),
    )
    if model is not None:
        _sealed(session, lesson, model)
    learnt = load(session)
    active = lesson.id if model is not None else ""
    _save(session, replace(learnt, lessons=(*learnt.lessons, lesson)[-KEPT_LESSONS:], active=active))
    journal.note(session, "lesson_learnt", count=lesson.n, subject=lesson.id)
    return {"lesson": lesson.id}


def _inbox(session: Session, labelled: Sequence[str]) -> dict[str, str]:
    """Texts of the labelled messages that still exist, and of some others drawn at random."""
    placed = surveys.current(session)
    places = placed.places(labelled)
    mine = np.unique(places[places >= 0])
    others = np.setdiff1d(np.arange(len(placed)), mine)
    drawn = np.random.default_rng(SEED).permutation(others)[:OTHERS_READ]
    refs = placed.refs(np.concatenate([mine, np.sort(drawn)]))
    return {ref: message.text for ref, message in zip(refs, session.corpora.get_many(refs), strict=True)}


def _part_of(session: Session, ref: str) -> str:
    found = MessageRef.parse(ref)
    return session.corpora.info(found.corpus).parts[found.part].sha256


def use(session: Session, id: str) -> None:
    """Take a lesson up again, or, with an empty id, go back to the first order. Raises `lesson_unknown`."""
    learnt = load(session)
    lesson = learnt.lesson(id)
    if id and (lesson is None or not is_standing(session, lesson)):
        raise SaisineError("lesson_unknown")
    _save(session, replace(learnt, active=id))
    journal.note(session, "lesson_chosen", subject=id)


def delete(session: Session) -> None:
    """Destroy every model learnt here, keys first, and forget the lessons. Decisions stay what they are."""
    for lesson in load(session).lessons:
        if lesson.unit:
            session.corpora.keys.destroy(lesson.unit, _key_name(lesson.id))
            _model_path(session, lesson).unlink(missing_ok=True)
    (_folder(session) / "lessons.json").unlink(missing_ok=True)
    session.kept.pop("triage", None)
    journal.note(session, "lessons_deleted")


def withdraw(session: Session, member: str) -> None:
    """Leave one member's decisions out from now on; what they taught serves no more until the next training."""
    learnt = load(session)
    if member not in dict(labels(session).members):
        raise SaisineError("label_member_unknown")
    _save(session, replace(learnt, withdrawn=(*learnt.withdrawn, member), active=""))
    journal.note(session, "labels_withdrawn", subject=member)


def export(session: Session) -> dict[str, object]:
    """Who decided what, and what each training changed: references and numbers, no text."""
    learnt = load(session)
    newest = learnt.lessons[-1] if learnt.lessons else None
    told = local.Lesson(
        newest.n if newest else 0,
        newest.share if newest else 0.0,
        newest.before if newest else None,
        newest.after if newest else None,
    )
    lessons: list[dict[str, Any]] = [
        {"at": one.at, "n": one.n, "kept": one.kept, "share": one.share, "auc_before": one.before,
         "auc_after": one.after, "seed": one.seed}
        for one in learnt.lessons
    ]  # fmt: skip
    return {**local.export(decisions(session), told), "lessons": lessons}
