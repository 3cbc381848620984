"""Kept replies: any changed bit is seen, and `sha256sum` sees it too."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.vault.kept_replies import check_kept_replies, keep_reply
from tests.vault.authority import LocalAuthority


@pytest.fixture(scope="module")
def reply(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    from saisine.vault.stamps import build_request

    return LocalAuthority(tmp_path_factory.mktemp("tsa")).reply(build_request(b"head", 1 << 63))


@pytest.fixture
def heads(tmp_path: Path, reply: bytes) -> Path:
    keep_reply(tmp_path, 7, "locale", reply)
    return tmp_path


def test_a_reply_that_fits_says_nothing_and_sha256sum_agrees(heads: Path) -> None:
    assert list(check_kept_replies(heads)) == []
    command = ["sha256sum", "-c", "7.locale.tsr.sha256"]
    assert "OK" in subprocess.run(command, cwd=heads, capture_output=True, text=True, check=True).stdout


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_of_a_reply_or_of_its_hash_is_reported(
    data: st.DataObject, heads: Path, reply: bytes
) -> None:
    keep_reply(heads, 7, "locale", reply)
    path = heads / data.draw(st.sampled_from(["7.locale.tsr", "7.locale.tsr.sha256"]))
    body = bytearray(path.read_bytes())
    bit = data.draw(st.integers(0, 8 * len(body) - 1))
    body[bit // 8] ^= 1 << bit % 8
    path.write_bytes(bytes(body))
    (found,) = check_kept_replies(heads)
    assert (found.id, found.state) == ("V13", "failed")
    assert "7.locale.tsr" in found.detail_fr


def test_a_reply_that_is_gone_is_named_and_a_missing_hash_is_not_checked(heads: Path) -> None:
    (heads / "7.locale.tsr").rename(heads / "8.locale.tsr")
    gone, unlisted = check_kept_replies(heads)
    assert (gone.state, "7.locale.tsr" in gone.detail_fr) == ("failed", True)
    assert (unlisted.state, "8.locale.tsr" in unlisted.detail_en) == ("not_checked", True)


def test_a_newer_reply_replaces_both(heads: Path) -> None:
    keep_reply(heads, 7, "locale", b"another")
    assert list(check_kept_replies(heads)) == []
