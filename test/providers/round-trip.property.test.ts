import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { egress as toAnthropic } from '../../lambdas/providers/anthropic/codec.ts';
import { ingress as fromAnthropic } from '../../lambdas/providers/anthropic/ingress/codec.ts';
import { egress as toOpenAi } from '../../lambdas/providers/openai/codec.ts';
import { ingress as fromOpenAi } from '../../lambdas/providers/openai/ingress/codec.ts';
import { egress as toResponses } from '../../lambdas/providers/openai-responses/codec.ts';
import { ingress as fromResponses } from '../../lambdas/providers/openai-responses/ingress/codec.ts';
import { chatBody } from '../support/chat-arbitraries.ts';
import { translateRequest } from '../support/translate-request.ts';

const claude = { provider: 'anthropic', model: 'claude-sonnet-4-6' };
const gpt = { provider: 'openai', model: 'gpt-4.1' };

describe('a conversation', () => {
  it('comes back as it was from OpenAI’s dialect by way of Anthropic’s, to the last digit', () => {
    fc.assert(
      fc.property(chatBody, (body) => {
        // Spelt exactly, as no JavaScript value holds every number in it.
        const there = translateRequest(fromOpenAi, toAnthropic, claude, body);
        const back = translateRequest(fromAnthropic, toOpenAi, gpt, there.text);
        expect(there.dropped).toEqual([]);
        expect(back.dropped).toEqual([]);
        expect(back.body).toEqual(JSON.parse(JSON.stringify(body)));
      }),
    );
  });

  it('comes back as it was from Anthropic’s dialect by way of OpenAI’s', () => {
    fc.assert(
      fc.property(chatBody, (body) => {
        const original = translateRequest(fromOpenAi, toAnthropic, claude, body).text;
        const there = translateRequest(fromAnthropic, toOpenAi, gpt, original);
        const back = translateRequest(fromOpenAi, toAnthropic, claude, there.text);
        expect(back.text).toBe(original);
      }),
    );
  });

  it('comes back as it was from OpenAI’s dialect by way of Responses, but for what Responses has to be told', () => {
    fc.assert(
      fc.property(chatBody, ({ stop: _refused, ...body }) => {
        const there = translateRequest(fromOpenAi, toResponses, gpt, body);
        const back = translateRequest(fromResponses, toOpenAi, gpt, there.text);
        expect(there.dropped).toEqual([]);
        const said = back.text.replaceAll(',"strict":false', '').replaceAll(',"store":false', '');
        const detailed = said.replaceAll(',"detail":"auto"', '');
        expect(JSON.parse(detailed)).toEqual(JSON.parse(JSON.stringify(body)));
      }),
    );
  });
});
