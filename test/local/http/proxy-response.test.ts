import { describe, expect, test } from 'vitest';
import { listHeaders, parseProxyResponse } from '../../../local/http/proxy-response.ts';
import { remapResponseHeaders } from '../../../local/http/response-headers.ts';

const parse = (value: unknown) =>
  parseProxyResponse(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

describe('a buffered answer', () => {
  test('has a status, headers and a body, base64 undone', () => {
    const answer = parse({ statusCode: 201, headers: { a: 1 }, body: 'AP8=', isBase64Encoded: true });
    expect(answer).toEqual({ status: 201, headers: [['a', '1']], body: Buffer.from([0, 255]) });
    expect(parse({ statusCode: '200' })).toEqual({ status: 200, headers: [], body: Buffer.alloc(0) });
  });

  test.each([
    '',
    'null',
    '"text"',
    '{}',
    '{"statusCode":"x"}',
    '{"statusCode":200,"body":{}}',
    '{"statusCode":200,"extra":1}',
  ])('is malformed: %s', (text) => {
    expect(parse(text)).toBeUndefined();
  });
});

describe('headers of an answer', () => {
  test('multi-value headers count before single ones of the same name, and cookies are several headers', () => {
    expect(
      listHeaders({ headers: { A: 'x', b: 'y' }, multiValueHeaders: { a: ['1', '2'] }, cookies: ['c=1', 'd=2'] }),
    ).toEqual([
      ['b', 'y'],
      ['a', '1'],
      ['a', '2'],
      ['set-cookie', 'c=1'],
      ['set-cookie', 'd=2'],
    ]);
  });

  test('those that API Gateway writes itself go by another name, those of the connection go', () => {
    const given: [string, string][] = [
      ['Content-Type', 'text/plain'],
      ['Content-Length', '5'],
      ['Date', 'now'],
      ['WWW-Authenticate', 'Basic'],
      ['Transfer-Encoding', 'chunked'],
    ];
    expect(remapResponseHeaders(given)).toEqual([
      ['Content-Type', 'text/plain'],
      ['x-amzn-Remapped-Content-Length', '5'],
      ['x-amzn-Remapped-Date', 'now'],
      ['x-amzn-Remapped-WWW-Authenticate', 'Basic'],
    ]);
  });
});
