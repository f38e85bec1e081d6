// The health page. Its changing part comes rendered and escaped; what is different of it is swapped in.
'use strict';

const wait = 2000;
const copied = 1500;
const $ = (id) => document.getElementById(id);

let shown = null;

// Updates

// What the reader opened stays open, and what did not change stays untouched: selections, scroll positions, tooltips.
function swap(text) {
  const next = new DOMParser().parseFromString(text, 'text/html');
  for (const open of document.querySelectorAll('details[open]')) next.getElementById(open.id)?.setAttribute('open', '');
  const focused = document.activeElement?.id;
  const before = [...$('parts').children];
  const after = [...next.body.children];
  if (before.length === after.length && before.every((part, n) => part.id === after[n].id)) {
    before.forEach((part, n) => { if (!part.isEqualNode(after[n])) part.replaceWith(after[n]); });
  } else {
    $('parts').replaceChildren(...after);
  }
  if (focused && document.activeElement?.id !== focused) $(focused)?.focus({ preventScroll: true });
}

async function poll() {
  try {
    const answer = await fetch('/_local/health/parts');
    const text = await answer.text();
    if (text !== shown) swap(text);
    shown = text;
    state(answer.ok ? 'Live' : 'The table cannot be read', !answer.ok);
  } catch {
    state('The local stack does not answer', true);
  }
  setTimeout(poll, wait);
}

function state(text, lost) {
  if ($('state').textContent !== text) $('state').textContent = text;
  $('state').classList.toggle('lost', lost);
}

// The command to copy; where the browser keeps the clipboard to itself, it is selected.

async function copy(button) {
  const command = button.previousElementSibling;
  try {
    await navigator.clipboard.writeText(command.textContent);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, copied);
  } catch {
    getSelection().selectAllChildren(command);
  }
}

$('parts').addEventListener('click', (event) => {
  const button = event.target.closest('.copy');
  if (button) copy(button);
});

poll();
