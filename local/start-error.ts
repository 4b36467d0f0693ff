/** A reason not to start that the user can do something about: shown as it is, without a stack trace. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
