// A process: the built server of @portkey-ai/gateway, unchanged, as the peer to compare with: in the same language, on the
// same loop, and without any accounting. It takes its port from its arguments, and listens on every interface.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { findFreePort } from '../support/free-port.ts';
import { tellMeters } from './meters.ts';

const [server = ''] = process.argv.slice(2);

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const port = await findFreePort();
process.argv.splice(2, process.argv.length, `--port=${port}`, '--headless');
await import(server);
while (!(await accepts(port))) await wait(50);
tellMeters(port);
