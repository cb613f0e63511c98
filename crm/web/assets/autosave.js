// Keeps what is typed in a form marked data-autosave: on the server a second after the first letter, on leaving a field
// and on leaving the page; and on this device until the server has confirmed it. Without this file the form works by
// its buttons. The form has hidden fields version, number, base, tab and place, and the attributes
// data-autosave (where to), data-kept-as (its name on this device), data-owner (whose it is), data-tab (who saved last);
// its words stand in data-says-... of the element #kept.
(() => {
  'use strict';
  const form = document.querySelector('form[data-autosave]');
  const says = document.getElementById('kept');
  if (!form || !says) return;
  const PREFIX = 'brobygg.kept.';
  const DATABASE = 'brobygg-kept';
  const SOON = 1000;
  const AGAIN = 3000;
  const OURS = new Set(['csrf_token', 'number', 'base', 'tab']);
  const name = `${PREFIX}${form.dataset.owner}.${form.dataset.keptAs}`;
  const hidden = (field) => form.elements[field];
  const known = { number: Number(hidden('number').value), tab: form.dataset.tab || '' };
  let number = known.number;
  let saved = number;
  let timer = null;
  let sending = false;
  let stopped = false;

  // This window's own name, so that the server can tell two windows apart. It goes with the window.
  function windowName() {
    try {
      const found = sessionStorage.getItem('brobygg.tab') || Math.random().toString(36).slice(2, 12);
      sessionStorage.setItem('brobygg.tab', found);
      return found;
    } catch { return Math.random().toString(36).slice(2, 12); }
  }

  function say(key, time) {
    const text = says.dataset[key] || '';
    says.querySelector('[data-text]').textContent = text.replace('{time}', time || '');
    says.dataset.state = key;
    says.querySelectorAll('[data-only]').forEach((each) => { each.hidden = each.dataset.only !== key; });
  }

  // ---- on this device: in two places, because one of them is written at once and the other one for good.

  function database() {
    return new Promise((done, failed) => {
      const asked = indexedDB.open(DATABASE, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore('kept');
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  }

  async function inDatabase(mode, work) {
    const store = await database();
    try {
      return await new Promise((done, failed) => {
        const step = store.transaction('kept', mode, { durability: 'strict' });
        const asked = work(step.objectStore('kept'));
        step.oncomplete = () => done(asked.result);
        step.onerror = step.onabort = () => failed(step.error);
      });
    } finally { store.close(); }
  }

  function copyOf() {
    const values = {};
    for (const [field, value] of new FormData(form)) {
      if (!OURS.has(field) && typeof value === 'string') values[field] = value;
    }
    return { number, base: saved, tab: hidden('tab').value, values };
  }

  function keepHere() {
    const copy = copyOf();
    try { localStorage.setItem(name, JSON.stringify(copy)); } catch { /* full or switched off: the server has it soon */ }
    inDatabase('readwrite', (store) => store.put(copy, name)).catch(() => {});
  }

  function forgetHere() {
    try { localStorage.removeItem(name); } catch { /* there was nothing */ }
    return inDatabase('readwrite', (store) => store.delete(name)).catch(() => {});
  }

  async function keptHere() {
    let quick = null;
    try {
      Object.keys(localStorage).filter((each) => each.startsWith(PREFIX) && !each.startsWith(`${PREFIX}${form.dataset.owner}.`))
        .forEach((each) => localStorage.removeItem(each));
      quick = JSON.parse(localStorage.getItem(name) || 'null');
    } catch { quick = null; }
    const lasting = await inDatabase('readonly', (store) => store.get(name)).catch(() => null);
    const copies = [quick, lasting].filter((each) => each && each.values);
    return copies.sort((one, other) => other.number - one.number)[0] || null;
  }

  // ---- on the server

  function body() {
    hidden('number').value = String(number);
    hidden('base').value = String(saved);
    return new URLSearchParams(new FormData(form));
  }

  function soon(wait) {
    if (!timer && !stopped) timer = setTimeout(() => { timer = null; save(); }, wait);
  }

  function typed() {
    number += 1;
    body();
    keepHere();
    if (says.dataset.state !== 'saysKept' && says.dataset.state !== 'saysSignedOut') say('saysTyping');
    soon(SOON);
  }

  async function save() {
    if (stopped || number <= saved) return;
    if (sending) { soon(SOON / 4); return; }
    sending = true;
    const mine = number;
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: 'POST', body: body(), headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(10000),
      });
      await heard(answer, mine);
    } catch { say('saysKept'); soon(AGAIN); }
    sending = false;
    if (number > saved) soon(SOON);
  }

  async function heard(answer, mine) {
    if (answer.ok) {
      const told = await answer.json();
      saved = Math.max(saved, mine);
      hidden('base').value = String(saved);
      if (number === mine) { await forgetHere(); if (number === mine) say('saysSaved', told.at); }
    } else if (answer.status === 409 || answer.status === 410 || answer.status === 404) {
      stopped = true;
      say('saysElsewhere');
    } else if (answer.status === 401 || answer.status === 400) {
      say('saysSignedOut');
      renew();
    } else { say('saysKept'); soon(AGAIN); }
  }

  // Whoever has signed in again, here or in another window, goes on with a token that holds.
  async function renew() {
    if (says.dataset.state !== 'saysSignedOut') return;
    try {
      const page = await fetch(location.href, { redirect: 'manual' });
      if (page.ok) {
        const found = new DOMParser().parseFromString(await page.text(), 'text/html').querySelector('form[data-autosave] [name=csrf_token]');
        if (found) { document.querySelectorAll('[name=csrf_token]').forEach((each) => { each.value = found.value; }); say('saysTyping'); }
      }
    } catch { /* no network: tried again */ }
    timer = timer || setTimeout(() => { timer = null; if (says.dataset.state === 'saysSignedOut') renew(); else save(); }, AGAIN);
  }

  // ---- coming back

  function fill(values, fields) {
    fields.forEach((field) => {
      const found = form.elements[field];
      if (!found || values[field] === undefined) return;
      if (found instanceof RadioNodeList) [...found].forEach((each) => { each.checked = each.value === values[field]; });
      else if (found.type === 'checkbox') found.checked = true;
      else found.value = values[field];
    });
  }

  function showOther(text) {
    const other = document.getElementById('kept-other');
    if (!other) return;
    other.querySelector('[data-text]').textContent = text;
    other.hidden = false;
    other.querySelector('[data-add]').addEventListener('click', () => {
      form.elements.note.value = [form.elements.note.value, text].filter(Boolean).join('\n');
      other.hidden = true;
      typed();
    });
    other.querySelector('[data-drop]').addEventListener('click', () => { other.hidden = true; forgetHere(); });
  }

  async function comeBack() {
    const copy = await keptHere();
    hidden('tab').value = windowName();
    if (!copy) return;
    const goesOn = copy.tab === known.tab ? copy.number > known.number : copy.base === known.number && copy.number > known.number;
    const text = (copy.values.note || '').trim();
    if (goesOn) {
      const sameStep = copy.values.version === form.elements.version.value && copy.values.place === form.elements.place.value;
      fill(copy.values, sameStep ? Object.keys(copy.values).filter((each) => !['version', 'place'].includes(each)) : ['note']);
      number = Math.max(copy.number, known.number);
      typed();
      say('saysBack');
      save();
    } else if (copy.tab !== known.tab && text && !form.elements.note.value.includes(text)) {
      showOther(copy.values.note);
    } else { forgetHere(); }
  }

  document.addEventListener('submit', (event) => { if (event.target.matches('form[data-signs-out]')) stopped = true; });
  // Somebody else's small request must not put "You were signed out" in the place of what is being typed.
  form.addEventListener('htmx:before:response', (event) => {
    if (event.detail.ctx.response.status === 401 || event.detail.ctx.response.status === 400) event.preventDefault();
  });
  form.addEventListener('input', typed);
  form.addEventListener('focusout', () => { save(); });
  form.addEventListener('submit', () => { body(); });
  document.addEventListener('visibilitychange', () => { if (document.hidden) save(); else renew(); });
  addEventListener('online', () => { save(); });
  addEventListener('focus', () => { renew(); });
  addEventListener('pagehide', () => {
    if (stopped || number <= saved) return;
    keepHere();
    if (form.getAttribute('aria-busy') !== 'true') navigator.sendBeacon(form.dataset.autosave, body());
  });
  comeBack().finally(() => { says.dataset.ready = 'yes'; });
})();
