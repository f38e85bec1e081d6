// The inbox page. The content of a mail is inserted as text; its HTML is shown by the sandboxed frame alone.
'use strict';

const base = '/_local/inbox/mails';
const pollMilliseconds = 2000;
const maxSourceCharacters = 500_000;
const $ = (id) => document.getElementById(id);

let cursor = null;
let mails = [];
let total = 0;
let hint = null;
let chosenId = null;
let chosenMail = null;
let preferredView = 'html'; // the view that the reader chose last

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// Decodes the encoded words (RFC 2047) of a name.
function decoded(text) {
  return text.replace(/\?=\s+=\?/g, '?==?').replace(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi, (word, charset, kind, data) => {
    try {
      const raw = kind.toLowerCase() === 'b'
        ? atob(data)
        : data.replace(/_/g, ' ').replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
      return new TextDecoder(charset).decode(Uint8Array.from(raw, (c) => c.charCodeAt(0)));
    } catch {
      return word;
    }
  });
}

function shortTime(text) {
  const time = new Date(text);
  const now = new Date();
  if (time.toDateString() === now.toDateString()) return time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const year = time.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return time.toLocaleDateString([], { day: 'numeric', month: 'short', year });
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

// The list

function clip(count) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('class', 'clip');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', count === 1 ? '1 attachment' : `${count} attachments`);
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', 'M13.5 7.2 8 12.7A3.3 3.3 0 0 1 3.3 8L9 2.3a2.2 2.2 0 0 1 3.1 3.1L6.5 11a1.1 1.1 0 0 1-1.6-1.6l5-5');
  svg.append(path);
  return svg;
}

function row(mail) {
  const item = element('li', 'mail');
  item.id = `mail-${mail.id}`;
  item.dataset.id = mail.id;
  item.setAttribute('role', 'option');
  item.setAttribute('aria-selected', String(mail.id === chosenId));
  const to = decoded(mail.to) + (mail.others ? ` and ${mail.others} more` : '');
  const time = element('time', 'time', shortTime(mail.receivedAt));
  time.dateTime = mail.receivedAt;
  time.title = new Date(mail.receivedAt).toLocaleString();
  item.append(element('span', 'to', to), time, element('span', 'about', mail.subject || '(no subject)'));
  if (mail.attachments) item.append(clip(mail.attachments));
  return item;
}

function filtered() {
  const words = $('filter').value.trim().toLowerCase();
  if (!words) return mails;
  return mails.filter((mail) => `${decoded(mail.to)} ${decoded(mail.from)} ${mail.subject}`.toLowerCase().includes(words));
}

function drawList() {
  const listed = filtered();
  $('list').replaceChildren(...listed.map(row));
  markChosen(false);
  const older = total - mails.length;
  $('older').hidden = older <= 0;
  $('older').textContent = `${older.toLocaleString()} older mails are not listed.`;
  $('main').classList.toggle('none', mails.length === 0);
  document.title = total ? `Posthorn inbox (${total})` : 'Posthorn inbox';
  drawEmpty(listed.length);
}

function drawEmpty(count) {
  $('empty').hidden = chosenId !== null;
  $('hint').hidden = !hint || mails.length > 0;
  $('hint').textContent = hint || '';
  if (mails.length === 0) {
    $('empty-title').textContent = 'No mail yet';
    $('empty-text').textContent = hint ? 'Send one:' : 'A mail sent through the local stack shows here at once.';
  } else {
    $('empty-title').textContent = count ? 'Select a mail' : 'No mail fits the filter';
    $('empty-text').textContent = count ? 'The arrow keys walk through the list.' : 'It looks at recipients, senders and subjects.';
  }
}

function markChosen(scroll) {
  $('list').removeAttribute('aria-activedescendant');
  for (const item of $('list').children) {
    const is = item.dataset.id === chosenId;
    item.setAttribute('aria-selected', String(is));
    if (is) {
      $('list').setAttribute('aria-activedescendant', item.id);
      if (scroll) item.scrollIntoView({ block: 'nearest' });
    }
  }
}

// The selected mail

async function choose(id) {
  chosenId = id;
  markChosen(true);
  history.replaceState(null, '', `#${id}`);
  let response = null;
  try {
    response = await fetch(`${base}/${id}`);
  } catch { /* the next poll reports that the stack does not answer */ }
  if (chosenId !== id) return;
  if (!response || !response.ok) return close();
  const mail = await response.json();
  if (chosenId !== id) return;
  chosenMail = mail;
  drawDetail();
}

function close() {
  chosenId = chosenMail = null;
  history.replaceState(null, '', location.pathname);
  $('detail').hidden = true;
  $('main').classList.remove('reading');
  markChosen(false);
  drawEmpty(filtered().length);
}

