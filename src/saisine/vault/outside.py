"""The check against what was kept outside: V25 of docs/vault.md."""

from collections.abc import Iterator

from saisine.vault.checks import Policy, Snapshot
from saisine.vault.notes import Head, NoteError
from saisine.vault.receipts import receipt_code
from saisine.vault.report import Check


def check_outside(
    snapshot: Snapshot, policy: Policy, receipt: str | None, witness: str | None
) -> Iterator[Check]:
    """V25: a kept receipt (code or signed head) and a witness's head must be prefixes of this log."""
    if receipt is None and witness is None:
        yield Check.not_checked(
            "V25",
            "ni reçu ni témoin : un dossier entier remis à un état antérieur ne se verrait pas",
            "neither receipt nor witness: a whole folder put back to an earlier state would not show",
        )
    for text in (receipt, witness):
        if text is None:
            continue
        yield _check_note(snapshot, policy, text) if "\n" in text.strip() else _check_code(snapshot, text)


def _check_code(snapshot: Snapshot, code: str) -> Check:
    wanted = "".join(code.split()).replace("-", "").upper()
    for size, head in snapshot.heads.items():
        if wanted and receipt_code(head).replace("-", "") == wanted:
            return Check.verified(
                "V25", f"le reçu {code} est celui de la tête {size}", f"receipt {code} is head {size}"
            )
    return Check.failed(
        "V25",
        f"aucune tête ne correspond au reçu {code} : ce dossier a pu être remis à un état antérieur, "
        "ou n’est pas celui du reçu",
        f"no head matches receipt {code}: this folder may have been put back to an earlier state, "
        "or is not the one of the receipt",
    )


def _check_note(snapshot: Snapshot, policy: Policy, text: str) -> Check:
    try:
        head = Head.from_text(text.lstrip("\ufeff"))
        head.note.require_signed_by((*policy.vkeys, *policy.witnesses))
    except NoteError as error:
        return Check.failed("V25", f"tête gardée au dehors : {error}", f"head kept outside: {error}")
    if head.size > len(snapshot.lines):
        missing = head.size - len(snapshot.lines)
        return Check.failed(
            "V25",
            f"la tête gardée au dehors compte {missing} lignes de plus : "
            "ce dossier a été remis à un état antérieur",
            f"the head kept outside has {missing} more lines: this folder was put back to an earlier state",
        )
    if head.size == 0 or snapshot.tree.root(head.size) != head.root:
        return Check.failed(
            "V25",
            f"deux histoires pour {head.size} lignes : ce journal ne prolonge pas la tête gardée au dehors",
            f"two histories for {head.size} lines: this log does not extend the head kept outside",
        )
    return Check.verified("V25", f"tête {head.size} gardée au dehors", f"head {head.size} kept outside")
