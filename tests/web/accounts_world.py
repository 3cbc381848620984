"""A team or an empty workspace behind the pages of accounts, and signing in as a browser does."""

import atexit
import base64
import hmac
import shutil
import struct
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.cache import cache as counters
from django.test import Client, override_settings

from saisine.web import current
from saisine.web.wsgi import prepare_accounts
from tests.casework.world import Clock, opened
from tests.web.members_world import HASHERS, HOST, PASSWORD, World, world


@pytest.fixture
def team(tmp_path: Path) -> Iterator[World]:
    counters.clear()  # the counters of failed tries
    with world(tmp_path / "espace") as found:
        yield found


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Clock]:
    """A workspace without any account, open behind the pages."""
    clock = Clock()
    shutil.copytree(_prepared(), tmp_path / "espace")
    with override_settings(PASSWORD_HASHERS=HASHERS), opened(tmp_path / "espace", clock) as session:
        current.use(session)
        yield clock
        current.use(None)


@cache
def _prepared() -> Path:
    """With the tables of accounts: making them takes a second, copying them a few milliseconds."""
    folder = Path(tempfile.mkdtemp(prefix="saisine-tests-")) / "espace"
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    with opened(folder):
        prepare_accounts()
    return folder


def browser() -> Client:
    return Client(HTTP_HOST=HOST)


FIRST = {"label": "Claire", "username": "claire", "password": PASSWORD}


def sign_in(client: Client, username: str, password: str = PASSWORD) -> "int | str":
    answer = client.post("/connexion/", {"login": username, "password": password})
    return answer.headers["Location"] if answer.status_code == 302 else answer.status_code


def code_of(secret: str, at: float) -> str:
    """RFC 6238, computed here from the key as the person's telephone does."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(at) // 30), "sha1").digest()
    start = digest[-1] & 0xF
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"
