// Letters of the sorting box: J K to move, G E P A to act, ? for the list. One switch turns them off (WCAG 2.1.4).
// Each page works without this file.
"use strict";

(() => {
  const list = document.getElementById("keys");
  if (!list || document.body.dataset.shortcuts === "off") return; // the person's own choice, in her settings
  const box = list.querySelector("[data-keys-switch]");
  const kept = "saisine-keys";
  const read = () => {
    try {
      return window.localStorage.getItem(kept) !== "off";
    } catch {
      return true; // storage refused: on for this page
    }
  };
  list.querySelector("[data-keys-choice]").hidden = false;
  box.checked = read();
  box.addEventListener("change", () => {
    try {
      window.localStorage.setItem(kept, box.checked ? "on" : "off");
    } catch {
      // the choice holds for this page alone
    }
  });

  const cards = () => [...document.querySelectorAll("[data-card]")];
  const here = () => document.activeElement?.closest?.("[data-card]");
  const move = (step) => {
    const all = cards();
    const at = all.indexOf(here());
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
    next?.querySelector("h2")?.focus();
  };
  const press = (letter) => here()?.querySelector(`[data-key="${letter}"]`)?.click();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    if (event.key === "?") {
      list.open = !list.open;
      if (list.open) list.querySelector("summary").focus();
      return;
    }
    if (!box.checked) return;
    const letter = event.key.toLowerCase();
    if (letter === "j") move(1);
    else if (letter === "k") move(-1);
    else if (["g", "e", "p", "a"].includes(letter) && here()) press(letter);
    else return;
    event.preventDefault();
  });
})();
