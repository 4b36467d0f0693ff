import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FakeUpstream, startFakeUpstream } from './fake-upstream.ts';
import { type Recording, type Split, splits } from './recordings.ts';

export interface ReplayUpstream {
  /** By recording: the body that the provider was last sent. */
  readonly asked: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** The one header that the gateway hands on to a provider: it says which recording is to be the answer, and how cut. */
const selector = 'openai-beta';

export function selectReplay({ id }: Recording, { name }: Split): Record<string, string> {
  return { [selector]: `${id} ${name}` };
}

/** A provider that answers as recorded, each piece in a write and a turn of the event loop of its own. */
export async function startReplayUpstream(port: number, recordings: readonly Recording[]): Promise<ReplayUpstream> {
  const asked = new Map<string, string>();
  const upstream: FakeUpstream = await startFakeUpstream(port);
  upstream.respond(async (response, request) => {
    const [id, splitName] = String(request.headers[selector]).split(' ');
    const recording = recordings.find((candidate) => candidate.id === id);
    const split = splits.find(({ name }) => name === splitName);
    if (recording === undefined || split === undefined) return response.writeHead(404).end();
    asked.set(recording.id, Buffer.from(request.body).toString());
    response.socket?.setNoDelay(true);
    response.writeHead(recording.status, { ...recording.headers });
    response.flushHeaders();
    for (const piece of split.cut(recording.body)) {
      response.write(piece);
      await nextTurn();
    }
    return response.end();
  });
  return { asked, close: () => upstream.close() };
}
