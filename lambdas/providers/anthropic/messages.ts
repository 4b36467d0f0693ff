import type { Message } from '../../domain/conversation/generation-request.ts';
import { gatherResults, hoistSystem, splitSystem } from '../../domain/conversation/messages.ts';
import { type Writing, writeBlock } from './content.ts';

const isSystem = ({ role }: Message) => role === 'system' || role === 'developer';

/**
 * A system message has its place behind what a user says, one at a time: those that stand before move there. Undefined:
 * some have no such place.
 */
function placeSystem(turns: readonly Message[]): { turns: Message[]; isMoved: boolean } | undefined {
  const placed: Message[] = [];
  let waiting: Message[] = [];
  let isMoved = false;
  const settle = () => {
    if (waiting.length === 0) return true;
    if (placed.at(-1)?.role !== 'user') return false;
    placed.push({ role: 'system', parts: waiting.flatMap(({ parts }) => parts) });
    waiting = [];
    return true;
  };
  for (const message of turns) {
    if (isSystem(message)) waiting.push(message);
    else if (message.role === 'user') {
      isMoved ||= waiting.length > 0;
      placed.push(message);
    } else {
      if (!settle()) return undefined;
      placed.push(message);
    }
  }
  return settle() ? { turns: placed, isMoved } : undefined;
}

interface Placed {
  readonly system: readonly Message[];
  readonly turns: readonly Message[];
}

function place(messages: readonly Message[], hasLaterSystem: boolean, { log }: Writing): Placed {
  const { system, turns } = splitSystem(messages);
  const placed = hasLaterSystem ? placeSystem(turns) : undefined;
  if (placed !== undefined) {
    if (placed.isMoved) log.lose('systemPlace');
    return { system, turns: placed.turns };
  }
  const hoisted = hoistSystem(messages);
  if (hoisted.isMoved) log.lose('systemPlace');
  return hoisted;
}

/** One plain text as a string. */
function simplify(blocks: readonly object[]): string | readonly object[] {
  const [first] = blocks;
  const isPlain = blocks.length === 1 && first !== undefined && 'text' in first && Object.keys(first).length === 2;
  return isPlain && typeof first.text === 'string' ? first.text : blocks;
}

function writeMessage({ role, parts, name, phase }: Message, writing: Writing): object[] {
  if (name !== undefined) writing.log.lose('messageName');
  if (phase !== undefined) writing.log.lose('phase');
  const blocks = parts.flatMap((part) => writeBlock(part, writing));
  return blocks.length === 0 ? [] : [{ role, content: simplify(blocks) }];
}

/** `system` and `messages`, as Anthropic has them apart. */
export function writeMessages(messages: readonly Message[], hasLaterSystem: boolean, writing: Writing): object {
  const { system, turns } = place(messages, hasLaterSystem, writing);
  const instructions = system.flatMap(({ parts }) => parts.flatMap((part) => writeBlock(part, writing)));
  return {
    system: instructions.length === 0 ? undefined : simplify(instructions),
    messages: gatherResults(turns).flatMap((message) => writeMessage(message, writing)),
  };
}
