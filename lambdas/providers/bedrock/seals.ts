import type { Seal } from '../../domain/conversation/parts.ts';

// Claude's signatures hold wherever it is hosted. What is redacted does not: Bedrock has bytes where Anthropic has text.

const ofBedrock = 'bedrock';

export function signatureSeal(value: string): Seal {
  return { origin: 'anthropic', kind: 'signature', value };
}

export function redactedSeal(value: string): Seal {
  return { origin: 'anthropic', kind: 'encrypted', value, id: ofBedrock };
}

/** Whether Bedrock can read it. */
export function isReadable(seal: Seal | undefined): seal is Seal {
  if (seal?.origin !== 'anthropic') return false;
  return seal.kind === 'signature' || seal.id === ofBedrock;
}
