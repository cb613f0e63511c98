// On Today: sends what waits on this telephone, keeps the visits of the day, and lets "Log the visit" lead to the card
// that works without a network. Only a telephone keeps anything by itself: a desk is often somebody else's tomorrow.
(() => {
  'use strict';
  const place = document.getElementById('visits-phone');
  if (!place || !window.indexedDB || !navigator.serviceWorker || !window.isSecureContext) return;
  const addresses = JSON.parse(place.dataset.addresses);
  const { visits } = window;
  const RETRY = 15000;
  const is_phone = matchMedia('(pointer: coarse)').matches;

  async function show_waiting() {
    const number = await visits.tell_waiting();
    const box = document.getElementById('visits-waiting');
    const words = box.querySelector('[data-one]');
    words.textContent = number === 1 ? words.dataset.one : words.dataset.many.replace('NUMBER', number);
    box.hidden = number === 0;
  }

  function lead_to_card(kept) {
    const there = new Set(kept.map((visit) => visit.id));
    place.querySelectorAll('[data-visit]').forEach((link) => {
      if (there.has(link.dataset.visit)) link.href = `${addresses.phone}#${link.dataset.visit}`;
    });
    const ready = document.getElementById('visits-ready');
    if (ready) ready.hidden = false;
  }

  // The browser may have sent a visit in the background while this page was on its way: then the page still asks for it.
  // Once only: a page that was loaded anew is believed.
  function shows_what_is_done(kept) {
    const there = new Set(kept.map((visit) => visit.id));
    const [way] = performance.getEntriesByType('navigation');
    return way.type !== 'reload' && [...place.querySelectorAll('[data-visit]')].some((link) => !there.has(link.dataset.visit));
  }

  // What could not be sent at once is tried again for as long as this page is open.
  async function send_what_waits() {
    if ((await visits.all('queue')).length === 0) return;
    const said = await visits.send(addresses);
    if (said.state === 'cut_off' || (said.results && said.results.length)) location.reload();
  }
  addEventListener('online', () => send_what_waits());
  document.addEventListener('visibilitychange', () => { if (!document.hidden) send_what_waits(); });
  setInterval(send_what_waits, RETRY);

  async function begin() {
    visits.root = addresses.root;
    await show_waiting();
    const known = await visits.one('meta', 'device');
    if (!known && !is_phone) return;
    const said = await visits.send(addresses, { allow: is_phone });
    if (said.state === 'cut_off') { location.reload(); return; }
    await show_waiting();
    if (!said.answer || !said.answer.device) return;
    // The worker is in charge before the links lead to what only it can show.
    await navigator.serviceWorker.register(addresses.worker, { scope: addresses.root });
    await navigator.serviceWorker.ready;
    lead_to_card(said.answer.visits);
    place.dataset.ready = '1';
    if (said.results.length || shows_what_is_done(said.answer.visits)) location.reload();
  }
  begin().catch(() => {});
})();
