"""Our verdict on a reply and the one of `openssl ts -verify -attime`, for authorities of every shape.

Nothing is accepted here that openssl refuses; where we refuse what it accepts, the rule is in `STRICTER`.
"""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from saisine.vault.stamps import Authority, build_request, verify_stamp
from saisine.vault.tokens import Token
from tests.vault.authority import POLICY, LocalAuthority, Shape, build_info

TEXT = b"vault.saisine.invalid/essai\n3\nracine\n"
REQUEST = build_request(TEXT, 1 << 63)
# Rules of ours that openssl does not have, by the case that shows them.
STRICTER = {
    "granted with modifications",
    "another policy than the listed ones",
    "imprint by SHA-1",
}


@dataclass
class Case:
    """One reply, what is pinned for it, and whether both should accept it."""

    reply: bytes
    pinned: LocalAuthority
    accepted: bool
    intermediates: bytes = b""
    policies: tuple[str, ...] = ()
    text: bytes = TEXT
    unreadable: bool = False
    authority: Authority = field(init=False)

    def __post_init__(self) -> None:
        chain = tuple(x509.load_pem_x509_certificates(self.intermediates)) if self.intermediates else ()
        roots = tuple(x509.load_pem_x509_certificates(self.pinned.root_pem))
        self.authority = Authority("essai", "http://127.0.0.1:1/", roots, chain, self.policies)


Maker = Callable[[Path], Case]


def good(
    shape: Shape, request: bytes = REQUEST, *, accepted: bool = True, intermediates: bool = False
) -> Maker:
    def make(folder: Path) -> Case:
        local = LocalAuthority(folder / "a", shape=shape)
        return Case(local.reply(request), local, accepted, local.chain_pem if intermediates else b"")

    return make


def signed(
    shape: Shape, accepted: bool, *, days: int = 0, names_itself: bool = True, **info: object
) -> Maker:
    def make(folder: Path) -> Case:
        local = LocalAuthority(folder / "a", shape=shape)
        at = datetime.now(UTC) + timedelta(days=days)
        body = build_info(TEXT, at, **info)  # type: ignore[arg-type]
        return Case(local.sign(body, names_itself=names_itself), local, accepted)

    return make


def digest_request(name: str) -> bytes:
    made = subprocess.run(
        ["openssl", "ts", "-query", "-data", "/dev/stdin", f"-{name}", "-cert"],
        input=TEXT,
        capture_output=True,
        check=True,
    )
    return made.stdout


def with_digest(name: str, key: str = "ec", *, accepted: bool = True) -> Maker:
    return lambda folder: good(Shape(key=key, digest="sha256"), digest_request(name), accepted=accepted)(
        folder
    )


def forged(folder: Path) -> Case:
    """The forger sends its own root inside the token."""
    honest, forger = LocalAuthority(folder / "a"), LocalAuthority(folder / "b", shape=Shape(intermediates=1))
    (forger.folder / "chain.pem").write_bytes(forger.chain_pem + forger.root_pem)
    return Case(forger.reply(REQUEST), honest, accepted=False)


def foreign_anchor(folder: Path) -> Case:
    """An intermediate of another root is configured: the library alone would take it as an anchor."""
    honest = LocalAuthority(folder / "a")
    other = LocalAuthority(folder / "b", shape=Shape(intermediates=1))
    return Case(other.reply(REQUEST), honest, accepted=False, intermediates=other.chain_pem)


def false_intermediate(folder: Path) -> Case:
    local = LocalAuthority(
        folder / "a", shape=Shape(intermediates=1, intermediate_is_ca=False, sends_chain=False)
    )
    return Case(local.reply(REQUEST), local, accepted=False, intermediates=local.chain_pem)


def other_head(folder: Path) -> Case:
    local = LocalAuthority(folder / "a")
    return Case(local.reply(build_request(b"another head", 1 << 63)), local, accepted=False)


def modified(folder: Path) -> Case:
    local = LocalAuthority(folder / "a")
    reply = bytearray(local.reply(REQUEST))
    at = reply.index(b"\x02\x01\x00")
    reply[at + 2] = 1
    return Case(bytes(reply), local, accepted=False)


def unsorted_chain(folder: Path) -> Case:
    """The signer's certificate has to come after the intermediate in DER order: keep the one that does not."""
    for number in range(20):
        local = LocalAuthority(folder / str(number), shape=Shape(intermediates=2))
        reply = local.reply(REQUEST)
        sent = list(Token.parse(reply).certificates)
        if sent != sorted(sent):
            return Case(reply, local, accepted=True)
    raise AssertionError("openssl sorts certificate sets now: this case has lost its object")


def listed(policy: str, *, accepted: bool) -> Maker:
    def make(folder: Path) -> Case:
        local = LocalAuthority(folder / "a")
        return Case(local.reply(REQUEST), local, accepted, policies=(policy,))

    return make


def flipped(folder: Path) -> Case:
    local = LocalAuthority(folder / "a")
    reply = bytearray(local.reply(REQUEST))
    reply[-5] ^= 1  # inside the signature
    return Case(bytes(reply), local, accepted=False)


def two_signers(folder: Path) -> Case:
    local, other = LocalAuthority(folder / "a"), LocalAuthority(folder / "b")
    return Case(local.sign(build_info(TEXT, datetime.now(UTC)), also=other), local, accepted=False)


