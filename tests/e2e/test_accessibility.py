"""Every page that needs nothing in it: two languages, two schemes, 320 and 1280 px, judged by axe."""

import pytest
from playwright.sync_api import expect

from tests.e2e.running import CHROMIUM, axe_faults
from tests.e2e.walking import Walk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is absent: the pages were not walked in a browser"),
]

PATHS = (
    "/", "/documenter/", "/tri/", "/tri/captures/", "/incidents/", "/signalements/", "/echeances/", "/verifier/",
    "/aide/", "/donnees/", "/journal/", "/coffre/", "/coffre/verifier/", "/coffre/depots/", "/coffre/dates/",
    "/coffre/phrase/", "/coffre/secours/", "/coffre/sauvegardes/", "/nowhere/", "/quitter/", "/",
)  # fmt: skip


def test_axe_finds_nothing_on_the_empty_pages(walk: Walk) -> None:
    page = walk.page
    faults: list[str] = []
    page.goto(walk.wire.url)
    for language, scheme, width in (("Français", "dark", 320), ("English", "light", 1280)):
        if language == "English":
            page.get_by_role("button", name="English").click()
            expect(page.locator("html")).to_have_attribute("lang", "en")
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 800})
        for path in PATHS:
            page.goto(walk.wire.url + path)
            faults += [f"{path} {language} {scheme} {width}: {fault}" for fault in axe_faults(page)]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                faults.append(f"{path} {language} {width}: wider than the screen")
        # the last two: what is left on screen after « Quitter vite », and the way back from it
        page.get_by_role("button", name="Revenir" if language == "Français" else "Go back").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert faults == []
