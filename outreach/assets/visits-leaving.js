// Before signing out: what waits is sent first. Where nothing waits after all, signing out goes on by itself.
(() => {
  'use strict';
  const place = document.getElementById('visits-leaving');
  const addresses = JSON.parse(place.dataset.addresses);
  const { visits } = window;
  const form = document.getElementById('leave-sent');
  const button = form.querySelector('[data-send]');
  const said = place.querySelector('[role="status"]');

  async function send_and_leave() {
    said.textContent = said.dataset.trying;
    const result = await visits.send(addresses).catch(() => ({ state: 'away' }));
    visits.root = addresses.root;
    if ((await visits.tell_waiting()) === 0) { form.submit(); return; }
    said.textContent = result.state === 'ready' ? '' : said.dataset.failed;
  }
  button.hidden = false;
  button.addEventListener('click', (event) => { event.preventDefault(); send_and_leave(); });
  visits.root = addresses.root;
  visits.tell_waiting().then((number) => { if (number === 0) form.submit(); }).catch(() => {});
})();
