"""Time stamps: a local authority on loopback, the shared replies, and every forgery that is refused."""

import hashlib
import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from saisine.errors import SaisineError
from saisine.vault import SealItem, Vault
from saisine.vault.kept_replies import keep_reply
from saisine.vault.stamps import Authority, NotAReply, build_request, send_over_http, verify_stamp
from saisine.vault.verify import verify_vault
from tests.shared import shared_file
from tests.vault.authority import POLICY, LocalAuthority


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def authority(tmp_path: Path) -> LocalAuthority:
    return LocalAuthority(tmp_path / "tsa")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A vault on the real clock: the authority's time is the machine's."""
    with Vault.create(tmp_path / "dated", clock=now) as vault:
        vault.seal(SealItem("a.txt", b"abc"))
    return tmp_path / "dated"


def states(folder: Path, number: str) -> list[str]:
    return [check.state for check in verify_vault(folder, now=now()).checks if check.id == number]


def test_a_head_is_dated_over_http_and_openssl_agrees(folder: Path, authority: LocalAuthority) -> None:
    with authority.serve() as url, Vault.open(folder, clock=now) as vault:
        vault.add_authority("locale", url, authority.root_pem)
        assert vault.items()[0].state == "not_yet_dated"
        (result,) = vault.stamp()
        assert result.state == "dated"
        assert vault.items()[0].state == "dated"
        assert vault.stamp()[0].at == result.at
        assert authority.replies == 1, "a head that is dated is not sent again"
        later = vault.seal(SealItem("b.txt", b"def"))
        assert vault.state_of(later.seq) == "not_yet_dated"
    report = verify_vault(folder, now=now())
    assert report.verdict == "verified"
    assert "datées d’avant" in report.summary_fr or "datée d’avant" in report.summary_fr
    heads = folder / "log" / "heads"
    reply = next(heads.glob("*.tsr"))
    text = heads / f"{reply.name.split('.')[0]}.txt"
    command = ["openssl", "ts", "-verify", "-in", str(reply), "-data", str(text)]
    command += ["-CAfile", str(authority.folder / "root.pem")]
    assert "OK" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_our_request_is_read_by_openssl(tmp_path: Path) -> None:
    for nonce in (1 << 63, (1 << 64) - 1):
        (tmp_path / "query").write_bytes(build_request(b"hello", nonce))
        command = ["openssl", "ts", "-query", "-in", str(tmp_path / "query"), "-text"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert f"0x{nonce:X}" in told
        assert "sha256" in told
        assert "Certificate required: yes" in told


def test_offline_heads_wait_and_only_the_newest_is_sent(folder: Path, authority: LocalAuthority) -> None:
    with authority.serve() as url:
        pass  # the port is closed again: nobody answers
    with Vault.open(folder, clock=now) as vault:
        vault.add_authority("locale", url, authority.root_pem)
        (told,) = vault.stamp()
        assert (told.state, told.reason) == ("queued", "Connection refused")
        vault.seal(SealItem("b.txt", b"def"))
        assert vault.stamp()[0].state == "queued"
        assert {one.state for one in vault.items()} == {"not_yet_dated"}
    with Vault.open(folder, clock=now, stamper=authority) as vault:
        assert vault.stamp()[0].state == "dated"
        assert authority.replies == 1
        assert {one.state for one in vault.items()} == {"dated"}


def test_a_proxy_page_is_kept_aside_and_never_as_a_stamp(folder: Path, authority: LocalAuthority) -> None:
    page = b"<html>Bonjour, identifiez-vous</html>"
    with authority.serve(kind="text/html", page=page) as url, Vault.open(folder, clock=now) as vault:
        vault.add_authority("locale", url, authority.root_pem)
        (result,) = vault.stamp()
    assert result.state == "refused"
    assert list((folder / "log" / "heads").glob("*.tsr")) == []
    assert next((folder / "lost").glob("*.reply")).read_bytes() == page
    assert verify_vault(folder, now=now()).verdict == "verified"


def test_a_reply_that_is_too_long_and_a_strange_address_are_refused(authority: LocalAuthority) -> None:
    with authority.serve(page=bytes(70_000)) as url, pytest.raises(NotAReply):
        send_over_http(url, b"")
    with pytest.raises(NotAReply):
        send_over_http("file:///etc/hostname", b"")


def test_without_an_authority_nothing_is_sent(folder: Path) -> None:
    with Vault.open(folder, clock=now) as vault, pytest.raises(SaisineError) as caught:
        vault.stamp()
    assert caught.value.code == "no_authority"


def test_a_forged_authority_is_found_and_named(
    folder: Path, authority: LocalAuthority, tmp_path: Path
) -> None:
    with Vault.open(folder, clock=now, stamper=authority) as vault:
        vault.add_authority("locale", "http://127.0.0.1:1/", authority.root_pem)
        (result,) = vault.stamp()
        head = vault.journal.head(result.size)
    forger = LocalAuthority(tmp_path / "forger")
    reply = forger.reply(build_request(head.text, 1 << 63))
    keep_reply(folder / "log" / "heads", head.size, "locale", reply)  # with its hash: the forger knows how
    report = verify_vault(folder, now=now())
    assert [check.id for check in report.failures()] == ["V15"]
    assert "ErrorStack" not in report.failures()[0].detail_fr
    assert "locale" in report.failures()[0].detail_fr
    # The forger also puts its own root in place of the pinned one: the log remembers which it was, and the reply.
    (folder / "trust" / "tsa" / "locale.pem").write_bytes(forger.root_pem)
    assert [check.id for check in verify_vault(folder, now=now()).failures()] == ["V13", "V15"]


def test_a_reply_over_another_head_is_found(folder: Path, authority: LocalAuthority) -> None:
    with Vault.open(folder, clock=now, stamper=authority) as vault:
        vault.add_authority("locale", "http://127.0.0.1:1/", authority.root_pem)
        size = vault.stamp()[0].size
    heads = folder / "log" / "heads"
    keep_reply(heads, size, "locale", authority.reply(build_request(b"another text", 1 << 63)))
    assert [check.id for check in verify_vault(folder, now=now()).failures()] == ["V14"]
    keep_reply(heads, size, "locale", b"<html>")
    assert [check.id for check in verify_vault(folder, now=now()).failures()] == ["V13"]


def test_a_certificate_for_more_than_time_stamping_is_refused(tmp_path: Path) -> None:
    wide = LocalAuthority(tmp_path / "wide", usage_only=False)
    roots = tuple(x509.load_pem_x509_certificates(wide.root_pem))
    try:
        reply = wide.reply(build_request(b"hello", 1 << 63))
    except subprocess.CalledProcessError:
        return  # openssl refuses to sign with such a certificate: nothing to verify
    assert not verify_stamp(reply, b"hello", [Authority("wide", "", roots)]).is_verified


def test_the_policy_must_be_a_listed_one(authority: LocalAuthority) -> None:
    roots = tuple(x509.load_pem_x509_certificates(authority.root_pem))
    reply = authority.reply(build_request(b"hello", 1 << 63))
    assert verify_stamp(reply, b"hello", [Authority("a", "", roots, policies=(POLICY,))]).is_verified
    assert not verify_stamp(reply, b"hello", [Authority("a", "", roots, policies=("1.2.3",))]).is_verified
    assert not verify_stamp(reply, b"hello", [Authority("a", "", roots)], nonce=7).is_verified
    assert not verify_stamp(reply, b"other", [Authority("a", "", roots)]).is_verified


def test_shared_replies_give_the_expected_verdict_here_and_in_openssl() -> None:
    folder = shared_file("vectors/own/rfc3161")
    cases = json.loads((folder / "cases.json").read_text())
    payload = (folder / cases["hash"]).read_bytes()
    root = folder / cases["trusted_root"]
    trusted = [Authority("vectors", "", tuple(x509.load_pem_x509_certificates(root.read_bytes())))]
    assert len(cases["cases"]) == 10
    for case in cases["cases"]:
        reply = (folder / case["file"]).read_bytes()
        verdict = verify_stamp(reply, payload, trusted, now=now())
        assert verdict.is_verified is case["valid"], case
        assert bool(verdict.remark) is (case["file"] == "signed-while-valid-expired-since.tsr")
        if verdict.at is None:
            continue
        command = ["openssl", "ts", "-verify", "-in", str(folder / case["file"]), "-data"]
        command += [
            str(folder / cases["hash"]),
            "-CAfile",
            str(root),
            "-attime",
            str(int(verdict.at.timestamp())),
        ]
        agreed = subprocess.run(command, capture_output=True, check=False).returncode == 0
        assert agreed is case["valid"], case


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512", "invalid-signature", "no-embedded-cert"])
def test_upstream_replies_give_the_expected_verdict(name: str) -> None:
    folder = shared_file("vectors/rfc3161/sigstage")
    chain = x509.load_pem_x509_certificates((folder / "ts_chain.pem").read_bytes())
    roots = tuple(one for one in chain if one.issuer == one.subject) or tuple(chain)
    trusted = [Authority("sigstage", "", roots, tuple(one for one in chain if one not in roots))]
    verdict = verify_stamp((folder / f"response-{name}.tsr").read_bytes(), b"hello", trusted)
    assert verdict.is_verified is name.startswith("sha"), verdict


def test_a_malformed_description_says_which(folder: Path, authority: LocalAuthority) -> None:
    with Vault.open(folder, clock=now) as vault:
        with pytest.raises(SaisineError) as caught:
            vault.add_authority("../etc", "http://127.0.0.1:1/", authority.root_pem)
        assert caught.value.code == "authority_malformed"
        vault.add_authority("locale", "http://127.0.0.1:1/", authority.root_pem)
        (folder / "trust" / "tsa" / "locale.yaml").write_text("url: [")
        assert vault.items()[0].state == "not_yet_dated"
    assert "failed" in states(folder, "V15")


def test_hashes_of_the_request_are_those_of_the_text() -> None:
    assert hashlib.sha256(b"hello").digest() in build_request(b"hello", 1 << 63)
