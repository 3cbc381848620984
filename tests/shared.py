"""The one way from the tests to the folder of shared samples beside the project."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared"


def shared_root() -> Path | None:
    """The shared folder, or None: it lies beside the project, or where SAISINE_SHARED says."""
    root = Path(os.environ.get("SAISINE_SHARED", _BESIDE))
    return root if root.is_dir() else None


def shared_file(name: str) -> Path:
    """The path of a shared file or folder; the test is skipped, in plain words, when it is absent."""
    root = shared_root()
    if root is None or not (root / name).exists():
        pytest.skip(f"shared/{name} is absent: only the generated cases were run")
    return root / name
