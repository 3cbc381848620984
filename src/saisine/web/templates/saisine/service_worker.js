// Help when the server is closed. It keeps the addresses below and nothing else: never a page of the work.
"use strict";

const CACHE = "aide-{{ version|escapejs }}-{{ language }}";
const KEPT = [{% for address in addresses %}"{{ address|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const OFFLINE = "{{ offline|escapejs }}";
const QUIT = "{{ quit|escapejs }}";

const fill = async () => {
  if (await caches.has(CACHE)) return;
  const cache = await caches.open(CACHE);
  await cache.addAll(KEPT.map((address) => new Request(address, { cache: "reload" })));
};

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
// an open page asks for it: after « Quitter vite » the cache was emptied, and the person has come back
self.addEventListener("message", (event) => event.data === "fill" && event.waitUntil(fill()));

self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  // after « Quitter vite » nothing of these pages stays in the browser
  if (address.pathname === QUIT) {
    event.waitUntil(caches.delete(CACHE));
    return;
  }
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => answerWith(OFFLINE)));
  } else if (KEPT.includes(address.pathname)) {
    event.respondWith(fetch(event.request).catch(() => answerWith(address.pathname)));
  }
});

const answerWith = (path) =>
  caches.open(CACHE).then((cache) => cache.match(path)).then((found) => found || Response.error());
