// The health page. Its changing part comes rendered and escaped; the script replaces the elements that differ.
'use strict';

const pollMilliseconds = 2000;
const copiedMilliseconds = 1500;
const $ = (id) => document.getElementById(id);

let shown = null;

// Updates

// Details that the reader opened stay open. Elements that are the same stay untouched, with their selections, scroll positions and
// tooltips.
function replaceParts(text) {
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
    const response = await fetch('/_local/health/parts');
    const text = await response.text();
    if (text !== shown) replaceParts(text);
    shown = text;
    showState(response.ok ? 'Live' : 'The table cannot be read', !response.ok);
  } catch {
    showState('The local stack does not answer', true);
  }
  setTimeout(poll, pollMilliseconds);
}

function showState(text, lost) {
  if ($('state').textContent !== text) $('state').textContent = text;
  $('state').classList.toggle('lost', lost);
}

// Copies the command; where the browser permits no access to the clipboard, the command is selected.

async function copy(button) {
  const command = button.previousElementSibling;
  try {
    await navigator.clipboard.writeText(command.textContent);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, copiedMilliseconds);
  } catch {
    getSelection().selectAllChildren(command);
  }
}

$('parts').addEventListener('click', (event) => {
  const button = event.target.closest('.copy');
  if (button) copy(button);
});

poll();
