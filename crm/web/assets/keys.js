// One key for each button marked data-key: inside a form marked data-keys, while no text is being typed. A box of the
// id "keys-on" switches it off, and remembers that.
(() => {
  'use strict';
  const form = document.querySelector('form[data-keys]');
  if (!form) return;
  const box = document.getElementById('keys-on');
  const remembered = 'brobygg.keys';
  const recall = () => { try { return localStorage.getItem(remembered); } catch { return null; } };
  if (box) {
    box.closest('[hidden]')?.removeAttribute('hidden');
    box.checked = recall() !== 'off';
    box.addEventListener('change', () => { try { localStorage.setItem(remembered, box.checked ? 'on' : 'off'); } catch { /* for this page only */ } });
  }
  const isTyping = (target) => target instanceof Element
    && target.closest('textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])');

  document.addEventListener('keydown', (event) => {
    if (box && !box.checked) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.key === 'Escape' && isTyping(event.target) && form.contains(event.target)) { event.target.blur(); return; }
    if (isTyping(event.target)) return;
    const field = form.querySelector(`[data-focus-key="${CSS.escape(event.key)}"]`);
    if (field) { event.preventDefault(); field.focus(); return; }
    const button = form.querySelector(`button[data-key="${CSS.escape(event.key)}"]`);
    if (button) { event.preventDefault(); button.click(); }
  });
})();
