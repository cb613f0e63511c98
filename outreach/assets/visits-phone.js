// The card: the visits that this telephone keeps, the form of one of them, and what waits. It works without a network;
// every letter is kept as it is typed, and a press on "Save" is kept before anything is sent.
(() => {
  'use strict';
  const card = document.getElementById('visits-card');
  const addresses = JSON.parse(card.dataset.addresses);
  const place = document.getElementById('visits-place');
  const state = document.getElementById('visits-state');
  const title = document.getElementById('visits-title');
  const main = document.getElementById('main');
  const words = Object.fromEntries([...document.getElementById('t-words').content.querySelectorAll('[data-word]')]
    .map((each) => [each.dataset.word, each.textContent]));
  const { visits } = window;
  visits.root = addresses.root;
  const RETRY = 15000;
  let saving = Promise.resolve();
  let kept = [];

  const copy = (name) => document.getElementById(name).content.cloneNode(true);
  const fill = (root, name, text) => root.querySelectorAll(`[data-is="${name}"]`).forEach((each) => { each.textContent = text; });
  const part = (root, name) => root.querySelector(`[data-is="${name}"]`);
  const say = (text) => { if (state.textContent !== text) state.textContent = text; };
  const local_day = () => { const now = new Date(); return new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10); };
  // English here writes the day first and counts 24 hours.
  const locale = document.documentElement.lang === 'en' ? 'en-GB' : document.documentElement.lang;
  const named = () => decodeURIComponent(location.hash.slice(1));
  const begin_of = (visit) => (visit.day === local_day() ? visit.time : `${new Date(`${visit.day}T12:00`).toLocaleDateString(locale, { weekday: 'short', day: 'numeric', month: 'short' })} ${visit.time}`);

  function new_key() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((each) => each.toString(16).padStart(2, '0')).join('');
  }

  function row(visit) {
    const found = copy('t-row');
    fill(found, 'time', begin_of(visit));
    fill(found, 'employer', visit.employer);
    fill(found, 'workplace', visit.workplace);
    fill(found, 'address', visit.address);
    fill(found, 'last', visit.last);
    part(found, 'last-line').hidden = !visit.last;
    const route = part(found, 'route');
    if (visit.route) route.href = visit.route; else route.remove();
    const call = part(found, 'call');
    if (visit.phone) call.href = `tel:${visit.phone.replace(/[^+\d]/g, '')}`; else call.remove();
    part(found, 'open').href = `#${visit.id}`;
    return found;
  }

  function waiting(item) {
    const found = copy('t-waiting');
    fill(found, 'employer', item.employer);
    fill(found, 'when', new Date(item.typed_at).toLocaleString(locale, { dateStyle: 'short', timeStyle: 'short' }));
    if (item.problem === 'gone') {
      const why = part(found, 'why');
      why.textContent = words.gone;
      why.hidden = false;
      const typed = part(found, 'typed');
      typed.textContent = [item.typed.note, item.typed.next_text].flat().filter(Boolean).join('\n');
      typed.hidden = false;
      const gone = part(found, 'delete');
      gone.hidden = false;
      gone.addEventListener('click', async () => {
        await visits.change(['queue'], ({ queue }) => queue.delete(item.key));
        await visits.tell_waiting();
        await show();
      });
    }
    part(found, 'send').addEventListener('click', send);
    return found;
  }

  function to_look_at(each) {
    const found = copy('t-kept');
    fill(found, 'employer', each.employer);
    part(found, 'look').href = each.href;
    return found;
  }

  async function show_list() {
    title.textContent = words.title;
    const [day, queue, device] = await Promise.all([visits.all('day'), visits.all('queue'), visits.one('meta', 'device')]);
    const mine = queue.filter((item) => !device || item.staff === device.staff);
    const sent = new Set(mine.map((item) => item.visit));
    const open = day.filter((visit) => !sent.has(visit.id)).sort((a, b) => `${a.day}${a.time}`.localeCompare(`${b.day}${b.time}`));
    const nothing = document.createElement('p');
    nothing.textContent = words.none;
    place.replaceChildren(...kept.map(to_look_at), ...mine.map(waiting), ...open.map(row), ...(kept.length + mine.length + open.length ? [] : [nothing]));
    if (queue.length > mine.length) {
      const others = document.createElement('p');
      others.textContent = words.others;
      place.append(others);
    }
  }

  function typed_in(form) {
    const typed = {};
    for (const [name, value] of new FormData(form)) (typed[name] ||= []).push(value);
    return typed;
  }

  function fill_form(form, visit, draft) {
    const people = part(form, 'people');
    visit.people.forEach(([id, name], number) => {
      const each = copy('t-person');
      const input = each.querySelector('input');
      Object.assign(input, { value: id, id: `person-${number}`, checked: id === visit.person });
      Object.assign(each.querySelector('label'), { htmlFor: input.id, textContent: name });
      people.querySelector('.opts').append(each);
    });
    people.hidden = visit.people.length === 0;
    const on_date = form.elements.namedItem('on_date');
    on_date.value = visit.day < local_day() ? visit.day : local_day();
    form.elements.namedItem('purpose').value = visit.purpose;
    if (draft) restore(form, draft.typed);
  }

  function restore(form, typed) {
    for (const input of form.elements) {
      const values = typed[input.name];
      if (!input.name) continue;
      if (input.type === 'checkbox' || input.type === 'radio') input.checked = Boolean(values && values.includes(input.value));
      else if (values) [input.value] = values;
    }
  }

  // The key is given with the first letter, so that whatever dies in between, it is the same visit that is sent.
  function keep_draft(form, visit, draft) {
    const kept = { visit: visit.id, key: draft.key, version: draft.version, typed: typed_in(form) };
    form.dataset.kept = '';
    saving = visits.change(['drafts'], ({ drafts }) => drafts.put(kept)).then(() => { form.dataset.kept = '1'; });
    return saving;
  }

  function wrong_in(form) {
    if (!form.elements.namedItem('outcome').value) return ['outcome', words.outcome];
    const own = form.querySelector('[name="next_when"][value="own"]').checked;
    return own && !form.elements.namedItem('next_on').value ? ['next_on', words.next_on] : null;
  }

  function point_out(form, [name, text]) {
    const box = part(form, 'wrong');
    const field = form.elements.namedItem(name);
    box.id = 'visit-wrong';
    box.textContent = text;
    box.hidden = false;
    field.setAttribute('aria-invalid', 'true');
    field.setAttribute('aria-describedby', box.id);
    field.focus();
  }

  async function save(form, visit, draft) {
    const wrong = wrong_in(form);
    if (wrong) { point_out(form, wrong); return; }
    await saving;
    const device = await visits.one('meta', 'device');
    const item = {
      key: draft.key, visit: visit.id, version: draft.version, employer: visit.employer, staff: device.staff,
      device: device.device, typed: typed_in(form), typed_at: new Date().toISOString(),
    };
    await visits.change(['queue', 'drafts'], ({ queue, drafts }) => { queue.put(item); drafts.delete(visit.id); });
    await visits.tell_waiting();
    card.dataset.last = item.key;
    say(words.kept_here);
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
    const registration = await navigator.serviceWorker.getRegistration(addresses.root);
    if (registration && registration.sync) registration.sync.register('visits').catch(() => {});
    // Whoever has opened the next visit meanwhile stays there.
    if (named() === visit.id) history.replaceState(null, '', location.pathname);
    await show();
    await send();
  }

  async function show_form(visit) {
    const found = copy('t-form');
    title.textContent = `${begin_of(visit)} ${visit.employer}`;
    fill(found, 'address', [visit.workplace, visit.address].filter(Boolean).join(', '));
    fill(found, 'last', visit.last);
    part(found, 'last-line').hidden = !visit.last;
    const form = found.querySelector('form');
    const draft = (await visits.one('drafts', visit.id)) || { key: new_key(), version: visit.version };
    fill_form(form, visit, draft.typed ? draft : null);
    form.addEventListener('input', () => keep_draft(form, visit, draft));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (form.dataset.busy) return;
      form.dataset.busy = '1';
      save(form, visit, draft).catch(() => say(words.failed)).finally(() => { delete form.dataset.busy; });
    });
    place.replaceChildren(found);
    scrollTo(0, 0);
    main.focus();
  }

  // What the address names is drawn, one drawing after the other; a form that is being filled in stays as it is.
  async function draw() {
    const id = named();
    const visit = id ? await visits.one('day', id) : null;
    const queued = visit && (await visits.all('queue')).some((item) => item.visit === visit.id);
    const wanted = visit && !queued ? visit.id : 'list';
    if (wanted !== 'list' && card.dataset.shown === wanted) return;
    if (wanted === 'list') await show_list(); else await show_form(visit);
    card.dataset.shown = wanted;
  }

  let drawing = Promise.resolve();
  function show() {
    drawing = drawing.then(draw).catch(() => say(words.failed));
    return drawing;
  }

  function end_here() {
    say(words.cut_off);
    title.textContent = words.title;
    place.replaceChildren();
    card.dataset.shown = 'nothing';
    clearInterval(again);
  }

  const number_of = (count) => (count === 1 ? words.waiting_one : words.waiting_many.replace('NUMBER', count));

  async function tell(said) {
    if (said.answer) kept = said.answer.kept;
    (said.results || []).filter((each) => each.state === 'kept').forEach((each) => kept.push(each));
    // What was saved here and has to be looked at is shown at once; what has come from the worker, or earlier, in the list.
    const look = kept.find((each) => each.key === card.dataset.last);
    if (look) { location.href = look.href; return; }
    const left = (await visits.all('queue')).length;
    const told = [];
    const saved = (said.results || []).some((each) => each.state === 'saved');
    // The worker may have been faster than this page.
    if (saved || (said.state === 'ready' && card.dataset.last && !left)) told.push(words.sent);
    if (['away', 'signed_out', 'refused'].includes(said.state)) told.push(words[said.state]);
    if (left) told.push(number_of(left));
    say(told.join(' ') || words.ready);
    if (said.state === 'signed_out') {
      const link = document.createElement('a');
      Object.assign(link, { href: addresses.sign_in, className: 'ds-link', textContent: words.sign_in });
      state.append(' ', link);
    }
  }

  async function send_now() {
    let said;
    try {
      said = await visits.send(addresses, { allow: matchMedia('(pointer: coarse)').matches });
    } catch { said = { state: 'away' }; }
    card.dataset.state = said.state;
    if (said.state === 'cut_off') { end_here(); return; }
    await tell(said);
    await show();
  }

  let sending = null;
  function send() {
    sending ??= send_now().finally(() => { sending = null; });
    return sending;
  }

  addEventListener('hashchange', () => show());
  addEventListener('online', () => send());
  document.addEventListener('visibilitychange', () => { if (!document.hidden) send(); });
  navigator.serviceWorker?.addEventListener('message', ({ data }) => { if (data === 'cut_off') end_here(); else send(); });
  const again = setInterval(async () => { if ((await visits.all('queue')).length) send(); }, RETRY);
  const begin = async () => {
    if (!(await visits.one('meta', 'device'))) await send();
    await show();
    await send();
  };
  begin().catch(() => say(words.failed));
})();
