// Passkeys: what needs JavaScript appears with it; a refusal of the browser changes nothing on the page.
"use strict";
document.querySelectorAll("[data-with-script]").forEach((part) => (part.hidden = false));
document.addEventListener("allauth.error", (event) => event.preventDefault());
