import type { Seal } from '../../domain/conversation/parts.ts';

/** Signs a text, and not the call that may stand behind it. */
const ofText = 'text';

export function callSeal(value: string): Seal {
  return { origin: 'gemini', kind: 'signature', value };
}

export function textSeal(value: string): Seal {
  return { origin: 'gemini', kind: 'signature', value, id: ofText };
}

export function isOfText(seal: Seal | undefined): boolean {
  return seal?.id === ofText;
}
