// Passkeys: what needs JavaScript appears with it; a refusal of the browser changes nothing on the page.
"use strict";
// once the buttons answer: the script that gives them their work waits for the same moment, and comes first
document.addEventListener("DOMContentLoaded", () =>
  document.querySelectorAll("[data-with-script]").forEach((part) => (part.hidden = false)),
);
document.addEventListener("allauth.error", (event) => event.preventDefault());
