import * as z from 'zod';

const headerValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** What a buffered Lambda proxy integration must answer; other keys are an error there, and here. */
const proxyResponse = z.strictObject({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), headerValue).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(headerValue)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

export interface ProxyResponse {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** The HTTP answer in a function's JSON, or undefined where API Gateway would call it malformed (and answer 502). */
export function parseProxyResponse(payload: Buffer): ProxyResponse | undefined {
  const { data } = proxyResponse.safeParse(parseJson(payload));
  if (data === undefined) return undefined;
  return {
    status: data.statusCode,
    headers: listHeaders(data),
    body: Buffer.from(data.body ?? '', data.isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}

export interface AnsweredHeaders {
  readonly headers?: Readonly<Record<string, string>> | null | undefined;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>> | null | undefined;
  readonly cookies?: readonly string[] | null | undefined;
}

/** Single and multi-value headers as one list; where both name a header, the multi-value ones count. */
export function listHeaders({ headers, multiValueHeaders, cookies }: AnsweredHeaders): [string, string][] {
  const multi = Object.entries(multiValueHeaders ?? {});
  const named = new Set(multi.map(([name]) => name.toLowerCase()));
  return [
    ...Object.entries(headers ?? {}).filter(([name]) => !named.has(name.toLowerCase())),
    ...multi.flatMap(([name, values]) => values.map((value): [string, string] => [name, value])),
    ...(cookies ?? []).map((cookie): [string, string] => ['set-cookie', cookie]),
  ];
}
