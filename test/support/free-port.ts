import { createServer } from 'node:net';
import { listenLocally } from '../../local/http/listen-locally.ts';

/** Below the ports that systems hand out by themselves: one of those may be some connection's own a moment later. */
const FIRST = 15_000;
const COUNT = 15_000;
const MAX_ATTEMPTS = 50;

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await listenLocally(server, port);
  } catch {
    return false;
  }
  await new Promise((closed) => server.close(closed));
  return true;
}

/** A port that nothing listens on now, and that no connection will take by chance. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port was found');
}
