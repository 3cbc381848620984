"""Whom a bundle's heads are signed by: the pinned key, the keys that it declared after it, and witnesses.

V07 and V08 for heads and keys, V25 for cosignatures. Without an explicit policy the bundle's own oldest key
is the pinned one: what that proves depends on comparing it with a key given by another way.
Sources: c2sp.org/signed-note, c2sp.org/tlog-cosignature, c2sp.org/tlog-proof.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import Final

from cryptography import x509

from saisine.texts import safe_display
from saisine.vault.bundle_files import BundleFault, BundleFiles
from saisine.vault.checks import all_good
from saisine.vault.log import parse_line
from saisine.vault.merkle import is_included, leaf_hash
from saisine.vault.notes import COSIGNATURE, ED25519, Head, NoteError, Signature, TlogProof, VerifierKey
from saisine.vault.opening import say_moment_en, say_moment_fr
from saisine.vault.report import Check, counted
from saisine.vault.snapshot import Policy
from saisine.vault.stamps import Authority

_TRUST: Final = "data/trust/"
_KEYS: Final = "data/trust/keys/"
_WITNESSES: Final = "data/trust/witnesses/"
_VAULT_KEY: Final = "data/trust/vault.vkey"
_NUMBER: Final = re.compile(r"[0-9]{1,6}")


def own_policy(files: BundleFiles) -> Policy:
    """The policy that a bundle gives itself: its oldest key, its authorities, its witnesses."""
    pinned = _key_names(files)[0]
    try:
        keys: tuple[VerifierKey, ...] = (read_key(files, pinned),)
    except BundleFault:
        keys = ()  # told by `check_keys`
    return Policy(keys, tuple(_authorities(files)), tuple(_witnesses(files)))


def read_key(files: BundleFiles, name: str) -> VerifierKey:
    """A signing key of the vault. Raises `BundleFault`."""
    try:
        key = VerifierKey.from_text(files.text(name, "V08"))
    except NoteError as error:
        raise BundleFault(
            "V08", name, f"clé publique malformée ({error.fr})", f"malformed ({error})"
        ) from error
    if key.kind != ED25519:
        raise BundleFault("V08", name, "clé d’un autre genre", f"a key of type {key.kind}")
    return key


def _key_names(files: BundleFiles) -> list[str]:
    """The signing keys of the vault by age, the one in use last."""
    numbers = [name.removeprefix(_KEYS).removesuffix(".vkey") for name in files.under(_KEYS)]
    retired = sorted((number for number in set(numbers) if _NUMBER.fullmatch(number)), key=int)
    return [*(f"{_KEYS}{number}.vkey" for number in retired), _VAULT_KEY]


def _authorities(files: BundleFiles) -> Iterator[Authority]:
    for name in files.under(f"{_TRUST}tsa-"):
        short = name.removeprefix(f"{_TRUST}tsa-").removesuffix(".pem")
        if name != f"{_TRUST}tsa-{short}.pem" or short.endswith("-chain"):
            continue
        chain = f"{_TRUST}tsa-{short}-chain.pem"
        try:
            roots = tuple(x509.load_pem_x509_certificates(files.read(name, "V15")))
            more = x509.load_pem_x509_certificates(files.read(chain, "V15")) if chain in files else []
        except (BundleFault, ValueError):
            continue  # B02 tells a changed file; without its root the stamp is told by V15
        yield Authority(short, "", roots, tuple(more))


def _witnesses(files: BundleFiles) -> Iterator[VerifierKey]:
    for name in files.under(_WITNESSES):
        if name.endswith(".vkey"):
            try:
                yield VerifierKey.from_text(files.text(name, "V25"))
            except (BundleFault, NoteError):
                continue  # told by `check_witness_keys`


# ---------------------------------------------------------------- signing keys


def check_keys(files: BundleFiles, pinned: Sequence[VerifierKey]) -> tuple[list[VerifierKey], list[Check]]:
    """V08: the pinned keys and their declared successors, and what does not hold in `trust/`."""
    trusted, failures = list(pinned), []
    names = _key_names(files)
    for name, newer in zip(names, [*names[1:], None], strict=True):
        try:
            key = read_key(files, name)
            _require_same_pem(files, name, key)
            if newer is not None:
                successor = read_key(files, newer)
                _require_declared(files, name.removesuffix(".vkey"), key, successor)
                trusted += [successor] if key in trusted else []
        except BundleFault as fault:
            failures.append(told(fault))
    failures += [told(_stranger(name)) for name in files.under(_KEYS) if not _is_key_part(name, names)]
    if not failures and read_key(files, _VAULT_KEY) not in trusted:
        failures.append(told(_unknown_key()))
    return trusted, failures


def _unknown_key() -> BundleFault:
    return BundleFault("V08", _VAULT_KEY, "n’est pas la clé attendue", "is not the key that was expected")


def _stranger(name: str) -> BundleFault:
    return BundleFault("V08", name, "fichier sans clé à côté", "a file with no key beside it")


def _is_key_part(name: str, names: Sequence[str]) -> bool:
    number, dot, rest = name.removeprefix(_KEYS).partition(".")
    return f"{_KEYS}{number}.vkey" in names and dot + rest in (".vkey", ".pem", ".entry.json", ".tlog-proof")


def _require_same_pem(files: BundleFiles, name: str, key: VerifierKey) -> None:
    """The PEM given to openssl must be the key that we check with."""
    pem = name.removesuffix(".vkey") + ".pem"
    if files.text(pem, "V08") != key.to_pem():
        raise BundleFault("V08", pem, "contient une autre clé", "holds another key")


def _require_declared(files: BundleFiles, base: str, old: VerifierKey, new: VerifierKey) -> None:
    """A line `key successor` names the new key, in a head that both keys signed."""
    line_name, proof_name = f"{base}.entry.json", f"{base}.tlog-proof"
    line = files.read(line_name, "V08")
    try:
        entry = parse_line(line)
    except ValueError as error:
        raise BundleFault("V08", line_name, "ligne malformée", str(error)) from error
    named = hashlib.sha256(new.to_text().encode()).hexdigest()
    if (entry.act, entry.code, entry.root) != ("key", "successor", named):
        raise BundleFault(
            "V08", line_name, "ne déclare pas la clé suivante", "does not declare the key that follows"
        )
    proof = read_proof(files, proof_name, "V08")
    require_inclusion(proof, proof_name, entry.seq, line, "V08")
    try:
        proof.head.note.require_signed_by([old])
        proof.head.note.require_signed_by([new])
    except NoteError as error:
        raise BundleFault(
            "V08",
            proof_name,
            f"les deux clés n’ont pas signé ({error.fr})",
            f"not signed by both keys ({error})",
        ) from error


def read_proof(files: BundleFiles, name: str, check: str) -> TlogProof:
    """Raises `BundleFault`."""
    try:
        return TlogProof.from_text(files.text(name, check))
    except NoteError as error:
        raise BundleFault(check, name, f"preuve malformée ({error.fr})", f"malformed ({error})") from error


def require_inclusion(proof: TlogProof, name: str, seq: int, line: bytes, check: str) -> None:
    """The line stands where it says in the tree of the proof's head. Raises `BundleFault`."""
    head = proof.head
    if proof.index != seq or not is_included(leaf_hash(line), seq, head.size, proof.path, head.root):
        raise BundleFault(
            check, name, "la preuve d’inclusion ne tient pas", "the proof of inclusion does not hold"
        )


