"""A receipt or a head kept elsewhere, against a file that shows some heads of a log and not its lines.

A bundle or a disclosure holds the few heads that prove its pieces. Against one of these, what was kept outside is
verified or failed; against none, it is `not_checked`, and only the vault itself can tell (V25 of docs/vault.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from saisine.vault.notes import Head, VerifierKey
from saisine.vault.outside import read_kept, size_of_code
from saisine.vault.receipts import is_receipt_code
from saisine.vault.report import Check


@dataclass(frozen=True, slots=True)
class KeptOutside:
    """What a person kept elsewhere: a receipt (code or signed head), the text of a witness’s head."""

    receipt: str | None = None
    witness: str | None = None

    def __bool__(self) -> bool:
        return self.receipt is not None or self.witness is not None


def check_shown(heads: Sequence[Head], keys: Sequence[VerifierKey], kept: KeptOutside) -> Iterator[Check]:
    """V25 for each thing kept, and V11 when it shows another history. `keys` sign the log, or are its witnesses."""
    if kept.receipt is not None:
        if is_receipt_code(kept.receipt) or "\n" not in kept.receipt.strip():
            yield _check_code(heads, kept.receipt)
        else:
            yield from _check_text(heads, keys, kept.receipt)
    if kept.witness is not None:
        yield from _check_text(heads, keys, kept.witness)


def _check_code(heads: Sequence[Head], code: str) -> Check:
    size = size_of_code(heads, code)
    if size is not None:
        return Check.verified(
            "V25", f"le reçu {code} est celui de la tête {size}", f"receipt {code} is head {size}"
        )
    return Check.not_checked(
        "V25",
        f"le reçu {code} n’est celui d’aucune tête de ce fichier ({_sizes(heads)}) ; {_ASK[0]}",
        f"receipt {code} is of no head in this file ({_sizes(heads)}); {_ASK[1]}",
    )


_ASK = (
    "l’association le contrôle sur son coffre : saisine verify --receipt ou --witness",
    "the association checks it on its vault: saisine verify --receipt or --witness",
)


def _sizes(heads: Iterable[Head]) -> str:
    return ", ".join(str(size) for size in sorted({head.size for head in heads}))


def _check_text(heads: Sequence[Head], keys: Sequence[VerifierKey], text: str) -> Iterator[Check]:
    origin = heads[0].origin if heads else None
    found = read_kept(text, origin, keys)
    if isinstance(found, Check):
        yield found
        return
    size, (fr, en) = found.head.size, found.remark
    same = [head for head in heads if head.size == size]
    if not same:
        yield Check.not_checked(
            "V25",
            f"tête {size} gardée au dehors : ce fichier n’en montre aucune de cette taille ({_sizes(heads)}) ; "
            f"{_ASK[0]}{fr}",
            f"head {size} kept outside: this file shows none of that size ({_sizes(heads)}); {_ASK[1]}{en}",
        )
    elif all(head.root == found.head.root for head in same):
        yield Check.verified("V25", f"tête {size} gardée au dehors{fr}", f"head {size} kept outside{en}")
    else:
        for number in ("V11", "V25"):
            yield Check.failed(
                number,
                f"deux histoires : la tête {size} de ce fichier n’est pas celle gardée au dehors{fr}",
                f"two histories: head {size} of this file is not the one kept outside{en}",
            )


def with_asides(checks: Iterable[Check], given: Iterable[Check]) -> Iterator[Check]:
    """Findings of V25 when something was given: what else was not checked is told in the words of what was asked.

    V25 is required then, and a signature of an unknown witness must not leave it open.
    """
    rest = []
    for check in checks:
        if check.id == "V25" and check.state == "not_checked":
            rest.append(check)
        else:
            yield check
    fr = "".join(f" ; laissé de côté, {one.detail_fr}" for one in rest)
    en = "".join(f"; left aside, {one.detail_en}" for one in rest)
    yield from (replace(one, detail_fr=one.detail_fr + fr, detail_en=one.detail_en + en) for one in given)
