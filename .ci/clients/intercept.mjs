// A proxy (HTTPS_PROXY) for clients into which Plunk's address is built: it connects api.useplunk.com to the local stack.
//
// The arguments are the stack's base URL and the files of the certificate and of its key. The proxy prints its own address.

import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

const [url, cert, key] = process.argv.slice(2);

const platform = https.createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
  const target = new URL(request.url, url);
  const headers = { ...request.headers, host: target.host };
  const onward = http.request(target, { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  request.pipe(onward);
});

const proxy = http.createServer((_request, response) => response.writeHead(405).end());
proxy.on('connect', (request, socket) => {
  if (request.url !== 'api.useplunk.com:443') {
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    return;
  }
  socket.write('HTTP/1.1 200 OK\r\n\r\n');
  platform.emit('connection', socket);
});
proxy.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${proxy.address().port}`));
