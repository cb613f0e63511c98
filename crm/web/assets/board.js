// The board: cards are moved with the mouse, with a finger or with the keyboard. Every way ends in the card's own form
// (a list of stages and a button), which works without this file; so the server checks and answers alike.
(() => {
  'use strict';
  let board = document.getElementById('board');
  const says = document.getElementById('board-says');
  if (!board || !says) return;
  const words = { ...board.dataset };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  const say = (text) => { says.textContent = text; };
  const columns = () => [...board.querySelectorAll('.kb-col')];
  const cardOf = (element) => element.closest('.kb-card');
  let held = null;
  let start = null;

  function mark(column) {
    columns().forEach((each) => each.classList.toggle('is-over', each === column));
    if (!held || !column || held.over === column) return;
    held.over = column;
    const all = columns();
    say(fill(words.over, { stage: column.dataset.name, number: all.indexOf(column) + 1, total: all.length }));
    // Under a finger the board creeps by itself (see below); with the keyboard it goes where the card goes.
    if (!start) column.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  function pickUp(card, quiet) {
    held = { card, from: card.closest('.kb-col'), over: card.closest('.kb-col') };
    card.classList.add('is-held');
    grip(card).setAttribute('aria-pressed', 'true');
    if (!quiet) say(fill(words.picked, { name: card.dataset.name, stage: held.from.dataset.name }));
  }

  function letGo() {
    const { card } = held;
    held = null;
    card.classList.remove('is-held');
    card.style.transform = '';
    grip(card).setAttribute('aria-pressed', 'false');
    mark(null);
    return card;
  }

  function cancel() { say(fill(words.cancelled, { name: letGo().dataset.name })); }

  function drop() {
    const { over, from } = held;
    if (!over || over === from) { cancel(); return; }
    const card = letGo();
    const form = card.querySelector('form');
    form.elements.stage.value = over.dataset.stage;
    send(form, card);
  }

  async function send(form, card) {
    if (form.getAttribute('aria-busy') === 'true') return;
    form.setAttribute('aria-busy', 'true');
    let answer;
    try {
      answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    } catch {
      form.removeAttribute('aria-busy');
      say(words.failed);
      return;
    }
    const url = new URL(answer.url);
    if (!answer.redirected) { form.removeAttribute('aria-busy'); form.submit(); return; }
    if (!answer.ok || url.pathname !== location.pathname) { location.assign(answer.url); return; }
    show(new DOMParser().parseFromString(await answer.text(), 'text/html'), card.id);
  }

  // The board and the messages as they are now; scrolled as before, with the focus on the card that was moved.
  function show(page, id) {
    const fresh = page.getElementById('board');
    if (!fresh) { location.reload(); return; }
    const [left, top] = [board.scrollLeft, scrollY];
    board.replaceWith(document.importNode(fresh, true));
    board = document.getElementById('board');
    document.querySelector('main > .notes')?.remove();
    const notes = page.querySelector('main > .notes');
    if (notes) document.querySelector('main').prepend(document.importNode(notes, true));
    say(notes ? (notes.querySelector('span, p') ?? notes).textContent.trim() : '');
    prepare(board);
    board.scrollLeft = left;
    scrollTo(0, top);
    const card = document.getElementById(id);
    (card ? grip(card) : board).focus({ preventScroll: false });
  }

  const grip = (card) => card.querySelector('.kb-grip');

  function prepare(root) {
    root.querySelectorAll('.kb-card').forEach((card) => {
      if (grip(card)) return;
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'kb-grip';
      button.setAttribute('aria-pressed', 'false');
      button.setAttribute('aria-label', fill(words.grip, { name: card.dataset.name }));
      card.firstElementChild.prepend(button);
    });
  }

  document.addEventListener('submit', (event) => {
    const card = cardOf(event.target);
    if (!card || event.defaultPrevented || event.target.getAttribute('aria-busy') === 'true') return;
    event.preventDefault();
    send(event.target, card);
  }, true);

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && held) { cancel(); return; }
    const card = event.target.matches('.kb-grip') && cardOf(event.target);
    if (!card) return;
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === 'Enter' || event.key === ' ') {
      if (held) drop(); else pickUp(card);
    } else if (side && held) {
      const all = columns();
      const step = document.dir === 'rtl' ? -side : side;
      mark(all[Math.min(all.length - 1, Math.max(0, all.indexOf(held.over) + step))]);
    } else if (way && !held) {
      const next = way < 0 ? card.previousElementSibling : card.nextElementSibling;
      if (next) grip(next).focus();
    } else return;
    event.preventDefault();
  });

  // The mouse takes a card anywhere but at its links and fields; a finger takes it by its handle, else the page scrolls.
  document.addEventListener('pointerdown', (event) => {
    const card = event.target.closest('.kb-card');
    const handle = event.target.closest('.kb-grip');
    if (!card || event.button !== 0 || held) return;
    if (!handle && (event.pointerType !== 'mouse' || event.target.closest('a, button, select, form'))) return;
    start = { card, x: event.clientX, y: event.clientY, id: event.pointerId, left: board.scrollLeft, top: scrollY };
  });
  document.addEventListener('pointermove', (event) => {
    if (!start || event.pointerId !== start.id) return;
    [start.nowX, start.nowY] = [event.clientX, event.clientY];
    if (!start.moving) {
      if (Math.hypot(start.nowX - start.x, start.nowY - start.y) < 6) return;
      start.moving = true;
      pickUp(start.card, true);
      requestAnimationFrame(creep);
    }
    event.preventDefault();
    follow();
  });

  // The card stays under the finger, also while the board moves under both.
  function follow() {
    const [dx, dy] = [start.nowX - start.x + board.scrollLeft - start.left, start.nowY - start.y + scrollY - start.top];
    start.card.style.transform = `translate(${dx}px, ${dy}px)`;
    mark(columns().find((each) => {
      const box = each.getBoundingClientRect();
      return start.nowX >= box.left && start.nowX <= box.right;
    }) ?? null);
  }

  // Held at an edge, the board creeps on: on a phone the next stage is not on the screen.
  function creep() {
    if (!start?.moving || !held) return;
    const edge = board.getBoundingClientRect();
    const before = board.scrollLeft;
    if (start.nowX > Math.min(edge.right, innerWidth) - 40) board.scrollLeft += 5;
    else if (start.nowX < Math.max(edge.left, 0) + 40) board.scrollLeft -= 5;
    if (board.scrollLeft !== before) follow();
    requestAnimationFrame(creep);
  }

  document.addEventListener('pointerup', () => {
    if (start?.moving && held) drop();
    start = null;
  });
  document.addEventListener('pointercancel', () => {
    if (start?.moving && held) cancel();
    start = null;
  });

  // "Show more" brings the next cards here instead of leading to them.
  document.addEventListener('click', async (event) => {
    const link = event.target.closest('.kb-more a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(link.href);
    if (!answer.ok || answer.redirected) { location.assign(link.href); return; }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const column = link.closest('.kb-col');
    const more = page.querySelector('.kb-col');
    const cards = [...more.querySelectorAll('.kb-card')].filter((card) => !document.getElementById(card.id));
    cards.forEach((card) => {
      // What the page of the next cards calls its address is not where this board is.
      card.querySelector('[name=next]').value = `${location.pathname}${location.search}#${card.id}`;
      column.querySelector('.kb-list').append(card);
    });
    const rest = more.querySelector('.kb-more a');
    if (rest) { link.href = rest.getAttribute('href'); link.textContent = rest.textContent; } else link.parentElement.remove();
    prepare(column);
    if (cards[0]) grip(cards[0]).focus();
  });

  prepare(board);
})();
