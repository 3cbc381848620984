// The open page goes to the lock by itself, so that nothing stays on a screen that nobody looks at.
"use strict";
(() => {
  const { seconds, lock } = document.currentScript.dataset;
  let timer;
  const leave = () => {
    const here = window.location.pathname + window.location.search;
    window.location.replace(`${lock}?next=${encodeURIComponent(here)}`);
  };
  const again = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(leave, Number(seconds) * 1000);
  };
  ["pointerdown", "keydown", "scroll"].forEach((kind) => document.addEventListener(kind, again, { passive: true }));
  again();
})();
