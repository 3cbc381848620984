"""A person's visit in a real browser: what she does by the words on screen, and what is watched meanwhile.

Parts of a page are found by role and accessible name alone, as a screen reader finds them. `Pace` counts what
the visit would cost a person: actions, reading, typing.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from re import Pattern

from django.utils import translation
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from saisine.web import words
from tests.e2e.running import Running, axe_faults, clock, cpu_s, watch_requests
from tests.e2e.wire import Wire

DESKTOP, PHONE = (1280, 900), (360, 740)
# the pages that README and docs show
PICTURED = ("home", "deposit", "triage", "incident", "notice", "deadlines", "dossier", "verify")
SETTLED = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
MOST_TABS = 400
DIGITS = re.compile(r"[\d\s]*\d")
SAME = ("Incidents", "Questions", "Urgent")  # words that English shares

# product.md section 7: how long a person takes
ACTION_S, WORDS_A_SECOND, SIGNS_A_SECOND = 3, 4, 3

RECEIVED = {"archive": 1, "table": 2, "image": 24, "pdf": 1}


def sealed_sentence() -> str:
    """What the page says once the example is sealed and read, today."""
    return f"28 fichiers scellés le {words.say_day(clock())}. 1\u202f800 messages lus, 0 laissé de côté."


def plain(said: str) -> str:
    """The words with ordinary spaces: those of a French page do not break before a double sign."""
    return " ".join(said.split())


_TOO_WIDE = """() => {
  const wide = window.innerWidth
  if (document.documentElement.scrollWidth <= wide) return []
  const out = [...document.querySelectorAll("main *, header *, footer *, nav *")]
    .filter(part => part.getBoundingClientRect().right > wide + 0.5 && !part.children.length)
    .map(part => part.outerHTML.slice(0, 120))
  return [`${document.documentElement.scrollWidth} px: ${out.slice(0, 3).join(" · ")}`]
}"""

# the words of <main> that an eye meets: of a list, its first three items; nothing folded or hidden, nor anything
# below the screen, which moves down to each part that is used
_READ = """() => {
  const main = document.querySelector("main"), said = []
  if (!main) return said  // without script a page that waits comes again by itself: it is on its way
  const late = part => {
    for (let one = part; one && one !== main; one = one.parentElement) {
      if (!one.matches("li, tr, article")) continue
      const before = [...one.parentElement.children].filter(peer => peer.tagName === one.tagName)
      if (before.indexOf(one) >= 3) return true
    }
    return false
  }
  const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const part = texts.currentNode.parentElement, words = texts.currentNode.data.trim()
    if (!words || part.closest("select, textarea, .visually-hidden")) continue
    if (part.getBoundingClientRect().top >= window.innerHeight) continue
    if (part.checkVisibility({visibilityProperty: true}) && !late(part)) said.push(words)
  }
  return said
}"""


@dataclass
class Pace:
    """What a visit costs a person: actions, words met for the first time, signs typed."""

    actions: int = 0
    typed: int = 0
    met: set[str] = field(default_factory=set, repr=False)
    words: int = 0

    def read(self, said: list[str]) -> None:
        """Count the words of each line that was not there before; a number that changed is not read again."""
        for line in said:
            known = DIGITS.sub("0", line)
            if known not in self.met:
                self.met.add(known)
                self.words += len(line.split())

    def person_s(self) -> float:
        """Modelled seconds of a person, the machine's left out."""
        return self.actions * ACTION_S + self.words / WORDS_A_SECOND + self.typed / SIGNS_A_SECOND


