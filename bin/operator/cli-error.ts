/** What a script can tell apart. */
export const exitCodes = { ok: 0, fault: 1, usage: 2, auth: 4, refuted: 5 } as const;

/** Ends the command with a message for people and a code for scripts. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;

  constructor(reason: Exclude<keyof typeof exitCodes, 'ok'>, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCodes[reason];
  }
}
