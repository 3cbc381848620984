"""One page, one object: trackers go, what chooses the page stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saisine.findings.addresses import canonical_url, read_cell, site_of


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("HTTPS://WWW.Exemple.FR:443/A/?utm_source=x&b=2&a=1#haut", "https://exemple.fr/A?a=1&b=2"),
        ("http://exemple.fr:80/", "http://exemple.fr"),
        ("http://exemple.fr:8080/a", "http://exemple.fr:8080/a"),
        ("https://x.com/a/status/1?s=20&t=Zz", "https://x.com/a/status/1"),
        ("https://youtu.be/abc?t=42&si=zz", "https://youtu.be/abc?t=42"),
        ("https://exemple.fr/?s=mot&fbclid=1&gclid=2&igsh=3", "https://exemple.fr?s=mot"),
        ("https://exemple.fr/a%2Fb?q=a%26b", "https://exemple.fr/a%2Fb?q=a%26b"),
        ("https://[::1]:443/a", "https://[::1]/a"),
        ("https://[mal/a", "https://[mal/a"),
        ("  ", None),
        ("", None),
    ],
)
def test_what_does_not_choose_the_page_is_removed(address: str, canonical: str | None) -> None:
    assert canonical_url(address) == canonical


@settings(max_examples=30, deadline=None)
@given(st.text("htps:/.w?&=#u_m1éA%[]@", max_size=40).map("https://".__add__) | st.text(max_size=30))
def test_a_canonical_address_is_its_own(address: str) -> None:
    found = canonical_url(address)
    if found is not None:
        assert canonical_url(found) == found


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("['http://a', 'http://b']", ["http://a", "http://b"]),
        ('["a", "b", "a"]', ["a", "b"]),
        ("a|b||c", ["a", "b", "c"]),
        ("[]", []),
        ("['']", []),
        ("  ", []),
        ("[not a list", ["[not a list"]),
        ("['open", ["['open"]),
        ("deux mots | trois", ["deux mots | trois"]),
        ("[" * 5_000 + "]" * 5_000, ["[" * 5_000 + "]" * 5_000]),
    ],
)
def test_lists_in_a_cell_are_lists_and_blank_cells_are_nothing(cell: str, values: list[str]) -> None:
    assert read_cell(cell) == values


def test_a_platform_is_no_site() -> None:
    assert site_of("https://blog.exemple.co.uk/a") == "exemple.co.uk"
    assert site_of("https://m.youtube.com/watch?v=1") is None
    assert site_of("https://192.0.2.1/a") is None
