"""Where the answers of one address hold their posts and comments: learned from the first ones, tried on the next.

Answers of one kind are laid out alike. The ways that a search found (`json_spans.find_steps`), whatever the ranks in
lists, make a tree; the next answer is decoded down that tree alone, and what stands at its ends is taken. Nothing
rests on trust: around those ends no key may be written by which an object of the site is known (`Site.keys`), and no
escape that could hide one. Where that does not hold, the answer is searched like the first ones, and its ways are
learned too.
"""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa
from msgspec import UNSET, UnsetType

from saisine.messages.formats.json_lines import is_too_deep
from saisine.messages.formats.json_runs import is_utf8
from saisine.messages.formats.json_spans import Steps

# Past these, answers are too unlike each other for what was learned to be of use; each new way costs a decoder, made of
# a struct for each step.
MAX_WAYS: Final = 32
MAX_STEPS: Final = 512
MAX_FAILURES: Final = 8


class End(NamedTuple):
    """What stands at the end of a way: where its bytes begin in the answer, and the keys and ranks down to it."""

    start: int
    body: bytes
    steps: Steps


@lru_cache(maxsize=32)
def written_keys(keys: Set[str]) -> re.Pattern[bytes]:
    """Finds one of these keys in bytes, or an escape of an ASCII sign, behind which one could be written."""
    names = "|".join(map(re.escape, sorted(keys)))
    return re.compile(rf'"(?:{names})"[ \t\r\n]*:|\\u00[2-7]'.encode())


@dataclass(slots=True)
class _Node:
    """One place of the tree: an object with keys below, or a list of which each element is alike."""

    is_end: bool = False
    below: "dict[str, _Node]" = field(default_factory=dict)
    each: "_Node | None" = None
    decode: Any = None
    chains: "list[tuple[tuple[str, ...], Steps, _Node]]" = field(default_factory=list)

    def add(self, way: Steps) -> None:
        """Note a way down from here."""
        node = self
        for step in way:
            if isinstance(step, int):
                node.each = node = node.each or _Node()
            else:
                node = node.below.setdefault(step, _Node())
        node.is_end = True

    def fix(self) -> None:
        """Make the decoder of what lies here. Raises ValueError where it is an object as well as a list."""
        self.decode = msgspec.json.Decoder(self._kind_inside()).decode

    def _kind(self) -> Any:
        if not self.is_end:
            return self._kind_inside()
        if self.below or self.each is not None:
            self.fix()  # a wanted object that is, in other answers, the frame around one
        return msgspec.Raw

    def _kind_inside(self) -> Any:
        if self.each is not None:
            if self.below:
                raise ValueError("an object here, a list there")
            inner = self.each._kind()
            return list[inner] if self.each.is_end else list[inner | None]  # type: ignore[valid-type]
        kinds = [
            (f"f{rank}", _maybe(node), msgspec.field(default=UNSET, name=key))
            for rank, (key, node) in enumerate(self.below.items())
        ]
        self.chains = [
            chain
            for rank, (key, node) in enumerate(self.below.items())
            for chain in node._chains(f"f{rank}", key)
        ]
        return msgspec.defstruct("Found", kinds, gc=False)

    def _chains(self, name: str, key: str) -> "list[tuple[tuple[str, ...], Steps, _Node]]":
        """(attributes, keys, node) down from this key to what is not an object again."""
        if self.is_end or self.each is not None:
            return [((name,), (key,), self)]
        return [((name, *names), (key, *keys), node) for names, keys, node in self.chains]

    def collect(self, value: Any, steps: Steps, found: "list[Reached]") -> None:
        """Note what stands at the ends below this value, which its decoder made."""
        if self.each is not None:
            if self.each.is_end:
                found += [(one, (*steps, rank), self.each) for rank, one in enumerate(value)]
                return
            for rank, one in enumerate(value):
                if one is not None:
                    self.each.collect(one, (*steps, rank), found)
            return
        for names, keys, node in self.chains:
            one = value
            for name in names:
                one = getattr(one, name)
                if one is None or one is UNSET:
                    break
            else:
                if node.is_end:
                    found.append((one, steps + keys, node))
                else:
                    node.collect(one, steps + keys, found)


Reached = tuple[msgspec.Raw, Steps, _Node]


def _maybe(node: _Node) -> Any:
    kind = node._kind()
    return kind | UnsetType if node.is_end else kind | UnsetType | None


class Trail:
    """What is known of the answers of one address.

    >>> trail = Trail(frozenset({"id"}))
    >>> trail.ends(b'{"a":[{"id":1},{"id":2}]}') is None
    True
    >>> trail.learn([("a", 0)])
    >>> [end.body for end in trail.ends(b'{"a":[{"id":3}],"b":[]}')]
    [b'{"id":3}']
    >>> trail.ends(b'{"a":[],"b":{"id":4}}') is None
    True
    """

    def __init__(self, keys: Set[str]) -> None:
        self._has_key = written_keys(frozenset(keys)).search
        self._ways: set[Steps] = set()
        self._tree: _Node | None = None
        self._failures = 0

    @property
    def is_open(self) -> bool:
        """Whether answers are still alike enough for their ways to be learned."""
        return self._failures < MAX_FAILURES

    def learn(self, ways: Iterable[Steps]) -> None:
        """Note the ways that a search found in an answer."""
        alike = {tuple(0 if isinstance(step, int) else step for step in way) for way in ways}
        if not self.is_open or alike <= self._ways:
            return
        self._ways |= alike
        if len(self._ways) > MAX_WAYS or sum(map(len, self._ways)) > MAX_STEPS:
            self._failures = MAX_FAILURES
            return
        tree = _Node()
        for way in sorted(self._ways, key=len):
            tree.add(way)
        try:
            if tree.is_end:
                raise ValueError("the answer is itself an object that is wanted")
            tree.fix()
        except ValueError:
            self._failures = MAX_FAILURES
        else:
            self._tree = tree

    def ends(self, body: bytes) -> list[End] | None:
        """What stands at the ends of the ways in this answer, in its order; None when it must be searched."""
        if self._tree is None or not self.is_open:
            return None
        found = self._ends(body, self._tree) if is_utf8(body) else None
        # a good answer makes up for a bad one
        self._failures = max(0, self._failures - 1) if found is not None else self._failures + 1
        return found

    def has_key(self, body: bytes) -> bool:
        """Whether a key may be written there by which an object of the site is known."""
        return self._has_key(body) is not None

    def _ends(self, body: bytes, tree: _Node) -> list[End] | None:
        reached: list[Reached] = []
        try:
            tree.collect(tree.decode(body), (), reached)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return None
        base = pa.py_buffer(body).address
        placed = sorted(
            ((pa.py_buffer(raw).address - base, bytes(raw), steps, node) for raw, steps, node in reached),
            key=lambda one: one[0],
        )
        around, at = [], 0
        for start, one, _, _ in placed:
            around.append(body[at:start])
            at = start + len(one)
        rest = b" ".join((*around, body[at:]))
        if self.has_key(rest) or is_too_deep(rest):
            return None
        found: list[End] = []
        for start, one, steps, node in placed:
            inner = None if node.decode is None else self._ends(one, node)
            if inner is None:
                found.append(End(start, one, steps))
            else:
                found += [End(start + end.start, end.body, (*steps, *end.steps)) for end in inner]
        return found
