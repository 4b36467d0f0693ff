// What a request is sent to, and how it must be put there.
import { request as httpRequest } from 'node:http';
import { formatHead } from './http-head.ts';
import { expectedReply, type ReplyKind, type Workload } from './workloads.ts';

export interface Target {
  readonly name: string;
  readonly port: number;
  /** A virtual key: the target is the gateway. Left out: it is the mock itself, or what passes everything on to it. */
  readonly key?: string;
  /** What another gateway wants to be told beside the request, to pass it on to the mock. */
  readonly routing?: (reply: ReplyKind) => Readonly<Record<string, string>>;
  /** CPU of the target's process so far, microseconds. Left out where it is not one process. */
  readonly cpuUs?: () => Promise<number>;
}

interface Envelope {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** As the official SDK sends it. */
function addressTo({ port, key, routing }: Target, { reply, body }: Workload): Envelope {
  return {
    path: key === undefined && routing === undefined ? `/${reply}/chat/completions` : '/v1/chat/completions',
    headers: {
      host: `127.0.0.1:${port}`,
      authorization: `Bearer ${key ?? 'sk-bench'}`,
      accept: 'application/json',
      'content-type': 'application/json',
      'content-length': String(body.length),
      'user-agent': 'OpenAI/JS 7.57.0',
      'x-stainless-lang': 'js',
      'x-stainless-runtime': 'node',
      'x-stainless-retry-count': '0',
      ...routing?.(reply),
    },
  };
}

/** The request's bytes for a bare socket. */
export function encodeRequest(target: Target, workload: Workload): Buffer {
  const { path, headers } = addressTo(target, workload);
  return Buffer.concat([Buffer.from(formatHead(`POST ${path} HTTP/1.1`, headers)), workload.body]);
}

function exchange(target: Target, workload: Workload): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: target.port, method: 'POST', ...addressTo(target, workload) };
    const outgoing = httpRequest(options, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => resolve(Buffer.concat(pieces)));
    });
    outgoing.on('error', reject);
    outgoing.end(workload.body);
  });
}

/** Throws where the answer is not the upstream's, byte for byte: a figure for anything else would be worthless. */
export async function verifyTarget(target: Target, workload: Workload): Promise<void> {
  const received = await exchange(target, workload);
  if (!received.equals(expectedReply(workload.reply, target.key !== undefined))) {
    throw new Error(`${target.name} changed the ${workload.reply} reply: ${received.toString().slice(0, 300)}`);
  }
}
