import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { type FakeUpstream, startFakeUpstream } from '../../support/fake-upstream.ts';
import { gateway, sendChat } from '../../support/gateway.ts';

const chat = { model: 'openai/gpt-test', messages: [{ role: 'user', content: 'Hi' }] };
const [message] = chat.messages;

let upstream: FakeUpstream;
beforeAll(async () => {
  upstream = await startFakeUpstream(gateway.upstreamPort);
});
afterAll(() => upstream.close());

describe('POST /v1/chat/completions refuses', () => {
  it.each([
    ['half a JSON', '{"model":'],
    ['an empty body', ''],
    ['a body of spaces', ' \n '],
    ['words', 'tell me a joke'],
    ['JSON with a comma too many', '{"model":"a",}'],
    ['a form', 'model=gpt&stream=true'],
    ['invalid UTF-8', Buffer.concat([Buffer.from('{"model":"a'), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from('"}')])],
    ['an unpaired surrogate in UTF-8', Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', Buffer.from(JSON.stringify(chat), 'utf16le')],
    ['a byte order mark', Buffer.from(`\ufeff${JSON.stringify(chat)}`)],
    ['gzip', Buffer.from('1f8b0800000000000003', 'hex')],
  ])('%s as invalid_json', async (_case, body) => {
    expectRefusal(await sendChat(body), { status: 400, code: 'invalid_json', param: null });
  });

  it.each([
    ['no model', { messages: chat.messages }],
    ['a null model', { ...chat, model: null }],
    ['an empty model', { ...chat, model: '' }],
  ])('%s as missing_model', async (_case, body) => {
    expectRefusal(await sendChat(body), { status: 400, code: 'missing_model', param: 'model' });
  });

  it.each([
    ['a list', [chat], null],
    ['a string', '"hello"', null],
    ['null', 'null', null],
    ['a model that is a number', { ...chat, model: 5 }, 'model'],
    ['no messages', { model: chat.model }, 'messages'],
    ['empty messages', { ...chat, messages: [] }, 'messages'],
    ['messages that are text', { ...chat, messages: 'Hi' }, 'messages'],
    ['a message without a role', { ...chat, messages: [{ content: 'Hi' }] }, 'messages[0].role'],
    ['a role of the wrong type', { ...chat, messages: [message, { role: 7 }] }, 'messages[1].role'],
    ['a content of the wrong type', { ...chat, messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    ['a stream that is text', { ...chat, stream: 'yes' }, 'stream'],
    ['max_tokens below one', { ...chat, max_tokens: 0 }, 'max_tokens'],
    ['half a choice', { ...chat, n: 1.5 }, 'n'],
    ['a temperature in words', { ...chat, temperature: 'hot' }, 'temperature'],
    ['tools that are no list', { ...chat, tools: {} }, 'tools'],
    ['a tool whose type is a number', { ...chat, tools: [{ type: 1 }] }, 'tools[0].type'],
    ['a field given twice', `{"model":"a",${JSON.stringify(chat).slice(1)}`, 'model'],
    ['a field given twice, once escaped', `{"mod\\u0065l":"a",${JSON.stringify(chat).slice(1)}`, 'model'],
  ])('%s as invalid_request, and names the field', async (_case, body, param) => {
    expectRefusal(await sendChat(body), { status: 400, code: 'invalid_request', param });
  });

  it.each(['0', '-1', 'soon', '1e3', '1.5'])('the timeout %j as invalid_request', async (timeout) => {
    const answer = await sendChat(chat, { 'x-portcullis-timeout-ms': timeout });
    expectRefusal(answer, { status: 400, code: 'invalid_request', param: 'x-portcullis-timeout-ms' });
  });

  it('and forwards nothing of any of these', () => expect(upstream.seen).toEqual([]));
});
