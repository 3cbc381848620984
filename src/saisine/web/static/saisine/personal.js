// What a person typed comes back after a stop; the bell of a work that ended; help without the server.
// Each page works without this file: forms are sent as they are, the list of work tells how it ended.
"use strict";

// --- Drafts: each field is kept as it is typed, and offered again when the page is opened again -------------
(() => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  const home = document.body.dataset.drafts;
  if (!token || !home) return;
  const said = document.querySelector("[data-draft-said]");
  const here = window.location.pathname;
  const KINDS = ["text", "email", "url", "date", "time", "datetime-local", "textarea", "number"];
  const waiting = new Map();

  const isKept = (field) =>
    field.name && field.form?.method === "post" && KINDS.includes(field.type) && !("noDraft" in field.dataset) &&
    !field.form.querySelector("input[type=password]");
  const actionOf = (field) => new URL(field.form.action).pathname;

  const post = (address, facts) => {
    const body = new URLSearchParams({ csrfmiddlewaretoken: token, page: here, ...facts });
    return fetch(address, { method: "POST", body, keepalive: true, credentials: "same-origin" }).catch(() => {});
  };
  const keep = (field) => {
    window.clearTimeout(waiting.get(field));
    waiting.delete(field);
    return post(home, { action: actionOf(field), field: field.name, text: field.value });
  };

  document.addEventListener("input", ({ target }) => {
    if (!isKept(target)) return;
    window.clearTimeout(waiting.get(target));
    waiting.set(target, window.setTimeout(() => keep(target), 800));
  });
  document.addEventListener("change", ({ target }) => isKept(target) && keep(target));
  // a form that leaves takes its own fields: what waits for them must not come back as a draft after it
  document.addEventListener("submit", ({ target }) => {
    for (const field of [...waiting.keys()]) {
      if (field.form !== target) continue;
      window.clearTimeout(waiting.get(field));
      waiting.delete(field);
    }
  });
  window.addEventListener("pagehide", () => [...waiting.keys()].forEach(keep));

  const give = (rows) => {
    let given = 0;
    for (const row of rows) {
      const field = [...document.querySelectorAll("form[method=post] [name]")].find(
        (one) => one.name === row.field && isKept(one) && actionOf(one) === row.action,
      );
      // what the server already shows is newer than an older draft of the same words
      if (!field || field.value === row.text || field.value !== field.defaultValue) continue;
      field.value = row.text;
      given += 1;
    }
    if (given && said) tell();
  };
  const tell = () => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button-plain";
    button.textContent = said.dataset.button;
    button.addEventListener("click", () => post(said.dataset.forget, {}).then(() => window.location.reload()));
    said.classList.add("note");
    said.append(`${said.dataset.words} `, button);
  };
  fetch(`${home}?page=${encodeURIComponent(here)}`, { credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.json() : { fields: [] }))
    .then((found) => give(found.fields))
    .catch(() => {});
})();

// --- The bell: a line that is read aloud, a neutral mark in the title, a sound only if it was chosen ---------
(() => {
  const ring = (bell) => {
    const ended = Number(bell?.dataset.rung || 0);
    if (!ended || document.title.startsWith(`(${ended}) `)) return;
    document.title = `(${ended}) ${document.title.replace(/^\(\d+\) /, "")}`;
    if ("sound" in document.body.dataset) beep();
  };
  const beep = () => {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const level = audio.createGain();
    level.gain.value = 0.05;
    tone.frequency.value = 660;
    tone.connect(level).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.2);
  };
  document.addEventListener("htmx:afterSettle", () => ring(document.getElementById("bell")));
  ring(document.getElementById("bell"));
})();

// --- Help when the server is closed ---------------------------------------------------------------------------
if ("serviceWorker" in navigator && document.body.dataset.worker) {
  navigator.serviceWorker
    .register(document.body.dataset.worker, { scope: "/" })
    .then(() => navigator.serviceWorker.ready)
    .then((ready) => ready.active?.postMessage("fill"))
    .catch(() => {});
}
