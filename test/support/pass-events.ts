import type { Passage } from '../../lambdas/domain/conversation/codec.ts';
import { collect, nothingCollected, toGeneration } from '../../lambdas/domain/conversation/collect-events.ts';
import type { Generation } from '../../lambdas/domain/conversation/generation.ts';
import type { GenerationEvent } from '../../lambdas/domain/conversation/generation-event.ts';
import { toBytes } from './text.ts';

/** `data:` lines, a string as it is. */
export function sse(...events: readonly unknown[]): string {
  return events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('');
}

export function passAll<Input, Output>(passage: Passage<Input, Output>, inputs: readonly Input[]): Output[] {
  return [...inputs.flatMap((input) => passage.push(input)), ...passage.end()];
}

export function decodeText(passage: Passage<Uint8Array, GenerationEvent>, text: string): GenerationEvent[] {
  return passAll(passage, [toBytes(text)]);
}

/** What a stream said in all. */
export function gather(events: readonly GenerationEvent[]): Generation {
  return toGeneration(events.reduce(collect, nothingCollected));
}

/** Throws where events do not keep what `GenerationEvent` promises: one part open at a time, and each thing once. */
export function expectOrder(events: readonly GenerationEvent[]): void {
  const open = new Map<number, boolean>();
  const finished = new Set<number>();
  for (const event of events) {
    if (!('choice' in event)) continue;
    const isOpen = open.get(event.choice) === true;
    const needsOpen =
      event.type === 'delta' || event.type === 'seal' || event.type === 'citation' || event.type === 'end';
    if (finished.has(event.choice)) throw new Error(`${event.type} behind the end of choice ${event.choice}`);
    if (needsOpen !== isOpen) throw new Error(`${event.type} while a part is ${isOpen ? 'open' : 'closed'}`);
    if (event.type === 'begin') open.set(event.choice, true);
    if (event.type === 'end') open.set(event.choice, false);
    if (event.type === 'finish') finished.add(event.choice);
  }
}
