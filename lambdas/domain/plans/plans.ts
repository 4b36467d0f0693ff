/** What an account may use. Undefined: no limit. */
export interface Plan {
  readonly requestsPerMinute: number | undefined;
  readonly tokensPerMinute: number | undefined;
  readonly parallelRequests: number | undefined;
  /** The output limit that a request gets which sets none, where a cap or a token limit is in force. */
  readonly defaultMaxTokens: number;
}

export const plans = {
  free: { requestsPerMinute: 10, tokensPerMinute: 100_000, parallelRequests: 8, defaultMaxTokens: 4_096 },
  developer: { requestsPerMinute: 100, tokensPerMinute: 1_000_000, parallelRequests: 32, defaultMaxTokens: 8_192 },
  startup: { requestsPerMinute: 500, tokensPerMinute: 5_000_000, parallelRequests: 128, defaultMaxTokens: 16_384 },
  enterprise: {
    requestsPerMinute: undefined,
    tokensPerMinute: undefined,
    parallelRequests: undefined,
    defaultMaxTokens: 32_768,
  },
} as const satisfies Readonly<Record<string, Plan>>;

export const planNames = [
  'free',
  'developer',
  'startup',
  'enterprise',
] as const satisfies readonly (keyof typeof plans)[];
