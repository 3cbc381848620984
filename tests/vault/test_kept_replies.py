"""Kept replies: any changed bit is seen, and `sha256sum` sees it too."""

import hashlib
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saisine.vault import SealItem, Vault
from saisine.vault.kept_replies import check_kept_replies, check_noted, keep_reply
from saisine.vault.log import Entry
from saisine.vault.stamps import pending_authorities
from saisine.vault.verify import verify_vault
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
    assert subprocess.run(command, cwd=heads, capture_output=True, check=False).returncode == 0


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_of_a_reply_or_of_its_hash_is_reported(
    data: st.DataObject, heads: Path, reply: bytes
) -> None:
    listed = f"{hashlib.sha256(reply).hexdigest()}  7.locale.tsr\n".encode()
    whole = {"7.locale.tsr": reply, "7.locale.tsr.sha256": listed}
    for name, content in whole.items():  # as `keep_reply` left them, without its waiting for the disk
        (heads / name).write_bytes(content)
    path = heads / data.draw(st.sampled_from(sorted(whole)))
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


# ---------------------------------------------------------------- by the log


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def dated(tmp_path: Path) -> Path:
    """A vault with one piece, dated; the authority's time is the machine's."""
    authority = LocalAuthority(tmp_path / "tsa-of-dated")
    with Vault.create(tmp_path / "dated", clock=now) as vault:
        vault.seal(SealItem("a.txt", b"abc"))
        vault.add_authority("locale", "http://127.0.0.1:1/", authority.root_pem)
        vault._stamper = authority
        (result,) = vault.stamp()
        (again,) = vault.stamp()
        assert (result.state, again.at, authority.replies) == ("dated", result.at, 1)
    return tmp_path / "dated"


def told(folder: Path) -> list[tuple[str, str]]:
    report = verify_vault(folder, now=now())
    return [(check.state, check.detail_en) for check in report.checks if check.id == "V13"]


def test_a_date_leaves_one_line_with_the_hash_of_its_reply(dated: Path) -> None:
    reply = next((dated / "log" / "heads").glob("*.tsr"))
    with Vault.open(dated, clock=now) as vault:
        lines = [line for line in vault.log_entries() if line.get("code") == "stamped"]
        assert pending_authorities(vault.folder, vault.journal) == [], "the line itself asks for no date"
    (line,) = lines
    assert line["root"] == hashlib.sha256(reply.read_bytes()).hexdigest()
    assert reply.name == f"{line['count']}.locale.tsr"
    assert [state for state, _ in told(dated)] == ["verified"]


def test_a_time_stamp_taken_away_with_its_hash_is_missed(dated: Path) -> None:
    for path in (dated / "log" / "heads").glob("*.tsr*"):
        path.unlink()
    failed = [detail for state, detail in told(dated) if state == "failed"]
    assert len(failed) == 1
    assert "noted at line" in failed[0]


def test_a_time_stamp_whose_line_was_cut_is_told(dated: Path) -> None:
    """The tail goes with its heads: what a cut leaves is whole, but for a stamp that no line knows."""
    log, heads = dated / "log" / "entries.jsonl", dated / "log" / "heads"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:-1]))
    for path in heads.glob(f"{len(lines)}.*"):
        path.unlink()
    report = verify_vault(dated, now=now())
    assert report.verdict == "verified"
    assert [state for state, _ in told(dated)] == ["verified", "not_checked"]
    assert "without a line in the log" in told(dated)[1][1]


def test_two_stamps_of_one_head_are_missed_one_by_one(tmp_path: Path, reply: bytes) -> None:
    keep_reply(tmp_path, 7, "une", reply)
    entries = [
        Entry(v=1, seq=seq, at="", act="note", code="stamped", root=root, count=7)
        for seq, root in enumerate((hashlib.sha256(reply).hexdigest(), "0" * 64))
    ]
    replies = {(7, "une"): reply}
    (gone,) = check_noted(tmp_path, entries, replies, {(7, "une")})
    assert (gone.state, "line 1" in gone.detail_en) == ("failed", True)
    # one that stands in its place and does not hold is told by its own number, once
    assert list(check_noted(tmp_path, entries, {**replies, (7, "deux"): b"<html>"}, {(7, "une")})) == []
