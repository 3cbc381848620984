"""openssl as the second reader: named when it reads, said to be missing when it is."""

from pathlib import Path

import pytest
import rfc3161_client
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.vault.dates import say_stamp
from saisine.vault.second_reader import SecondReader, find_second_reader
from saisine.vault.stamps import Authority, build_request, verify_stamp
from saisine.vault.tokens import Token
from tests.vault.authority import LocalAuthority, Shape

TEXT = b"head"


@pytest.fixture
def unsorted(tmp_path: Path) -> tuple[bytes, Authority]:
    """A reply of `openssl ts -reply` with its chain, in an order that the library refuses."""
    for number in range(20):
        local = LocalAuthority(tmp_path / str(number), shape=Shape(intermediates=2))
        reply = local.reply(build_request(TEXT, 1 << 63))
        sent = list(Token.parse(reply).certificates)
        if sent != sorted(sent):
            return reply, Authority("a", "", tuple(x509.load_pem_x509_certificates(local.root_pem)))
    raise AssertionError("openssl sorts certificate sets now")


def test_the_library_refuses_what_openssl_reads_and_the_finding_names_openssl(
    unsorted: tuple[bytes, Authority],
) -> None:
    reply, authority = unsorted
    with pytest.raises(ValueError, match="SetOrdering"):
        _ = rfc3161_client.decode_timestamp_response(reply).signed_data.certificates
    verdict = verify_stamp(reply, TEXT, [authority])
    assert verdict.is_verified
    assert verdict.reader.startswith("OpenSSL ")
    said = list(say_stamp("3.a", verdict))
    assert {check.state for check in said} == {"verified"}
    assert f"lu par {verdict.reader}" in said[0].detail_fr
    assert "qualification eIDAS inconnue" in said[2].detail_fr


def test_rules_of_ours_hold_for_the_second_reader_too(unsorted: tuple[bytes, Authority]) -> None:
    reply, authority = unsorted
    picky = Authority("a", "", authority.roots, policies=("1.2.3",))
    assert not verify_stamp(reply, TEXT, [picky]).is_verified
    assert verify_stamp(reply, b"other", [authority]).is_ours is False
    assert verify_stamp(reply, TEXT, [authority], nonce=7).is_ours is False
    broken = reply[:-5] + bytes([reply[-5] ^ 1]) + reply[-4:]
    refused = verify_stamp(broken, TEXT, [authority])
    assert refused.is_trusted is False
    assert "refusé par OpenSSL" in refused.reason.fr


def test_without_openssl_the_reply_is_not_checked_in_plain_words(
    unsorted: tuple[bytes, Authority], monkeypatch: pytest.MonkeyPatch
) -> None:
    reply, authority = unsorted
    monkeypatch.setenv("PATH", "")
    assert find_second_reader() is None
    verdict = verify_stamp(reply, TEXT, [authority])
    assert (verdict.is_verified, verdict.is_unreadable) == (False, True)
    first = next(iter(say_stamp("3.a", verdict)))
    assert first.state == "not_checked"
    assert first.detail_fr == "3.a : illisible ici, et openssl n’est pas installé pour la relire"


def test_a_program_that_cannot_start_accepts_nothing(unsorted: tuple[bytes, Authority]) -> None:
    reply, authority = unsorted
    at = Token.parse(reply).at
    assert not SecondReader("/nonexistent/openssl", "OpenSSL 0").accepts(reply, TEXT, authority, at)


@pytest.mark.parametrize(
    "body", [b"", b"0", b"<html>", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x02\x01\x00"]
)
def test_hostile_bytes_are_a_finding_in_both_languages(body: bytes) -> None:
    verdict = verify_stamp(body, TEXT, [])
    assert not verdict.is_verified
    assert verdict.reason.fr
    assert verdict.reason.en


def test_every_cut_of_a_reply_is_refused_without_a_traceback(tmp_path: Path) -> None:
    local = LocalAuthority(tmp_path / "a")
    reply = local.reply(build_request(TEXT, 1 << 63))
    pinned = [Authority("a", "", tuple(x509.load_pem_x509_certificates(local.root_pem)))]
    assert verify_stamp(reply, TEXT, pinned).is_verified
    for length in range(0, len(reply), 7):
        assert not verify_stamp(reply[:length], TEXT, pinned).is_verified


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Authority]:
    local = LocalAuthority(tmp_path_factory.mktemp("plain"), shape=Shape(tsa_name=True, key_usage="sign"))
    reply = local.reply(build_request(TEXT, 1 << 63))
    return reply, Authority("a", "", tuple(x509.load_pem_x509_certificates(local.root_pem)))


@pytest.mark.filterwarnings("ignore")  # the certificate library warns about odd serial numbers
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_changed_bytes_never_raise_and_never_date_other_bytes(
    data: st.DataObject, plain: tuple[bytes, Authority]
) -> None:
    reply, authority = plain
    body = bytearray(reply)
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    verdict = verify_stamp(bytes(body), TEXT, [authority])
    assert bool(verdict.reason.fr) is not verdict.is_verified
    assert not verify_stamp(bytes(body), b"other", [authority]).is_verified
