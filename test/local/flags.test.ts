import { describe, expect, test } from 'vitest';
import { parseFlags } from '../../local/flags.ts';

describe('the flags of the local gateway', () => {
  test('have defaults', () => {
    expect(parseFlags([])).toEqual({
      kind: 'run',
      flags: { port: 8787, dataDir: '.portcullis', upstreams: new Map(), readyFile: undefined },
    });
  });

  test('are all taken, an upstream more than once', () => {
    const args = ['--port', '0', '--data', 'd', '--ready-file=r.json'];
    const upstreams = ['--upstream', 'openai=http://127.0.0.1:1/v1/', '--upstream', 'my-own=https://example.com/a?b=c'];
    expect(parseFlags([...args, ...upstreams])).toEqual({
      kind: 'run',
      flags: {
        port: 0,
        dataDir: 'd',
        readyFile: 'r.json',
        upstreams: new Map([
          ['openai', 'http://127.0.0.1:1/v1'],
          ['my-own', 'https://example.com/a?b=c'],
        ]),
      },
    });
  });

  test('--help explains every flag', () => {
    const parsed = parseFlags(['--help']);
    const text = parsed.kind === 'help' ? parsed.text : '';
    for (const flag of ['--port', '--data', '--upstream', '--ready-file']) expect(text).toContain(flag);
  });

  test.each([
    [['--port', 'x'], /--port takes a number/],
    [['--port', '65536'], /--port takes a number/],
    [['--port', ''], /--port takes a number/],
    [['--port=-1'], /--port takes a number/],
    [['--data', ''], /--data takes a path/],
    [['--upstream', 'http://x'], /NAME=URL/],
    [['--upstream', 'Open AI=http://x'], /NAME=URL/],
    [['--upstream', `${'a'.repeat(33)}=http://x`], /NAME=URL/],
    [['--upstream', 'a=ftp://x'], /http or https URL/],
    [['--upstream', 'a=x'], /http or https URL/],
    [['--what'], /--what/],
    [['stray'], /stray/],
  ])('%j is refused with its reason', (args, message) => {
    expect(parseFlags(args)).toEqual({ kind: 'invalid', message: expect.stringMatching(message) });
  });
});
