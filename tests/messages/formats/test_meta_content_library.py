"""Meta Content Library: two tables told apart by their columns, identifiers that are the library's own."""

from saisine.messages.formats.meta_content_library import (
    META_CONTENT_LIBRARY_FACEBOOK,
    META_CONTENT_LIBRARY_INSTAGRAM,
)
from tests.messages.formats.generated_social import MCL_FACEBOOK, MCL_INSTAGRAM
from tests.messages.formats.reading import best_format, read, utc


def test_a_post_of_facebook() -> None:
    (row,), entry = read(MCL_FACEBOOK, META_CONTENT_LIBRARY_FACEBOOK)
    assert (row.platform, row.kind, row.text, row.author_name) == (
        "facebook",
        "post",
        "Bonjour, voisins",
        "Association",
    )
    assert (row.created_at, row.like_count, row.share_count, row.reply_count, row.view_count) == (
        utc("2026-10-01T10:00:00Z"),
        5,
        1,
        2,
        None,
    )
    # the address of the library is not the post's: a notice could not use it
    assert (row.url, "url" in row.missing, entry.failed) == (None, True, [])


def test_a_post_of_instagram_has_no_time_from_its_identifier() -> None:
    (row,), _ = read(MCL_INSTAGRAM, META_CONTENT_LIBRARY_INSTAGRAM)
    assert (row.platform, row.author_handle, row.like_count, row.id_time) == ("instagram", "asso", 3, None)


def test_the_two_tables_are_told_apart_and_say_that_they_are_unverified() -> None:
    assert best_format(MCL_FACEBOOK) == "meta-content-library-facebook"
    assert best_format(MCL_INSTAGRAM) == "meta-content-library-instagram"
    for one in (META_CONTENT_LIBRARY_FACEBOOK, META_CONTENT_LIBRARY_INSTAGRAM):
        assert "non vérifié" in one.label_fr
        assert "unverified" in one.label_en