@dataclass
class Walk:
    """The page, what it asked for, what axe found. `forbidden` are the texts never shown unasked.

    `keyboard`: nothing is clicked, parts are reached by Tab and pressed by Enter or space.
    """

    page: Page
    server: Running
    wire: Wire
    forbidden: list[str]
    requests: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    pace: Pace = field(default_factory=Pace)
    shots: Path | None = None
    has_script: bool = True
    keyboard: bool = False
    language: str = "fr"
    sizes: tuple[tuple[int, int], ...] = (DESKTOP,)
    asked: Pace = field(default_factory=Pace)
    sealing_s: float = 0.0
    building_s: float = 0.0

    def listen(self) -> None:
        watch_requests(self.page.context, self.requests)
        assert self.server.process is not None
        self.started_s = cpu_s(self.server.process.pid)

    # -------------------------------------------------------------- words

    @contextmanager
    def speaking(self) -> Iterator[None]:
        with translation.override(self.language):
            yield

    def say(self, french: str) -> str:
        """The label in the language of the visit. One that has no English is a fault of the catalogue."""
        # the catalogue keeps the space that does not break before a double sign; a test is read more easily without
        spaced = re.sub(r" (?=[?!:;»])", "\xa0", french)
        with self.speaking():
            said = next(
                (text for text in map(translation.gettext, (french, spaced)) if text not in (french, spaced)),
                french,
            )
        is_shared = self.language == "fr" or french.partition(" (")[0] in SAME
        assert is_shared or said != french, f"no English for « {french} »"
        return said

    # -------------------------------------------------------------- parts of a page

    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def region(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=self.say(name), exact=True)

    def field(self, name: str) -> Locator:
        return self.page.get_by_label(self.say(name))

    def sees(self, french: str, *, within_ms: float = 30_000) -> None:
        expect(self.page.get_by_text(self.say(french)).first).to_be_visible(timeout=within_ms)

    # -------------------------------------------------------------- acts

    def button(self, name: str, *, inside: Locator | None = None) -> None:
        self.press((inside or self.page).get_by_role("button", name=self.say(name), exact=True).first)

    def link(self, name: str | Pattern[str], *, inside: Locator | None = None) -> None:
        said = self.say(name) if isinstance(name, str) else name
        self.press((inside or self.page).get_by_role("link", name=said).first)

    def tick(self, box: Locator, *, wanted: bool = True) -> None:
        if box.is_checked() == wanted:
            return
        self.pace.actions += 1
        if self.keyboard:
            self.reach(box)
            self.page.keyboard.press("Space")
            expect(box).to_be_checked(checked=wanted)
        else:
            box.set_checked(wanted)

    def write(self, box: Locator, text: str) -> None:
        self.pace.actions += 1
        self.pace.typed += len(text)
        if self.keyboard and box.get_attribute("type") != "date":
            self.reach(box)
            self.page.keyboard.type(text)
        else:
            box.fill(text)

    def press(self, part: Locator) -> None:
        """Click it, or reach it by Tab and press Enter; then let the page settle and read what is new."""
        part.scroll_into_view_if_needed()
        self.read()
        self.pace.actions += 1
        if self.keyboard:
            self.reach(part)
            self.page.keyboard.press("Enter")
        else:
            part.click()
        self.page.wait_for_load_state()  # of a page that comes in two parts the second one is waited for
        if self.has_script:
            self.page.wait_for_function(SETTLED)
        self.read()

    def read(self) -> None:
        if not self.page.url.startswith("http"):
            return
        self.pace.read(list(self.page.evaluate(_READ)))

    @contextmanager
    def apart(self) -> Iterator[Pace]:
        """What is done inside is counted by itself, not in the visit's pace; words met there stay met."""
        held = self.pace
        self.pace = Pace(met=held.met)
        try:
            yield self.pace
        finally:
            self.pace = held

    def reach(self, part: Locator) -> None:
        """Press Tab until the part has the focus: it is reached, and nothing on the way holds the focus back."""
        part.wait_for()
        target = part.element_handle()
        for _ in range(MOST_TABS):
            if target.evaluate("part => part === document.activeElement"):
                assert self.page.evaluate(_HAS_OUTLINE), f"the focus is not seen on {part}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{MOST_TABS} presses of Tab do not reach {part}")

    def choose(self, folder: Path) -> None:
        """Choose the whole folder; without JavaScript, its files."""
        self.pace.actions += 1
        folders = self.field("Choisir un dossier")
        if folders.count() and folders.is_visible():
            folders.set_input_files(folder)
        else:
            self.field("Fichiers à déposer").set_input_files(sorted(folder.iterdir()))
            self.button("Continuer")
        with self.speaking():
            received = words.file_counts(RECEIVED)
        expect(self.page.get_by_text(received)).to_be_visible(timeout=30_000)

    # -------------------------------------------------------------- looks

    def stop(self, name: str, *, shown: bool = False, at: str = "") -> None:
        """Look at the page as a person and a machine do: words read, accessibility tree, axe, pictures.

        `shown`: a content was asked for, its words may be there. `at` is where a picture starts.
        """
        self.page.wait_for_load_state("networkidle")
        self.read()
        tree = self.page.locator("body").aria_snapshot() + self.page.title() + self.page.url
        if not shown:
            self.early += [f"{name}: {words}" for words in self.forbidden if words in tree]
        first = self.page.viewport_size
        for size in self.sizes:
            self._look(name, size)
        if self.shots and name in PICTURED:
            self._picture(self.shots, name, at)
        assert first is not None
        self._resize((first["width"], first["height"]))

    def _picture(self, folder: Path, name: str, at: str) -> None:
        """Phone and desktop in French; of the English pages the guide shows the desktop alone."""
        of = {"fr": ((PHONE, "phone"), (DESKTOP, "desktop")), "en": ((DESKTOP, "en/desktop"),)}
        for size, label in of[self.language]:
            self._resize(size)
            if at:
                self.page.locator(at).evaluate("part => part.scrollIntoView()")
            place, _, kind = label.rpartition("/")
            (folder / place).mkdir(exist_ok=True)
            self._shoot(folder / place / f"{name}-{kind}.png")

    def _look(self, name: str, size: tuple[int, int]) -> None:
        self._resize(size)
        self.faults += [f"{name} {size[0]}: {fault}" for fault in axe_faults(self.page)]
        self.faults += [f"{name} {size[0]}: wider than the screen, {part}" for part in self._overflowing()]

    def _resize(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def dark(self, name: str) -> None:
        """The same page for someone who asked for dark colours: contrast is judged again."""
        self.page.emulate_media(color_scheme="dark")
        self.stop(f"{name}-dark")
        self.page.emulate_media(color_scheme="light")

    def _overflowing(self) -> list[str]:
        """What stands out of the screen, when the page can be moved sideways."""
        return list(self.page.evaluate(_TOO_WIDE))

    def machine_s(self) -> float:
        """Processor seconds of server and worker since the visit began.

        Seconds of a clock on the wall would be those of the other tests that run beside this one, and those of
        the browser come from drawing without a graphics card.
        """
        assert self.server.process is not None
        return cpu_s(self.server.process.pid) - self.started_s

    def _shoot(self, path: Path) -> None:
        """A picture of 256 colours: a page of text needs no more, and the repository stays light."""
        whole = Image.open(io.BytesIO(self.page.screenshot()))
        whole.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


_HAS_OUTLINE = """() => {
  const here = document.activeElement, stands = here.closest(".picker")?.querySelector(".button") ?? here
  const style = getComputedStyle(stands)
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
}"""