function drawDetail() {
  $('empty').hidden = true;
  $('detail').hidden = false;
  $('main').classList.add('reading');
  $('subject').textContent = chosenMail.subject || '(no subject)';
  const lines = [
    ['From', decoded(chosenMail.from)],
    ['To', decoded(chosenMail.to.join(', '))],
    ['Cc', decoded(chosenMail.cc.join(', '))],
    ['Bcc', decoded(chosenMail.bcc.join(', '))],
    ['Received', new Date(chosenMail.receivedAt).toLocaleString()],
  ].filter(([, value]) => value);
  $('envelope').replaceChildren(...lines.flatMap(([name, value]) => [element('dt', '', name), element('dd', '', value)]));
  drawFiles();
  $('save').href = `${base}/${chosenId}/source`;
  $('tab-html').disabled = !chosenMail.hasHtml;
  $('tab-text').disabled = chosenMail.text === null;
  const other = chosenMail.hasHtml ? 'html' : 'text';
  show($(`tab-${preferredView}`).disabled ? other : preferredView);
}

function drawFiles() {
  $('files').hidden = chosenMail.attachments.length === 0;
  $('files').replaceChildren(...chosenMail.attachments.map((file, n) => {
    const link = element('a');
    link.href = `${base}/${chosenId}/attachments/${n}`;
    link.download = '';
    link.title = `${file.filename} (${file.contentType || 'no content type'})`;
    link.append(element('span', '', file.filename), element('small', '', size(file.size) + (file.inline ? ', inline' : '')));
    const item = element('li');
    item.append(link);
    return item;
  }));
}

// The views

function show(view) {
  for (const tab of $('tabs').querySelectorAll('[role=tab]')) {
    const is = tab.dataset.view === view;
    tab.setAttribute('aria-selected', String(is));
    tab.tabIndex = is ? 0 : -1;
  }
  $('view').setAttribute('aria-labelledby', `tab-${view}`);
  $('view').replaceChildren(views[view]());
  $('view').scrollTop = 0;
}

const views = {
  html() {
    const frame = element('iframe');
    frame.title = 'HTML of the mail';
    frame.setAttribute('sandbox', 'allow-popups allow-popups-to-escape-sandbox');
    frame.referrerPolicy = 'no-referrer';
    frame.src = `${base}/${chosenId}/html`;
    return frame;
  },
  text() {
    return element('pre', '', chosenMail.text ?? '');
  },
  headers() {
    const table = element('table');
    const lines = [
      ['From', chosenMail.from],
      ['To', chosenMail.to.join(', ')],
      ['Cc', chosenMail.cc.join(', ')],
      ['Bcc', chosenMail.bcc.join(', ')],
      ['Reply-To', chosenMail.replyTo.join(', ')],
      ['Subject', chosenMail.subject],
      ['SES message id', chosenMail.messageId],
      ...chosenMail.headers,
      ['SES configuration set', chosenMail.configurationSet],
      ...chosenMail.tags.map(([name, value]) => [`SES tag ${name}`, value]),
    ];
    for (const [name, value] of lines.filter(([, value]) => value)) {
      const line = element('tr');
      const head = element('th', '', name);
      head.scope = 'row';
      line.append(head, element('td', '', value));
      table.append(line);
    }
    return table;
  },
  source() {
    const source = element('pre', '', 'Loading…');
    const id = chosenId;
    fetch(`${base}/${id}/source`).then((response) => response.text()).then((text) => {
      source.textContent = text.slice(0, maxSourceCharacters);
      if (text.length > maxSourceCharacters) source.after(element('p', 'note', 'The rest is in the downloaded file.'));
    }, () => { source.textContent = 'It could not be loaded.'; });
    return source;
  },
};

// Keyboard and pointer

function step(by) {
  const listed = filtered();
  if (!listed.length) return;
  const at = listed.findIndex((mail) => mail.id === chosenId);
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), listed.length - 1);
  choose(listed[next].id);
}

const keys = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Home: () => step(-mails.length), End: () => step(mails.length) };
$('list').addEventListener('keydown', (event) => {
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
$('list').addEventListener('click', (event) => {
  const item = event.target.closest('.mail');
  if (item) choose(item.dataset.id);
});
$('tabs').addEventListener('click', (event) => {
  const view = event.target.dataset.view;
  if (view) show(preferredView = view);
});
$('tabs').addEventListener('keydown', (event) => {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const tabs = [...$('tabs').querySelectorAll('[role=tab]:enabled')];
  const at = tabs.indexOf(document.activeElement);
  if (!by || at < 0) return;
  const tab = tabs[(at + by + tabs.length) % tabs.length];
  show(preferredView = tab.dataset.view);
  tab.focus();
});
$('back').addEventListener('click', () => { close(); $('list').focus(); });
$('filter').addEventListener('input', drawList);

// Updates

async function poll() {
  try {
    const response = await fetch(cursor === null ? base : `${base}?after=${encodeURIComponent(cursor)}`);
    if (!response.ok) throw new Error(response.status);
    const changes = await response.json();
    const first = cursor === null;
    const changed = first || changes.whole || changes.mails.length > 0;
    ({ cursor, total, hint } = changes);
    if (changed) {
      mails = (changes.whole ? changes.mails : changes.mails.concat(mails)).slice(0, 500);
      drawList();
    }
    if (first && /^#[\w-]+$/.test(location.hash)) choose(location.hash.slice(1));
    showState(total === 1 ? '1 mail' : `${total.toLocaleString()} mails`, false);
  } catch {
    showState('The local stack does not answer', true);
  }
  setTimeout(poll, pollMilliseconds);
}

function showState(text, lost) {
  if ($('state').textContent !== text) $('state').textContent = text;
  $('state').classList.toggle('lost', lost);
}

poll();
