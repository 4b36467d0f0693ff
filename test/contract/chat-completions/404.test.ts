import { describe, it } from 'vitest';
import { expectRefusal } from '../../support/expect-error.ts';
import { send, sendChat } from '../../support/gateway.ts';

const messages = [{ role: 'user', content: 'Hi' }];

describe('POST /v1/chat/completions', () => {
  it.each([
    ['a provider that nobody configured', 'nobody/gpt'],
    ['a provider without a credential', 'groq/llama-3.3-70b-versatile'],
    ['a bare name that no catalogue lists', 'gpt-of-the-future'],
    ['a provider without a model', 'openai/'],
    ['a model without a provider', '/gpt'],
    ['the name of an object’s own member', '__proto__'],
    ['a provider of that name', 'constructor/x'],
    ['a URL', 'http://127.0.0.1:1/x'],
    ['a path', '../../etc/passwd'],
  ])('does not find %s', async (_case, model) => {
    expectRefusal(await sendChat({ model, messages }), { status: 404, code: 'model_not_found', param: 'model' });
  });
});

describe('POST /v1/chat/completions with JSON nested a hundred thousand deep', () => {
  it('is judged like any other, and nothing overflows', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const body = `{"deep":${deep},"model":"nobody/x","messages":[{"role":"user","content":"Hi"}]}`;
    expectRefusal(await sendChat(body), { status: 404, code: 'model_not_found', param: 'model' });
  });
});

describe('a route that does not exist', () => {
  it.each([
    ['GET', '/v1/chat/completions'],
    ['PUT', '/v1/chat/completions'],
    ['DELETE', '/v1/chat/completions'],
    ['POST', '/v1/chat/completions/'],
    ['POST', '/v1/chat'],
    ['POST', '/v1/Chat/Completions'],
    ['POST', '/v1//chat/completions'],
    ['POST', '/v1/chat/../chat/completions'],
    ['GET', '/v1/nonsense'],
    // These three never reach a function: the API itself knows no such resource.
    ['GET', '/v1'],
    ['GET', '/'],
    ['POST', '/chat/completions'],
  ])('%s %s is not found', async (method, path) => {
    expectRefusal(await send({ method, path }), { status: 404, code: 'not_found', param: null });
  });
});
