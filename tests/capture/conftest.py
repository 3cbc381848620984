"""What the tests of captures share: findings of a check by number, and a good capture."""

import io
from collections.abc import Callable, Iterable

import pytest

from saisine.capture import Check, Limits, check_container, check_wacz


def by_number(checks: Iterable[Check]) -> dict[str, set[str]]:
    """number -> the states found under it."""
    found: dict[str, set[str]] = {}
    for check in checks:
        found.setdefault(check.n, set()).add(check.state)
    return found


def failed(body: bytes, **options: object) -> dict[str, list[str]]:
    """number -> what failed, in English, of a WACZ given as bytes."""
    checks = check_wacz(io.BytesIO(body), **options)  # type: ignore[arg-type]
    return failures(checks)


def failures(checks: Iterable[Check]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for check in checks:
        assert bool(check.what_fr) == bool(check.what_en)
        if check.state == "failed":
            found.setdefault(check.n, []).append(check.what_en)
    return found


def zip_failures(body: bytes, limits: Limits | None = None) -> dict[str, list[str]]:
    return failures(check_container(io.BytesIO(body), limits))


@pytest.fixture
def peak_bytes() -> Callable[[Callable[[], object]], int]:
    """The largest memory that Python objects took while a function ran."""
    import tracemalloc

    def measure(run: Callable[[], object]) -> int:
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            run()
            return tracemalloc.get_traced_memory()[1] - before
        finally:
            tracemalloc.stop()

    return measure
