/** A request as the core sees it, whatever host took it in. */
export interface GatewayRequest {
  readonly requestId: string;
  readonly method: string;
  /** As sent: not decoded, no query string. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The connection's own address, never a header's. */
  readonly sourceIp: string;
  /** Until the host ends the request. */
  readonly remainingMs: number;
}

/** Where an answer goes. `begin` once, then `write`, then `end`, always. */
export interface ResponseSink {
  begin(status: number, headers: Readonly<Record<string, string>>): void;
  /** A returned promise asks the writer to wait. */
  write(chunk: Uint8Array): void | Promise<void>;
  end(): void;
}
