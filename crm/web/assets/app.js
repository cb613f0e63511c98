// Small comforts for staff pages. Everything works without this file: menus are <details>, forms post and redirect.
(() => {
  'use strict';
  const menus = () => document.querySelectorAll('details.menu[open]');

  // A menu closes when something else is clicked, or on Escape, which also returns the focus to its button.
  document.addEventListener('click', (event) => {
    menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    menus().forEach((menu) => { menu.open = false; menu.querySelector('summary').focus(); });
  });

  // "/" goes to the search box, unless something is being typed.
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable]')) return;
    const boxes = [...document.querySelectorAll('input[type="search"][name="q"]')];
    const box = boxes.find((each) => each.offsetParent !== null);
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  });

  // A second press on "Save" while the first is on its way is ignored. Coming back with the back button clears the mark.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'post') return;
    if (form.getAttribute('aria-busy') === 'true') event.preventDefault();
    else form.setAttribute('aria-busy', 'true');
  });
  addEventListener('pageshow', () => {
    document.querySelectorAll('form[aria-busy]').forEach((form) => form.removeAttribute('aria-busy'));
  });

  // What can only be read is there to be copied.
  document.addEventListener('focusin', (event) => { if (event.target.matches('input[readonly]')) event.target.select(); });

  // Leaving a form marked data-guard with something typed asks first: a note from a visit is hard to write twice.
  let typed = false;
  document.addEventListener('input', (event) => { if (event.target.closest('form[data-guard]')) typed = true; });
  document.addEventListener('submit', () => { typed = false; });
  addEventListener('beforeunload', (event) => { if (typed) event.preventDefault(); });

  // The first thing to hear after a rejected form is what went wrong; the same after htmx has put such a form in place.
  const announce = (root) => { const summary = root.querySelector('.ds-error-summary'); if (summary) summary.focus(); };
  announce(document);
  document.addEventListener('htmx:after:swap', (event) => announce(event.target instanceof Element ? event.target : document));

  // Whoever signs out leaves nothing behind of what was typed here (autosave.js).
  document.addEventListener('submit', (event) => {
    if (!event.target.matches('form[data-signs-out], form[action$="/sign-out-everywhere"]')) return;
    try { Object.keys(localStorage).filter((each) => each.startsWith('brobygg.kept.')).forEach((each) => localStorage.removeItem(each)); } catch { /* nothing is kept */ }
    indexedDB.deleteDatabase('brobygg-kept');
  });

  // Buttons that only make sense with scripts say so, and are hidden until this file has run.
  document.querySelectorAll('[data-print]').forEach((button) => {
    button.hidden = false;
    button.addEventListener('click', () => print());
  });
})();
