import type { ServerResponse } from 'node:http';
import type { FailureReason, InvocationResult } from '../lambda/invocation.ts';
import type { ApiModel, Route } from '../template/api-model.ts';
import type { Verdict } from '../waf/web-acl.ts';
import { type GatewayResponseRenderer, type Refusal, refusals } from './gateway-response.ts';
import { listHeaders, parseProxyResponse } from './proxy-response.ts';
import { relayStream } from './relay-stream.ts';
import { type AnswerFacts, contextVariables, type RequestContext } from './request-context.ts';
import { remapResponseHeaders } from './response-headers.ts';
import { type Prelude, preludeContentType } from './streaming-prelude.ts';

const refusalOfFailure: Readonly<Record<FailureReason, Refusal>> = {
  'function-error': refusals.functionFailed,
  crash: refusals.functionFailed,
  timeout: refusals.functionFailed,
  throttled: refusals.functionThrottled,
  'event-too-large': refusals.requestTooLarge,
};

/** A streamed answer may be silent this long (regional endpoints). */
const streamIdleMs = 5 * 60_000;

export interface AnswerWriterOptions {
  readonly response: ServerResponse;
  readonly context: RequestContext;
  readonly api: ApiModel;
  readonly render: GatewayResponseRenderer;
  readonly clock: () => number;
}

/** Writes the one answer to a request, and keeps what the access log wants to know of it. */
export class AnswerWriter {
  readonly #options: AnswerWriterOptions;
  readonly facts: AnswerFacts = { status: 0, responseBytes: 0 };
  #integrationStartMs = 0;

  constructor(options: AnswerWriterOptions) {
    this.#options = options;
  }

  /** The API's own answer. After the first byte of another, the connection is cut instead. */
  refuse(refused: Refusal): void {
    const { response, context, api, render } = this.#options;
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const { status, headers, body } = render(refused, contextVariables(context, api));
    this.facts.errorType = refused.type;
    this.facts.errorMessage = refused.message;
    this.#writeWhole(status, headers, Buffer.from(body));
  }

  /** The web ACL's answer, in place of the API's own where it has one. */
  block({ response }: Verdict): void {
    if (response === undefined) {
      this.refuse(refusals.blockedByWebAcl);
      return;
    }
    this.facts.errorType = refusals.blockedByWebAcl.type;
    this.#writeWhole(response.status, response.headers, Buffer.from(response.body));
  }

  /** From here on the integration's times are counted. */
  startIntegration(): void {
    this.#integrationStartMs = this.#options.clock();
  }

  /** Passes on what the function made of the request. */
  give(route: Route, result: InvocationResult): void {
    this.facts.transferMode = route.transferMode === 'STREAM' ? 'STREAMED' : 'BUFFERED';
    this.facts.allHeadersMs = this.#sinceIntegration();
    if (result.kind === 'failure') {
      this.refuse(refusalOfFailure[result.reason]);
    } else if (result.kind === 'answer') {
      this.#giveBuffered(route, result.payload);
    } else {
      this.#giveStream(route, result);
    }
  }

  /** To be called once the client has the answer, or has left. */
  finish(): void {
    if (this.#integrationStartMs > 0) this.facts.integrationMs = this.#sinceIntegration();
  }

  #giveBuffered(route: Route, payload: Buffer): void {
    const answer = route.transferMode === 'BUFFERED' ? parseProxyResponse(payload) : undefined;
    if (answer === undefined || this.#options.response.headersSent) {
      this.refuse(refusals.functionFailed);
      return;
    }
    this.facts.firstContentMs = this.#sinceIntegration();
    this.#writeWhole(answer.status, remapResponseHeaders(answer.headers), answer.body);
  }

  #giveStream(route: Route, { contentType, stream }: Extract<InvocationResult, { kind: 'stream' }>): void {
    const { response } = this.#options;
    if (route.transferMode !== 'STREAM' || contentType !== preludeContentType || response.headersSent) {
      // A function must be read to its end, or it would never get on; it is told of nothing.
      stream.body.on('error', () => undefined).resume();
      this.refuse(refusals.functionFailed);
      return;
    }
    response.setTimeout(streamIdleMs, () => response.destroy());
    relayStream(stream, response, {
      begin: (prelude) => this.#writePrelude(prelude),
      refuse: () => this.refuse(refusals.functionFailed),
      onChunk: (bytes) => {
        this.facts.firstContentMs ??= this.#sinceIntegration();
        this.facts.responseBytes += bytes;
      },
    });
  }

  #writePrelude(prelude: Prelude): void {
    const { response } = this.#options;
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    this.facts.allHeadersMs = this.#sinceIntegration();
    this.#writeHead(prelude.statusCode, remapResponseHeaders(listHeaders(prelude)));
  }

  #writeWhole(status: number, headers: readonly (readonly [string, string])[], body: Buffer): void {
    this.facts.responseBytes = body.length;
    this.#writeHead(status, [...headers, ['content-length', String(body.length)]]);
    this.#options.response.end(body);
  }

  #writeHead(status: number, headers: readonly (readonly [string, string])[]): void {
    const { response, context } = this.#options;
    this.facts.status = status;
    response.writeHead(status, [
      ...headers.flat(),
      'x-amzn-RequestId',
      context.requestId,
      'x-amz-apigw-id',
      context.extendedRequestId,
      'X-Amzn-Trace-Id',
      context.traceId,
    ]);
  }

  #sinceIntegration(): number {
    return this.#options.clock() - this.#integrationStartMs;
  }
}
