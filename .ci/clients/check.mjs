// Sends and tracks with the published clients of Plunk. Only the base URL and the key are changed.
//
// The argument is the folder in which the local stack runs. POSTHORN_URL, POSTHORN_SECRET_KEY and POSTHORN_PUBLIC_KEY are its
// address and keys.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const { POSTHORN_URL: url, POSTHORN_SECRET_KEY: secret, POSTHORN_PUBLIC_KEY: publicKey } = process.env;
const wrongKey = `sk_${'0'.repeat(48)}`;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ulid = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

// Plunk's address is built into two clients, and has no option. So fetch calls the local stack instead.
const fetchFromNetwork = globalThis.fetch;
globalThis.fetch = (input, options) =>
  fetchFromNetwork(String(input).replace(/^https:\/\/api\.useplunk\.com(?=\/)/, url), options);

const require = createRequire(import.meta.url);
const plunk = (major) => require(`plunk-node-${major}`).default;
const { PlunkEmailProvider } = require('@novu/providers/build/main/lib/plunk/plunk.provider.js');
const { plunkEmail } = await import('bknd');

// The clients that use axios have no option for the base URL, but their instance of axios has one.
const withAxios = (client) => {
  client.client.defaults.baseURL = `${url}/v1`;
  return client;
};

// The recipients of all mails in the local inbox.
const recipients = () => {
  const mails = join(folder, '.posthorn', 'mail');
  const files = readdirSync(mails).filter((name) => name.endsWith('.eml'));
  return files.map((name) => /^To: .*$/im.exec(readFileSync(join(mails, name), 'utf8'))[0]);
};

const html = '<p>Thank you, {{ name ?? friend }}.</p>';
const mail = (to) => ({ to, subject: 'Your order', body: html });

// Checks the fields that the client's types have in an answer: `emails` and `contact` are at its top level.
const sent = (answer, to) => {
  assert.equal(answer.success, true);
  assert.equal(answer.emails.length, 1);
  assert.equal(answer.emails[0].contact.email, to);
  assert.match(answer.emails[0].contact.id, uuid);
  assert.match(answer.emails[0].email, uuid);
  assert.match(answer.timestamp, time);
};
const tracked = (answer) => {
  assert.equal(answer.success, true);
  assert.match(answer.contact, uuid);
  assert.match(answer.event, ulid);
  assert.match(answer.timestamp, time);
};

// The text that a client shows for a failure. 0.0.7 rejects with a text, and the others with an error.
const failure = async (promise) => {
  const caught = await promise.then(
    (answer) => assert.fail(`accepted: ${JSON.stringify(answer)}`),
    (error) => error,
  );
  return typeof caught === 'string' ? caught : caught.message;
};

// `send` and `track` take a key and a mail or an event. A client that cannot do one of them does not have it.
const clients = {
  '@plunk/node 0.0.7': {
    track: (key, event) => withAxios(new (plunk(0))(key)).events.publish(event),
    invalidKey: 'Invalid API secret provided',
  },
  '@plunk/node 1.0.0': {
    send: (key, mail) => withAxios(new (plunk(1))(key)).emails.send(mail),
    track: (key, event) => withAxios(new (plunk(1))(key)).events.track(event),
  },
  '@plunk/node 2.0.0': {
    send: (key, mail) => new (plunk(2))(key).emails.send(mail),
    track: (key, event) => new (plunk(2))(key).events.track(event),
  },
  '@plunk/node 3.0.3': {
    send: (key, mail) => new (plunk(3))(key, { baseUrl: `${url}/v1/` }).emails.send(mail),
    track: (key, event) => new (plunk(3))(key, { baseUrl: `${url}/v1/` }).events.track(event),
  },
  '@novu/providers': {
    send: (key, { to, subject, body }) =>
      new PlunkEmailProvider({ apiKey: key, senderName: '' }).sendMessage({ to, subject, html: body }),
    sent: (answer) => {
      assert.match(answer.id, uuid);
      assert.match(answer.date, time);
    },
  },
  'bknd': {
    send: (key, { to, subject, body }) => plunkEmail({ apiKey: key, host: `${url}/v1/send` }).send(to, subject, body),
  },
};

for (const [name, client] of Object.entries(clients)) {
  const to = `${name.replace(/[^a-z0-9.]+/g, '-').replace(/^-/, '')}@example.org`;
  const invalidKey = client.invalidKey ?? 'Invalid API key';
  if (client.send) {
    (client.sent ?? sent)(await client.send(secret, mail(to)), to);
    assert.equal(recipients().filter((header) => header.includes(to)).length, 1, `${name}: the mail is not in the inbox`);
    const before = recipients().length;
    const wrongField = await failure(client.send(secret, mail('ada')));
    assert.match(wrongField, /\bto: Must be an email address/, `${name} does not say which field is wrong`);
    const withPublicKey = await failure(client.send(publicKey, mail(to)));
    assert.ok(withPublicKey.includes('Invalid secret API key'), `${name}: ${withPublicKey}`);
    const withWrongKey = await failure(client.send(wrongKey, mail(to)));
    assert.ok(withWrongKey.includes(invalidKey), `${name}: ${withWrongKey}`);
    assert.equal(recipients().length, before, `${name}: a refused mail was sent`);
  }
  if (client.track) {
    const event = { event: 'signed_up', email: to, data: { plan: 'pro' } };
    tracked(await client.track(publicKey, event));
    tracked(await client.track(secret, event));
    const wrongField = await failure(client.track(publicKey, { ...event, email: 'ada' }));
    assert.match(wrongField, /\bemail: Must be an email address/, `${name} does not say which field is wrong`);
    const withWrongKey = await failure(client.track(wrongKey, event));
    assert.ok(withWrongKey.includes(invalidKey), `${name}: ${withWrongKey}`);
  }
  console.log(`clients: ${name} ${['send', 'track'].filter((call) => client[call]).join('s and ')}s`);
}

// Novu calls this before it stores a key, and shows the message.
const provider = new PlunkEmailProvider({ apiKey: secret });
const integrated = await provider.checkIntegration({ to: 'novu@example.org', subject: 'Hello', html });
assert.equal(integrated.success, true);
const refused = await provider.checkIntegration({ to: 'novu', subject: 'Hello', html });
assert.deepEqual([refused.success, /\bto: Must be/.test(refused.message)], [false, true]);
