import type { IncomingMessage } from 'node:http';

/** The largest request body that API Gateway takes. */
const bodyLimitBytes = 10 * 1024 * 1024;
/** A larger body is still read this far, as a client that is cut off while it sends never sees the answer. */
const drainLimitBytes = 64 * 1024 * 1024;

/** The body, `too-large`, or `aborted` where the client left before its end. */
export function readBody(request: IncomingMessage): Promise<Buffer | 'too-large' | 'aborted'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyLimitBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (size > drainLimitBytes) request.destroy();
    });
    request.on('end', () => resolve(size > bodyLimitBytes ? 'too-large' : joinChunks(chunks)));
    request.on('error', () => resolve('aborted'));
    request.on('close', () => resolve('aborted'));
  });
}

function joinChunks(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}
