"""A person's visit in a real browser: what she does by the words on screen, and what is watched meanwhile."""

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from saisine.web import words
from tests.e2e.running import Running, axe_faults, watch_requests
from tests.e2e.wire import Wire

DESKTOP, PHONE = (1280, 900), (360, 740)
# the pages that README and docs show
PICTURED = ("letters", "home", "deposit", "triage", "incident", "notice", "deadlines", "dossier", "verify")
SETTLED = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"


RECEIVED = "28 fichiers : 1 archive, 2 tableaux, 24 images, 1 PDF"


def sealed_sentence() -> str:
    """What the page says once the example is sealed and read, today."""
    today = words.say_day(datetime.now(UTC))
    return f"28 fichiers scellés le {today}. 1\u202f800 messages lus, 0 laissé de côté."


_TOO_WIDE = """() => {
  const wide = window.innerWidth
  if (document.documentElement.scrollWidth <= wide) return []
  const out = [...document.querySelectorAll("main *, header *, footer *, nav *")]
    .filter(part => part.getBoundingClientRect().right > wide + 0.5 && !part.children.length)
    .map(part => part.outerHTML.slice(0, 120))
  return [`${document.documentElement.scrollWidth} px: ${out.slice(0, 3).join(" · ")}`]
}"""


@dataclass
class Walk:
    """The page, what it asked for, what axe found. `forbidden` are the texts never shown unasked."""

    page: Page
    server: Running
    wire: Wire
    forbidden: list[str]
    requests: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    shots: Path | None = None
    has_script: bool = True

    def listen(self) -> None:
        watch_requests(self.page.context, self.requests)

    def button(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()
        if self.has_script:
            self.page.wait_for_function(SETTLED)

    def link(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def choose(self, folder: Path) -> None:
        """Choose the whole folder; without JavaScript, its files."""
        folders = self.page.get_by_label("Choisir un dossier")
        if folders.count() and folders.is_visible():
            folders.set_input_files(folder)
        else:
            self.page.get_by_label("Fichiers à déposer").set_input_files(sorted(folder.iterdir()))
            self.button("Continuer")
        expect(self.page.get_by_text(RECEIVED)).to_be_visible(timeout=30_000)

    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def stop(self, name: str, *, shown: bool = False, at: str = "") -> None:
        """Look at the page as a person and a machine do: axe at two sizes, accessibility tree, pictures.

        `shown`: a content was asked for, its words may be there. `at` is where a picture starts.
        """
        self.page.wait_for_load_state("networkidle")
        tree = self.page.locator("body").aria_snapshot() + self.page.title() + self.page.url
        if not shown:
            self.early += [f"{name}: {words}" for words in self.forbidden if words in tree]
        for size, label in ((PHONE, "phone"), (DESKTOP, "desktop")):
            self.page.set_viewport_size({"width": size[0], "height": size[1]})
            self.faults += [f"{name} {label}: {fault}" for fault in axe_faults(self.page)]
            self.faults += [f"{name} {label}: wider than the screen, {part}" for part in self._overflowing()]
            if self.shots and name in PICTURED:
                if at:
                    self.page.locator(at).evaluate("part => part.scrollIntoView()")
                self._shoot(self.shots / f"{name}-{label}.png")

    def dark(self, name: str) -> None:
        """The same page for someone who asked for dark colours: contrast is judged again."""
        self.page.emulate_media(color_scheme="dark")
        self.stop(f"{name}-dark")
        self.page.emulate_media(color_scheme="light")

    def _overflowing(self) -> list[str]:
        """What stands out of the screen, when the page can be moved sideways."""
        return list(self.page.evaluate(_TOO_WIDE))

    def _shoot(self, path: Path) -> None:
        """A picture of 256 colours: a page of text needs no more, and the repository stays light."""
        whole = Image.open(io.BytesIO(self.page.screenshot()))
        whole.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
