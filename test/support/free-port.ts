import { createServer } from 'node:net';
import { listenLocally } from '../../local/http/listen-locally.ts';

/** A port that nothing listens on now. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = await listenLocally(server, 0);
  await new Promise((closed) => server.close(closed));
  return port;
}