EC, RSA = Shape(), Shape(key="rsa")
STRANGER = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "Une autre")])
CASES: dict[str, Maker] = {
    "EC P-256": good(EC),
    "RSA-2048": good(RSA),
    "SHA-384, EC": with_digest("sha384"),
    "SHA-512, RSA": with_digest("sha512", "rsa"),
    "signed with SHA-512": good(Shape(digest="sha512")),
    "certificate named by SHA-256": good(Shape(ess_digest="sha256")),
    "named authority": good(Shape(tsa_name=True)),
    "key usage for signatures": good(Shape(key_usage="sign")),
    "with an intermediate": good(Shape(intermediates=1)),
    "intermediate configured, not sent": good(Shape(intermediates=1, sends_chain=False), intermediates=True),
    "intermediate neither sent nor configured": good(
        Shape(intermediates=1, sends_chain=False), accepted=False
    ),
    "two intermediates, unsorted set": unsorted_chain,
    "any time while the certificate is valid": signed(EC, accepted=True, days=-10),
    "time in the future": signed(EC, accepted=True, days=30),
    "expired at that time": good(Shape(days=(-300, -100)), accepted=False),
    "not yet valid at that time": signed(EC, accepted=False, days=-45),
    "root expired at that time": signed(Shape(root_days=(-60, 5)), accepted=False, days=10),
    "usage beyond time stamping": signed(Shape(usages=("time", "code")), accepted=False),
    "usage for code": signed(Shape(usages=("code",)), accepted=False),
    "no usage": signed(Shape(usages=()), accepted=False),
    "usage not critical": signed(Shape(usage_is_critical=False), accepted=False),
    "key usage for encryption too": signed(Shape(key_usage="both"), accepted=False),
    "certificate not named": signed(EC, accepted=False, names_itself=False),
    "named as another authority": signed(EC, accepted=False, authority=STRANGER),
    "two signers": two_signers,
    "version 2": signed(EC, accepted=False, version=2),
    "imprint by SHA-1": signed(EC, accepted=False, digest="sha1"),
    "granted with modifications": modified,
    "the listed policy": listed(POLICY, accepted=True),
    "another policy than the listed ones": listed("1.2.3", accepted=False),
    "forged root inside": forged,
    "intermediate of another root": foreign_anchor,
    "intermediate that is no authority": false_intermediate,
    "token of another head": other_head,
    "a bit of the signature flipped": flipped,
}


def openssl_accepts(folder: Path, case: Case) -> bool:
    """The command that docs/time-stamps.md gives to whoever checks."""
    for name, body in (("r.tsr", case.reply), ("text", case.text), ("root.pem", case.authority.roots_pem)):
        (folder / name).write_bytes(body)
    command = ["openssl", "ts", "-verify", "-in", "r.tsr", "-data", "text", "-CAfile", "root.pem"]
    command += ["-attime", str(int(Token.parse(case.reply).at.timestamp()))] if _has_one_signer(case) else []
    if case.intermediates:
        (folder / "chain.pem").write_bytes(case.intermediates)
        command += ["-untrusted", "chain.pem"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"}
    )
    return done.returncode == 0


def _has_one_signer(case: Case) -> bool:
    try:
        Token.parse(case.reply)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_accepted_that_openssl_refuses(name: str, tmp_path: Path) -> None:
    case = CASES[name](tmp_path)
    verdict = verify_stamp(case.reply, case.text, [case.authority])
    theirs = openssl_accepts(tmp_path, case)
    assert verdict.is_verified is case.accepted, verdict
    assert theirs is (case.accepted or name in STRICTER)
    assert bool(verdict.reason) is not case.accepted
    assert bool(verdict.reason.fr) is bool(verdict.reason.en)
    if verdict.is_granted:
        sent = list(Token.parse(case.reply).certificates)
        assert bool(verdict.reader) is (sent != sorted(sent)), (
            "openssl reads what the library cannot, no more"
        )


def test_the_authority_that_dated_is_named_among_several(tmp_path: Path) -> None:
    pinned = []
    for name in ("une", "deux"):
        local = LocalAuthority(tmp_path / name, name)
        pinned.append(Authority(name, "", tuple(x509.load_pem_x509_certificates(local.root_pem))))
    verdict = verify_stamp(local.reply(REQUEST), TEXT, pinned)
    assert (verdict.is_verified, verdict.authority) == (True, "deux")
    assert not verify_stamp(local.reply(REQUEST), TEXT, pinned[:1]).is_verified


def test_two_tokens_swapped_are_both_refused(tmp_path: Path) -> None:
    local = LocalAuthority(tmp_path / "a")
    texts = (b"head 1", b"head 2")
    replies = [local.reply(build_request(text, 1 << 63)) for text in texts]
    roots = tuple(x509.load_pem_x509_certificates(local.root_pem))
    for text, own, other in zip(texts, replies, reversed(replies), strict=True):
        assert verify_stamp(own, text, [Authority("a", "", roots)]).is_verified
        swapped = verify_stamp(other, text, [Authority("a", "", roots)])
        assert (swapped.is_granted, swapped.is_ours) == (True, False)


def test_a_certificate_expired_since_then_is_said(tmp_path: Path) -> None:
    local = LocalAuthority(tmp_path / "a", shape=Shape(days=(-30, 10)))
    roots = tuple(x509.load_pem_x509_certificates(local.root_pem))
    later = datetime.now(UTC) + timedelta(days=400)
    verdict = verify_stamp(local.reply(REQUEST), TEXT, [Authority("a", "", roots)], now=later)
    assert verdict.is_verified
    assert "expiré" in verdict.remark.fr
    assert "expired" in verdict.remark.en
