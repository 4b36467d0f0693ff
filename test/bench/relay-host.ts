// A process: the least that a proxy in Node can do, as the floor under the gateway. It reads nothing and decides nothing.
import { Agent, createServer, request } from 'node:http';
import { serveMeters } from './meters.ts';

const [port] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });

const server = createServer((incoming, outgoing) => {
  const { method, url, headers } = incoming;
  const upstream = request({ host: '127.0.0.1', port, method, path: url, headers, agent }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(outgoing);
  });
  upstream.on('error', () => outgoing.destroy());
  incoming.pipe(upstream);
});

serveMeters(server);
