// The picture of a call script begins where its first step stands, or the one that is being written, and not at its
// upper left corner, which is empty. Without this file there is a link that goes there.
(() => {
  'use strict';
  for (const box of document.querySelectorAll('.script-box')) {
    const step = box.querySelector('.script-here') ?? box.querySelector('.script-first');
    if (!step) continue;
    const [there, room] = [step.getBoundingClientRect(), box.getBoundingClientRect()];
    box.scrollLeft += there.left + there.width / 2 - room.left - room.width / 2;
    if (step.matches('.script-here')) box.scrollTop += there.top + there.height / 2 - room.top - room.height / 2;
  }
})();
