// The little that HTML alone cannot do: leave fast, take a dropped folder, copy, print, move the focus.
// Each page works without this file, except the folder picker and the clipboard.
"use strict";

// --- Quitter vite: the button, or Esc three times within 1.5 s -------------------------------------
(() => {
  const door = document.querySelector("[data-quit]");
  if (!door) return;
  // replace, not assign: this page leaves no entry behind the Back button
  const leave = () => window.location.replace(door.href);
  door.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    presses = [...presses.filter((at) => event.timeStamp - at < 1500), event.timeStamp];
    if (presses.length >= 3) leave();
  });
})();

// --- Back: a page that the browser kept alive is asked again: it may be locked, left or signed out by now ---
window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());

// --- Deposit: a folder, files, or a drop, sent with visible progress -------------------------------
(() => {
  const form = document.querySelector("form[data-deposit]");
  if (!form) return;
  const zone = form.querySelector("[data-drop]");
  const said = form.querySelector("[data-said]");
  const bar = form.querySelector("progress");

  form.querySelectorAll("[data-without-script]").forEach((part) => (part.hidden = true));
  form.querySelectorAll("[data-with-script]").forEach((part) => (part.hidden = false));

  // a refusal is a page of three sentences: what happened, why, what to do
  const reason = (request) => {
    const answer = new DOMParser().parseFromString(request.responseText, "text/html");
    return answer.querySelector("[role=alert]")?.textContent.replace(/\s+/g, " ").trim();
  };

  const send = (files) => {
    if (!files.length) {
      said.textContent = form.dataset.empty;
      return;
    }
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    if (form.elements.incident) body.append("incident", form.elements.incident.value);
    for (const { file, path } of files) {
      // the path comes before its file, so that the server knows the folder while it receives the bytes
      body.append("path", path);
      body.append("files", file, file.name);
    }
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    bar.hidden = false;
    said.textContent = form.dataset.sending;
    request.upload.addEventListener("progress", (event) => {
      bar.max = event.total;
      bar.value = event.loaded;
    });
    request.addEventListener("load", () => {
      if (request.status < 400 && request.responseURL) window.location.assign(request.responseURL);
      else said.textContent = reason(request) || form.dataset.failed;
    });
    request.addEventListener("error", () => (said.textContent = form.dataset.failed));
    request.send(body);
  };

  form.querySelectorAll("input[type=file]").forEach((input) =>
    input.addEventListener("change", () =>
      send([...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }))),
    ),
  );

  const readAll = async (entry, into) => {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      into.push({ file, path: entry.fullPath.replace(/^\//, "") });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!part.length) return;
      for (const child of part) await readAll(child, into);
    }
  };

  ["dragover", "dragleave", "drop"].forEach((kind) =>
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle("is-over", kind === "dragover");
    }),
  );
  zone.addEventListener("drop", async (event) => {
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    const files = [];
    for (const entry of entries) await readAll(entry, files);
    send(files);
  });
})();

// --- A form sent twice by a double click is sent once ------------------------------------------------
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return; // htmx sends its own
  const last = Number(event.target.dataset.sentAt || -Infinity);
  if (event.timeStamp - last < 3000) event.preventDefault();
  else event.target.dataset.sentAt = event.timeStamp;
});

// --- Copy a text, print a page -----------------------------------------------------------------------
document.addEventListener("click", async (event) => {
  const copier = event.target.closest("[data-copy]");
  if (copier) {
    const source = document.getElementById(copier.dataset.copy);
    const said = document.getElementById(copier.dataset.say);
    source.select();
    try {
      await navigator.clipboard.writeText(source.value);
      said.textContent = copier.dataset.done;
    } catch {
      said.textContent = copier.dataset.byHand;
    }
  }
  if (event.target.closest("[data-print]")) window.print();
});

// --- After a part of the page was replaced: keep the reader where the change is ---------------------
document.addEventListener("htmx:afterSettle", (event) => {
  const target = event.detail.elt.matches?.("[data-focus]")
    ? event.detail.elt
    : event.detail.elt.querySelector?.("[data-focus]");
  if (target) target.focus({ preventScroll: false });
});

// --- An undo that is no longer accepted goes away -----------------------------------------------------
const retireUndo = (root) =>
  root.querySelectorAll("[data-undo-seconds]").forEach((part) => {
    window.setTimeout(() => part.remove(), Number(part.dataset.undoSeconds) * 1000);
    part.removeAttribute("data-undo-seconds");
  });
retireUndo(document);
document.addEventListener("htmx:load", (event) => event.detail.elt.parentNode && retireUndo(event.detail.elt.parentNode));
