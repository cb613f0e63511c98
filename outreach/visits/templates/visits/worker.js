{%- autoescape false -%}
// Keeps the card of visits and what it needs; sends what waits when the network is back. Every other page is left alone.
'use strict';
const VERSION = 'visits-{{ version }}';
const KEPT = {{ kept | tojson }};
const ADDRESSES = {{ addresses | tojson }};
importScripts(ADDRESSES.keep);

// Browsers that understand it need not even wake this worker for what it leaves alone.
const MINE = [ADDRESSES.phone, ADDRESSES.home, ADDRESSES.root, ...KEPT];
function leave_alone(event) {
  if (!event.addRoutes) return Promise.resolve();
  const mine = { or: MINE.map((pathname) => ({ urlPattern: new URLPattern({ pathname, baseURL: location.origin }) })) };
  try {
    return Promise.resolve(event.addRoutes([{ condition: { not: mine }, source: 'network' }])).catch(() => {});
  } catch { return Promise.resolve(); }
}

addEventListener('install', (event) => {
  event.waitUntil(leave_alone(event));
  const keep = async () => {
    const cache = await caches.open(VERSION);
    await cache.addAll(KEPT);
    const page = await fetch(ADDRESSES.phone, { credentials: 'same-origin', cache: 'no-store', redirect: 'error' });
    if (!page.ok) throw new Error(String(page.status));
    await cache.put(ADDRESSES.phone, page);
    await skipWaiting();
  };
  event.waitUntil(keep());
});

addEventListener('activate', (event) => {
  const tidy = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith('visits-') && name !== VERSION).map((name) => caches.delete(name)));
    await clients.claim();
  };
  event.waitUntil(tidy());
});

const kept = async (address) => (await caches.open(VERSION)).match(address);

// The card is there at once. Today is asked for as always, and only where that fails the card stands in.
addEventListener('fetch', (event) => {
  const asked = new URL(event.request.url);
  if (event.request.method !== 'GET' || asked.origin !== location.origin) return;
  const page = event.request.mode === 'navigate';
  if (page && asked.pathname === ADDRESSES.phone) {
    event.respondWith(kept(ADDRESSES.phone).then((found) => found || fetch(event.request)));
  } else if (page && [ADDRESSES.root, ADDRESSES.home].includes(asked.pathname)) {
    const card = async () => ((await kept(ADDRESSES.phone)) ? Response.redirect(ADDRESSES.phone, 302) : Response.error());
    event.respondWith(fetch(event.request).catch(card));
  } else if (KEPT.includes(asked.pathname)) {
    event.respondWith(kept(asked.pathname).then((found) => found || fetch(event.request)));
  }
});

addEventListener('sync', (event) => {
  if (event.tag !== 'visits') return;
  const send = async () => {
    const said = await self.visits.send(ADDRESSES);
    (await clients.matchAll()).forEach((client) => client.postMessage(said.state));
    if (said.state === 'away') throw new Error('away');
  };
  event.waitUntil(send());
});
{%- endautoescape -%}
