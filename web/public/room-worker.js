// The room's service worker: one's own wall can be read without a network, as it was last seen. It keeps the shell, what the
// room's owner asked of their own room, and the pictures of that; never anything of another room, and nothing after they left.
const SHELL = "room-shell-1";
const SEEN = "room-seen-1";
const MOST_PICTURES = 300;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.add("/room"))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const isOld = (name) => name.startsWith("room-") && name !== SHELL && name !== SEEN;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(caches.delete(SEEN));
});

/** What the page says is its owner's own room; other rooms are not kept. */
const isOwn = (request) => request.headers.get("x-room-keep") === "own";

async function keep(name, request, response) {
  const cache = await caches.open(name);
  await cache.put(request, response);
  if (name !== SEEN) return;
  const pictures = (await cache.keys()).filter((key) => new URL(key.url).pathname.startsWith("/media/"));
  await Promise.all(pictures.slice(0, Math.max(0, pictures.length - MOST_PICTURES)).map((key) => cache.delete(key)));
}

async function networkFirst(name, request, key) {
  try {
    const response = await fetch(request);
    if (response.status === 401) await caches.delete(SEEN);
    if (response.ok) await keep(name, key, response.clone());
    return response;
  } catch (error) {
    const kept = await (await caches.open(name)).match(key);
    if (kept) return kept;
    throw error;
  }
}

async function cacheFirst(name, request) {
  const kept = await (await caches.open(name)).match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await keep(name, request, response.clone());
  return response;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    // A link that signs in is used once, and its token belongs into no cache.
    event.respondWith(networkFirst(SHELL, request, "/room"));
  } else if (url.pathname.startsWith("/assets/") || url.pathname === "/favicon.svg") {
    event.respondWith(cacheFirst(SHELL, request));
  } else if (url.pathname.startsWith("/media/")) {
    event.respondWith(cacheFirst(SEEN, request));
  } else if (url.pathname.startsWith("/api/v1/room/") && isOwn(request)) {
    event.respondWith(networkFirst(SEEN, request, request.url));
  }
});
