"""Why two texts count as nearly the same: their words side by side, what is common and what is not."""

from typing import Final, NamedTuple

from rapidfuzz.distance import Indel

MAX_WORDS: Final = 2_000  # beyond, the first ones are compared: a page shows no more


class Piece(NamedTuple):
    """A run of words: `common`, `only_one` or `only_other`."""

    state: str
    text: str


class Alignment(NamedTuple):
    """The two texts as one sequence of pieces, and the share of their words that is common, 0 to 1."""

    pieces: tuple[Piece, ...]
    common: float

    @property
    def sentence_fr(self) -> str:
        return f"{round(100 * self.common)} % des mots en commun"

    @property
    def sentence_en(self) -> str:
        return f"{round(100 * self.common)}% of the words in common"


def align(one: str, other: str) -> Alignment:
    """Compare two texts word by word, case ignored; the words shown are those of the texts themselves.

    >>> align("honte à vous", "honte à eux").sentence_fr
    '67 % des mots en commun'
    """
    mine, theirs = one.split()[:MAX_WORDS], other.split()[:MAX_WORDS]
    pieces: list[Piece] = []
    for step in Indel.opcodes([word.casefold() for word in mine], [word.casefold() for word in theirs]):
        own = " ".join(mine[step.src_start : step.src_end])
        others = " ".join(theirs[step.dest_start : step.dest_end])
        if step.tag == "equal":
            pieces.append(Piece("common", own))
            continue
        pieces += [Piece("only_one", own)] if own else []
        pieces += [Piece("only_other", others)] if others else []
    same = sum(len(piece.text.split()) for piece in pieces if piece.state == "common")
    return Alignment(tuple(pieces), 2 * same / max(1, len(mine) + len(theirs)))
