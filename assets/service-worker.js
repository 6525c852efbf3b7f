// Keeps the whole book for reading offline. Online, the network always wins, so nobody reads an
// old page; offline, the copies made when this build was first visited are shown.
// The build fills in FILES (_ext/offline.py): each file's address with its digest.
"use strict";
const PREFIX = "neurons-to-jets:";
const FILES = {};

const root = new URL("./", self.location).href;
const cacheName = PREFIX + root;
const keyOf = (path) => `${root}${path}?kept=${FILES[path]}`;
const pathOf = (url) => url.split(/[?#]/)[0].slice(root.length) || "index.html";

// Fetch what this build has changed; leave what is already there. Two at a time, to leave the
// connection to the reader.
async function keepAll() {
  const cache = await caches.open(cacheName);
  const kept = new Set((await cache.keys()).map((request) => request.url));
  const missing = Object.keys(FILES).filter((path) => !kept.has(keyOf(path)));
  const work = async () => {
    for (let path = missing.shift(); path !== undefined; path = missing.shift()) {
      const response = await fetch(root + path, { cache: "no-cache" });
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      await cache.put(keyOf(path), response);
    }
  };
  await Promise.all([work(), work()]);
}

async function dropOld() {
  const cache = await caches.open(cacheName);
  const wanted = new Set(Object.keys(FILES).map(keyOf));
  const old = (await cache.keys()).filter((request) => !wanted.has(request.url));
  await Promise.all(old.map((request) => cache.delete(request)));
}

async function answer(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const path = pathOf(request.url);
    const copy = path in FILES && (await (await caches.open(cacheName)).match(keyOf(path)));
    if (copy) return copy;
    throw error;
  }
}

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(dropOld().then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(root)) event.respondWith(answer(request));
});
