import type { AddressInfo, Server } from 'node:net';

/**
 * Listens on 127.0.0.1 alone and answers with the port, which the system chooses where `port` is 0.
 * @throws the system's error, `EADDRINUSE` where the port is taken.
 */
export function listenLocally(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve(portOf(server.address()));
    });
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
