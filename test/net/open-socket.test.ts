import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSocketOpener } from '../../lambdas/net/open-socket.ts';
import { makeCertificate } from '../support/certificate.ts';
import { clientOf, echo, failureOf, formatAnswer, textOf } from '../support/exchange.ts';
import { type RawServer, type Respond, startRawServer } from '../support/raw-server.ts';
import { waitUntil } from '../support/wait-until.ts';

const localhost = makeCertificate('localhost');
const another = makeCertificate('elsewhere.example');
const expired = makeCertificate('localhost', { validForMs: -60_000 });
const untrusted = makeCertificate('localhost');

const trusted = getCACertificates('default');
beforeAll(() => setDefaultCACertificates([...trusted, localhost.cert, another.cert, expired.cert]));
afterAll(() => setDefaultCACertificates(trusted));

let server: RawServer | undefined;
afterEach(() => server?.stop());

const refused = { failure: 'ConnectionError', isStale: false };

describe('a connection over TLS', () => {
  it('carries exchanges, one after the other and beside each other', async () => {
    server = await startRawServer(echo, localhost);
    const send = clientOf(server);
    const large = 'x'.repeat(200_000);
    expect(textOf(await send(large))).toBe(large);
    const bodies = Array.from({ length: 40 }, (_, index) => String(index).repeat(index * 50));
    expect(await Promise.all(bodies.map((body) => send(body).then(textOf)))).toEqual(bodies);
    expect(server.connections.length).toBeLessThanOrEqual(8);
  });

  it.each([
    ['for another host', another],
    ['of nobody that is trusted', untrusted],
    ['that has run out', expired],
  ])('is refused where the certificate is one %s', async (_name, certificate) => {
    server = await startRawServer(echo, certificate);
    expect(await failureOf(clientOf(server)('secret'))).toEqual(refused);
    expect(server.requests).toHaveLength(0);
  });

  it('is refused so even where the environment says that nothing is to be checked', async () => {
    server = await startRawServer(echo, another);
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await failureOf(clientOf(server)('secret'))).toEqual(refused);
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
    expect(server.requests).toHaveLength(0);
  });

  it('is refused where the server knows nothing newer than TLS 1.1', async () => {
    server = await startRawServer(echo, {
      ...localhost,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    expect(await failureOf(clientOf(server)('secret'))).toEqual(refused);
  });

  it('tells the server which host it wants', async () => {
    const names: string[] = [];
    server = await startRawServer(echo, {
      ...localhost,
      SNICallback(name, done) {
        names.push(name);
        done(null);
      },
    });
    await clientOf(server)('a');
    expect(names).toEqual(['localhost']);
  });

  it('takes up the session of the last one', async () => {
    const reused: boolean[] = [];
    const respond: Respond = ({ socket, body }) => {
      if (socket instanceof TLSSocket) reused.push(socket.isSessionReused());
      socket.end(formatAnswer(body, 'connection: close'));
    };
    server = await startRawServer(respond, localhost);
    const send = clientOf(server);
    await send('a');
    await send('b');
    expect(reused).toEqual([false, true]);
  });

  it('that broke within the handshake is a connection error', async () => {
    server = await startRawServer(() => {});
    const broken = failureOf(clientOf({ url: new URL(`https://${server.url.host}`) })('a'));
    await waitUntil('it is connected', () => server?.connections.length === 1);
    server.connections[0]?.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    expect(await broken).toEqual(refused);
  });
});

describe('an address', () => {
  it('of another protocol is refused', () => {
    expect(() => createSocketOpener(new URL('ftp://localhost'))).toThrow(TypeError);
  });

  it('may be one of IPv6', async () => {
    const opener = createSocketOpener(new URL('http://[::1]:9'));
    const socket = opener(() => {});
    const error = await new Promise<Error>((failed) => socket.once('error', failed));
    expect(error).toMatchObject({ address: '::1', port: 9 });
  });
});
