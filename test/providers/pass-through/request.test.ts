import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readChatRequest } from '../../../lambdas/domain/inference/outline-chat.ts';
import { findTopLevelMembers } from '../../../lambdas/domain/json/top-level-members.ts';
import type { OutputLimit } from '../../../lambdas/domain/upstream/chat-provider.ts';
import { toUpstreamBody } from '../../../lambdas/providers/pass-through/request.ts';
import { toBytes, toText } from '../../support/text.ts';

function forward(text: string, model: string, outputLimit?: OutputLimit): string {
  const body = toBytes(text);
  const parsed = readChatRequest(JSON.parse(text));
  if (!parsed.ok) throw new Error(parsed.refusal.message);
  const call = {
    surface: 'chat-completions',
    outline: parsed.value,
    body,
    members: findTopLevelMembers(body),
    model,
    outputLimit,
  } as const;
  return toText(toUpstreamBody(call));
}

const messages = '"messages" : [ {"role":"user","content":"\\u00e4 \\"model\\":\\"x\\""} ]';

describe('the body that goes upstream', () => {
  it('is the client’s own, byte for byte, where nothing has to change', () => {
    const text = `{ "model":"gpt-5-mini",${messages}, "n":1.0 }`;
    expect(forward(text, 'gpt-5-mini')).toBe(text);
  });

  it('differs in the model’s name alone', () => {
    expect(forward(`{"temperature":1e0,"model": "openai/gpt-5-mini" ,${messages}}`, 'gpt-5-mini')).toBe(
      `{"temperature":1e0,"model": "gpt-5-mini" ,${messages}}`,
    );
  });

  it.each([
    [`{"model":"m",${messages}}`, `{"model":"m",${messages},"max_tokens":64}`],
    [`{"model":"m","max_tokens": null ,${messages}}`, `{"model":"m","max_tokens": 64 ,${messages}}`],
    [
      `{"model":"m","stream":true,${messages}}`,
      `{"model":"m","stream":true,${messages},"stream_options":{"include_usage":true},"max_tokens":64}`,
    ],
  ])('carries the output limit of the gateway: %s', (from, to) => {
    expect(forward(from, 'm', { field: 'max_tokens', tokens: 64 })).toBe(to);
  });

  it.each([
    [
      `{"model":"m","stream":true,${messages}}`,
      `{"model":"m","stream":true,${messages},"stream_options":{"include_usage":true}}`,
    ],
    [
      `{"model":"m","stream":true,"stream_options":null,${messages}}`,
      `{"model":"m","stream":true,"stream_options":{"include_usage":true},${messages}}`,
    ],
    [
      `{"model":"m","stream":true,"stream_options":{"include_usage":false,"x":1},${messages}}`,
      `{"model":"m","stream":true,"stream_options":{"include_usage":true,"x":1},${messages}}`,
    ],
    [
      `{"model":"m","stream":true,"stream_options": { "x" : 12345678901234567890, "include_usage" : null } ,${messages}}`,
      `{"model":"m","stream":true,"stream_options": { "x" : 12345678901234567890, "include_usage" : true } ,${messages}}`,
    ],
    [
      `{"model":"m","stream":true,"stream_options":{"x":1.0 },${messages}}`,
      `{"model":"m","stream":true,"stream_options":{"x":1.0 ,"include_usage":true},${messages}}`,
    ],
    [
      `{"model":"m","stream":true,"stream_options":{ },${messages}}`,
      `{"model":"m","stream":true,"stream_options":{ "include_usage":true},${messages}}`,
    ],
    [
      `{"model":"m","stream":true,"stream_options":{"include_usage":true},${messages}}`,
      `{"model":"m","stream":true,"stream_options":{"include_usage":true},${messages}}`,
    ],
    [`{"model":"m","stream":false,${messages}}`, `{"model":"m","stream":false,${messages}}`],
  ])('asks for the usage of every stream: %s', (from, to) => {
    expect(forward(from, 'm')).toBe(to);
  });

  it('bears options that are nested without end', () => {
    const nested = '['.repeat(50_000) + ']'.repeat(50_000);
    expect(forward(`{"model":"m","stream":true,"stream_options":{"x":${nested}},${messages}}`, 'm')).toBe(
      `{"model":"m","stream":true,"stream_options":{"x":${nested},"include_usage":true},${messages}}`,
    );
  });

  it('keeps every value of every unknown field', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().map((key) => `x_${key}`),
          fc.jsonValue(),
        ),
        (extra) => {
          const text = JSON.stringify({
            ...extra,
            model: 'a/m',
            messages: [{ role: 'user', content: 'hi' }],
            stream: true,
          });
          expect(JSON.parse(forward(text, 'm'))).toEqual({
            ...JSON.parse(text),
            model: 'm',
            stream_options: { include_usage: true },
          });
        },
      ),
    );
  });
});
