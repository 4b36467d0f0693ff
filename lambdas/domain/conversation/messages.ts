import type { GenerationRequest, Message, Tool } from './generation-request.ts';
import type { Part } from './parts.ts';

const isSystem = ({ role }: Message) => role === 'system' || role === 'developer';

export interface SplitMessages {
  /** What stands before the conversation. */
  readonly system: readonly Message[];
  /** What follows, system messages of its own among it. */
  readonly turns: readonly Message[];
}

export function splitSystem(messages: readonly Message[]): SplitMessages {
  const first = messages.findIndex((message) => !isSystem(message));
  const end = first === -1 ? messages.length : first;
  return { system: messages.slice(0, end), turns: messages.slice(end) };
}

/** For a dialect that takes instructions at the beginning alone: the later ones move there, in their order. */
export function hoistSystem(messages: readonly Message[]): SplitMessages & { readonly isMoved: boolean } {
  const { system, turns } = splitSystem(messages);
  const later = turns.filter(isSystem);
  return {
    system: [...system, ...later],
    turns: turns.filter((message) => !isSystem(message)),
    isMoved: later.length > 0,
  };
}

const holdsResultsOnly = ({ role, parts }: Message) =>
  role === 'user' && parts.length > 0 && parts.every(({ type }) => type === 'tool_result');

/** The results of parallel calls belong in one message; clients of Chat Completions send one each. */
export function gatherResults(messages: readonly Message[]): Message[] {
  const gathered: Message[] = [];
  for (const message of messages) {
    const last = gathered.at(-1);
    if (last !== undefined && holdsResultsOnly(last) && holdsResultsOnly(message)) {
      gathered[gathered.length - 1] = { ...last, parts: [...last.parts, ...message.parts] };
    } else gathered.push(message);
  }
  return gathered;
}

/** For a dialect in which users and assistants take turns, without exception. */
export function alternate(turns: readonly Message[]): Message[] {
  const alternated: Message[] = [];
  for (const message of turns) {
    const last = alternated.at(-1);
    if (last?.role === message.role) {
      alternated[alternated.length - 1] = { ...last, parts: [...last.parts, ...message.parts] };
    } else alternated.push(message);
  }
  return alternated;
}

/** Where the client began the answer itself, for the model to go on with; undefined: it did not. */
export function findPrefill({ dialect, messages }: GenerationRequest): Message | undefined {
  const last = messages.at(-1);
  const isPrefill =
    dialect === 'anthropic' && last?.role === 'assistant' && last.parts.every(({ type }) => type === 'text');
  return isPrefill ? last : undefined;
}

/** The tools that the model may call: `allowed` is said by leaving the others out. */
export function allowedTools({ tools, toolChoice }: GenerationRequest): readonly Tool[] {
  if (toolChoice?.kind !== 'allowed') return tools;
  const names = new Set(toolChoice.names);
  return tools.filter(({ name }) => names.has(name));
}

/** Whose call each result answers: some dialects name the tool once more. */
export function nameCalls(messages: readonly Message[]): ReadonlyMap<string, string> {
  const parts = messages.flatMap(({ parts: all }): readonly Part[] => all);
  return new Map(parts.flatMap((part) => (part.type === 'tool_call' ? [[part.id, part.name] as const] : [])));
}

/** A tool must be called, whatever the model thinks of it. */
export function isForced({ toolChoice }: GenerationRequest): boolean {
  if (toolChoice?.kind === 'allowed') return toolChoice.isRequired;
  return toolChoice?.kind === 'any' || toolChoice?.kind === 'tool';
}
