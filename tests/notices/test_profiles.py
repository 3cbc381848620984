"""Platform profiles: every file loads, links lead to the right content, faults name their line."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saisine.errors import SaisineError
from saisine.notices import load_platforms, platform_for_url
from saisine.notices.profiles import FOLDER, load_profile
from tests.notices.drafts import URLS

FIRST_RELEASE = {
    "facebook",
    "instagram",
    "x",
    "tiktok",
    "youtube",
    "twitch",
    "linkedin",
    "snapchat",
    "mastodon",
    "other",
}


def test_the_platforms_of_the_first_release_are_there_the_generic_one_last() -> None:
    platforms = load_platforms()
    assert set(platforms) >= FIRST_RELEASE
    assert list(platforms)[-1] == "other"
    assert all(platform.form("art16") for platform in platforms.values())


def test_a_profile_that_nobody_checked_says_so() -> None:
    for platform in load_platforms().values():
        if not platform.verified:
            assert platform.flag(date(2026, 4, 21)) == "Non vérifié sur la plateforme"
            assert platform.needs_recheck(date(2026, 4, 21))


@pytest.mark.parametrize(
    ("url", "platform", "content_id", "kind"),
    [
        (URLS["facebook"], "facebook", "pfbid0exemple1", "post"),
        ("https://m.facebook.com/story/permalink.php", "facebook", "", ""),
        ("https://facebook.com/permalink.php?id=1&story_fbid=22", "facebook", "22", "post"),
        ("https://www.facebook.com/a/posts/33?comment_id=44", "facebook", "44", "comment"),
        ("https://fb.watch/abC-1/", "facebook", "abC-1", "short_link"),
        (URLS["instagram"], "instagram", "Exemple1", "post"),
        ("https://instagram.com/p/AbC/c/1800/", "instagram", "1800", "comment"),
        ("https://www.instagram.com/compte/reel/XyZ/", "instagram", "XyZ", "video"),
        (URLS["x"], "x", "1900000000000000001", "post"),
        ("https://mobile.twitter.com/a/status/12?s=20", "x", "12", "post"),
        (URLS["tiktok"], "tiktok", "7400000000000000001", "video"),
        ("https://vm.tiktok.com/ZNabc/", "tiktok", "ZNabc", "short_link"),
        (URLS["youtube"], "youtube", "UgxExemple1", "comment"),
        ("https://youtu.be/exempleABCD?t=3", "youtube", "exempleABCD", "video"),
        ("youtube.com/shorts/exempleABCD", "youtube", "exempleABCD", "video"),
        (URLS["twitch"], "twitch", "2000000001", "video"),
        ("https://clips.twitch.tv/Calm-Example-12", "twitch", "Calm-Example-12", "clip"),
        (URLS["linkedin"], "linkedin", "urn:li:activity:7300000000000000001", "post"),
        (URLS["snapchat"], "snapchat", "W7_Exemple1", "video"),
        ("https://snapchat.com/t/AbC12", "snapchat", "AbC12", "short_link"),
        ("https://www.snapchat.com/@compte.invente", "snapchat", "compte.invente", "profile"),
        (URLS["mastodon"], "mastodon", "112000000000000001", "post"),
        # any instance: the host is not in the list, the shape of the address is
        (
            "https://social.exemple.invalid/@a@b.invalid/112000000000000001",
            "mastodon",
            "112000000000000001",
            "post",
        ),
        (
            "https://social.exemple.invalid/users/a/statuses/112000000000000001",
            "mastodon",
            "112000000000000001",
            "post",
        ),
        ("https://tiktok.com/@a/112000000000000001", "tiktok", "", ""),
        ("https://social.exemple.invalid/@a/1234", "other", "", ""),
        (URLS["other"], "other", "", ""),
        ("https://notx.com/a/status/12", "other", "", ""),
    ],
)
def test_a_link_gives_its_platform_and_its_content(
    url: str, platform: str, content_id: str, kind: str
) -> None:
    place = platform_for_url(url)
    assert (place.platform.id, place.content_id, place.kind) == (platform, content_id, kind)


def test_a_short_link_is_not_a_permanent_address() -> None:
    assert not platform_for_url("https://vm.tiktok.com/ZNabc/").is_permanent
    assert platform_for_url(URLS["x"]).is_permanent


@pytest.mark.parametrize(
    "url", ["javascript:x", "file:///etc/passwd", "https://[", "", "https://x.com/" + "a" * 9000]
)
def test_what_is_no_web_link_has_no_host(url: str) -> None:
    assert platform_for_url(url).host == ""


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_of_links(text: str) -> None:
    assert platform_for_url(text).url == text


FAULTS = {
    "unknown key": (lambda text: text.replace("dsc:", "dcs:"), "dcs"),
    "unknown part": (lambda text: text.replace("maps_to: reasons", "maps_to: raisons"), "raisons"),
    "no id group": (lambda text: text.replace("(?P<id>", "("), "id"),
    "bad pattern": (lambda text: text.replace("(?P<id>", "(?P<id>("), "mal formée"),
    "other name": (lambda text: text.replace("id: x\n", "id: y\n"), "« x »"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_profile_names_its_file_and_line(tmp_path: Path, fault: str) -> None:
    change, word = FAULTS[fault]
    path = tmp_path / "x.yaml"
    path.write_text(change((FOLDER / "x.yaml").read_text("utf-8")), "utf-8")
    with pytest.raises(SaisineError) as caught:
        load_profile(path)
    assert caught.value.code == "platform_file_invalid"
    assert caught.value.facts["file"] == "x.yaml"
    assert int(str(caught.value.facts["line"])) >= 1
    assert word in caught.value.sentence("fr")


def test_an_absent_profile_is_told(tmp_path: Path) -> None:
    with pytest.raises(SaisineError) as caught:
        load_profile(tmp_path / "x.yaml")
    assert caught.value.code == "platform_file_unreadable"
