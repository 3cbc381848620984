// Passkeys: what needs JavaScript appears with it; a refusal of the browser is told in words beside the button.
"use strict";
// once the buttons answer: the script that gives them their work waits for the same moment, and comes first
document.addEventListener("DOMContentLoaded", () =>
  document.querySelectorAll("[data-with-script]").forEach((part) => (part.hidden = false)),
);

// names of WebAuthn's refusals (W3C, level 2, sections 5.1.3 and 5.1.4) -> the words of the page
const REASONS = {
  NotAllowedError: "unanswered", // called off, too long, or no such key here: a browser does not say which
  AbortError: "unanswered",
  InvalidStateError: "known",
  SecurityError: "address",
  NotSupportedError: "address",
};
document.addEventListener("allauth.error", (event) => {
  const told = document.querySelector("[data-passkey-told]");
  if (!told) return;
  event.preventDefault();
  // without a secure address there is nothing to ask: the script then fails on a name that is not there
  const reason = window.PublicKeyCredential ? REASONS[event.detail.exception?.name] : "address";
  const words = document.createElement("p");
  words.textContent = told.dataset[reason || "failed"];
  told.className = "attention";
  told.replaceChildren(words);
});