# ---------------------------------------------------------------- heads


def check_heads(
    files: BundleFiles, trusted: Sequence[VerifierKey], failures: list[Check]
) -> tuple[dict[int, Head], list[Check]]:
    """V07 and V08: the heads that hold, by size, and the findings. `failures` are those of `check_keys`."""
    heads: dict[int, Head] = {}
    faults: dict[str, list[Check]] = {"V07": [], "V08": list(failures)}
    for name in files.under("data/log/"):
        if name.endswith(".txt") and f"{name.removesuffix('.txt')}.note" not in files:
            lost = BundleFault("V07", name, "texte sans tête à côté", "a text with no note beside it")
            faults["V07"].append(told(lost))
        if not name.endswith(".note"):
            continue
        try:
            head = _read_head(files, name)
            _require_signed(head, name, trusted)
        except BundleFault as fault:
            faults[fault.id].append(told(fault))
        else:
            heads[head.size] = head
    keys = ", ".join(key.to_text() for key in trusted)
    return heads, [
        *all_good("V07", faults["V07"], *counted(len(heads), "tête", "head")),
        *all_good("V08", faults["V08"], keys, keys),
    ]


def _read_head(files: BundleFiles, name: str) -> Head:
    try:
        head = Head.from_text(files.text(name, "V07"))
    except NoteError as error:
        raise BundleFault("V07", name, f"tête malformée ({error.fr})", f"malformed ({error})") from error
    beside = f"data/log/{head.size}.txt"
    if name != f"data/log/{head.size}.note":
        raise BundleFault("V07", name, "porte le nom d’une autre taille", f"is a head of size {head.size}")
    if files.read(beside, "V07") != head.text:
        raise BundleFault(
            "V07", beside, "n’est pas le texte de la tête", "is not the text of the note beside it"
        )
    return head


