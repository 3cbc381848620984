"""A sealed capture checked through a stream: by copy when it cannot go back, and nothing left behind."""

import io
from pathlib import Path

import pytest

from saisine.capture import CHECKERS, NAMES, Limits, check_sealed_wacz, check_wacz, checkers_in
from saisine.errors import SaisineError
from saisine.vault.records import KINDS
from tests.capture.build import good, zipped

GOOD = zipped(good())


class OneWay(io.RawIOBase):
    """What the vault gives above 32 MB: bytes in order, no way back."""

    def __init__(self, body: bytes) -> None:
        self._left = io.BytesIO(body)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        return self._left.readinto(buffer)


class Broken(OneWay):
    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        raise SaisineError("object_damaged", object="ab", reason="x")


def test_a_stream_that_cannot_go_back_gives_the_same_findings(tmp_path: Path) -> None:
    expected = [(c.n, c.state, c.what_fr, c.what_en) for c in check_wacz(io.BytesIO(GOOD))]
    assert check_sealed_wacz(OneWay(GOOD), tmp_path) == expected
    assert check_sealed_wacz(io.BytesIO(GOOD), tmp_path) == expected
    assert list(tmp_path.iterdir()) == []


def test_the_vault_is_handed_checkers_by_kind_of_record(tmp_path: Path) -> None:
    assert set(CHECKERS) <= KINDS
    checker = checkers_in(tmp_path)["wacz"]
    assert {number for number, *_ in checker(OneWay(GOOD))} == set(NAMES)
    damaged = [found[0] for found in checker(OneWay(GOOD[:-1])) if found[1] == "failed"]
    assert damaged == ["C01"]


def test_without_room_for_the_copy_nothing_is_called_verified(tmp_path: Path) -> None:
    found = check_sealed_wacz(OneWay(GOOD), tmp_path, Limits(free_bytes=len(GOOD) - 1))
    assert [(number, state) for number, state, *_ in found] == [(n, "not_checked") for n in NAMES]
    enough = check_sealed_wacz(OneWay(GOOD), tmp_path, Limits(free_bytes=len(GOOD)))
    assert ("C01", "verified") in {(number, state) for number, state, *_ in enough}


def test_a_folder_that_takes_no_file_and_a_damaged_object_say_so(tmp_path: Path) -> None:
    with pytest.raises(SaisineError) as caught:
        check_sealed_wacz(OneWay(GOOD), tmp_path / "absent")
    assert caught.value.code == "capture_scratch"
    with pytest.raises(SaisineError) as caught:
        check_sealed_wacz(Broken(GOOD), tmp_path)
    assert caught.value.code == "object_damaged"
