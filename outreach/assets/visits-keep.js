// What a telephone keeps of visits, in pages and in the service worker: the visits of today, what is being typed, and what
// waits to be sent. Nothing leaves the queue before the server has said that it has it; sent twice, it is saved once.
(() => {
  'use strict';
  const NAME = 'brobygg-visits';
  const STORES = { meta: 'id', day: 'id', drafts: 'visit', queue: 'key' };
  const PATIENCE = 15000;
  let opened = null;

  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  function open() {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        for (const [store, key] of Object.entries(STORES)) request.result.createObjectStore(store, { keyPath: key });
      };
      request.onsuccess = () => {
        const database = request.result;
        const let_go = () => { opened = null; };
        database.onversionchange = () => { database.close(); let_go(); };
        database.onclose = let_go;
        resolve(database);
      };
      request.onerror = () => { opened = null; reject(request.error); };
    });
    return opened;
  }

  // One transaction over some stores; it is over when the disk has it ("strict"), and then only does this return.
  async function change(names, write) {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(names, 'readwrite', { durability: 'strict' });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error || new Error('aborted'));
      write(Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)])));
    });
  }

  const all = async (name) => asked((await open()).transaction(name).objectStore(name).getAll());
  const one = async (name, key) => asked((await open()).transaction(name).objectStore(name).get(key));

  // Signing out asks for this number. Only a page has cookies to write; what the worker sends is counted by the server.
  async function tell_waiting() {
    const waiting = (await all('queue')).length;
    if (self.document) {
      const secure = location.protocol === 'https:' ? '; Secure' : '';
      const age = waiting ? 180 * 24 * 3600 : 0;
      document.cookie = `brobygg_waiting=${waiting}; Path=${self.visits.root}; Max-Age=${age}; SameSite=Strict${secure}`;
    }
    return waiting;
  }

  async function wipe() {
    const database = await open();
    const names = Object.keys(STORES);
    await change(names, (stores) => names.forEach((name) => stores[name].clear()));
    database.close();
    opened = null;
    await new Promise((resolve) => {
      const request = indexedDB.deleteDatabase(NAME);
      request.onsuccess = request.onerror = request.onblocked = () => resolve();
    });
    for (const name of await caches.keys()) if (name.startsWith('visits-')) await caches.delete(name);
    if (self.document && navigator.serviceWorker) {
      for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
    }
  }

  const ask = (address, options = {}) => fetch(address, {
    credentials: 'same-origin', cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(PATIENCE), ...options,
  });
  const post = (address, token, body) => ask(address, {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token }, body: JSON.stringify(body),
  });

  // The visits of today in the place of those of yesterday. Only on a device that was let in.
  const keep_day = (answer) => change(['meta', 'day'], ({ meta, day }) => {
    meta.put({ id: 'device', device: answer.device, staff: answer.staff });
    day.clear();
    answer.visits.forEach((visit) => day.put(visit));
  });

  async function send_one(item, answer, addresses, left) {
    const body = { ...item, device: item.device || answer.device, left };
    const said = await post(addresses.send.replace('VISIT', item.visit), answer.token, body);
    if (said.status === 410) return 'cut_off';
    if (said.status === 404) {
      await change(['queue'], ({ queue }) => queue.put({ ...item, problem: 'gone' }));
      return 'gone';
    }
    if (said.status === 401) return 'signed_out';
    if (!said.ok) return 'refused';
    const settled = await said.json();
    await change(['queue', 'day'], ({ queue, day }) => { queue.delete(item.key); day.delete(item.visit); });
    return settled;
  }

  // What cannot be deleted now goes with the next page that is opened: its answer tells the browser to.
  async function cut_off() {
    try { await wipe(); } catch { /* See above. */ }
    return { state: 'cut_off' };
  }

  async function send_all(addresses, allow) {
    let response;
    try { response = await ask(addresses.day); } catch { return { state: 'away' }; }
    if (response.status === 410) return cut_off();
    if (response.status === 401) return { state: 'signed_out' };
    // Visits are switched off here: those of the day go, what waits to be sent stays.
    if (response.status === 404) { await change(['day'], ({ day }) => day.clear()); return { state: 'off' }; }
    if (!response.ok) return { state: 'away' };
    const answer = await response.json();
    if (!answer.device && allow) {
      const added = await post(addresses.devices, answer.token, {});
      if (added.ok) answer.device = (await added.json()).device;
    }
    if (answer.device) await keep_day(answer);
    const items = (await all('queue')).filter((item) => item.staff === answer.staff && item.problem !== 'gone');
    const results = [];
    let state = 'ready';
    for (const [place, item] of items.entries()) {
      let said;
      try { said = await send_one(item, answer, addresses, items.length - place - 1); } catch { state = 'away'; break; }
      if (said === 'cut_off') return cut_off();
      if (said === 'signed_out') { state = said; break; }
      if (typeof said === 'string') state = said; else results.push({ ...said, key: item.key, visit: item.visit, employer: item.employer });
    }
    await tell_waiting();
    return { state, answer, results };
  }

  // One sender at a time, in whatever window: the others wait and then find nothing left to send.
  function send(addresses, { allow = false } = {}) {
    self.visits.root = addresses.root;
    const work = () => send_all(addresses, allow);
    return navigator.locks ? navigator.locks.request('brobygg-visits', work) : work();
  }

  self.visits = { all, change, root: '/', one, send, tell_waiting, wipe };
})();