def _require_signed(head: Head, name: str, trusted: Sequence[VerifierKey]) -> None:
    try:
        head.note.require_signed_by(trusted)
    except NoteError as error:
        raise BundleFault(
            "V08",
            name,
            f"n’est pas signée par la clé attendue ({error.fr})",
            f"not signed by the expected key ({error})",
        ) from error


# ---------------------------------------------------------------- witnesses


def check_witnesses(
    files: BundleFiles,
    heads: Sequence[Head],
    signers: Sequence[VerifierKey],
    witnesses: Sequence[VerifierKey],
) -> Iterator[Check]:
    """V25: every signature beside the vault's own; one by an unknown witness is never taken for verified."""
    for name in files.under(_WITNESSES):
        try:
            _require_witness_file(files, name)
        except BundleFault as fault:
            yield told(fault)
    ours = {(key.name, key.id) for key in signers}
    known = [key for key in witnesses if key.kind == COSIGNATURE]
    for head in heads:
        for signature, key, holds in head.note.judge(known):
            if (signature.name, signature.id) not in ours:
                yield _say_cosignature(head, signature, key, holds)


def _require_witness_file(files: BundleFiles, name: str) -> None:
    base = name.removesuffix(".pem").removesuffix(".vkey")
    try:
        key = VerifierKey.from_text(files.text(f"{base}.vkey", "V25"))
    except NoteError as error:
        raise BundleFault(
            "V25", name, f"clé de témoin malformée ({error.fr})", f"malformed ({error})"
        ) from error
    if key.kind != COSIGNATURE:
        raise BundleFault("V25", name, "n’est pas la clé d’un témoin", "is not the key of a witness")
    if name.endswith(".pem") and files.text(name, "V25") != key.to_pem():
        raise BundleFault("V25", name, "contient une autre clé", "holds another key")


def _say_cosignature(head: Head, signature: Signature, key: VerifierKey | None, holds: bool) -> Check:
    name, who = f"data/log/{head.size}.note", signature.name
    if key is None:
        return Check.not_checked(
            "V25",
            f"{name} : contresignée par {who}, témoin inconnu ici",
            f"{name}: cosigned by {who}, a witness that is not known here",
        )
    if not holds:
        fr, en = f"la contresignature de {who} ne tient pas", f"the cosignature of {who} does not hold"
        return told(BundleFault("V25", name, fr, en))
    at = signature.cosigned_at
    return Check.verified(
        "V25",
        f"{name} : contresignée par {who} le {say_moment_fr(at)}",
        f"{name}: cosigned by {who} on {say_moment_en(at)}",
    )


def told(fault: BundleFault) -> Check:
    """The finding of one fault; a piece is named by its number first, as people call it."""
    fr, en = "", ""
    steps = fault.member.split("/")
    if len(steps) > 3 and steps[1] in ("items", "messages"):
        fr, en = {"items": ("pièce", "item"), "messages": ("message", "message")}[steps[1]]
        number = safe_display(steps[2])
        fr, en = f"{fr} {number}, ", f"{en} {number}, "
    member = safe_display(fault.member)
    return Check.failed(fault.id, f"{fr}{member} : {fault.fr}", f"{en}{member}: {fault.en}")
