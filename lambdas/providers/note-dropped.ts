/** Names are the provider's text: nothing in them may end the line. */
const unprintable = /[^\w.:/-]/g;

/** Tells, in a comment that every SDK skips, what of a stream the client's dialect has no word for. */
export function noteDropped(name: string): string {
  return `: x-portcullis-dropped: ${name.slice(0, 64).replace(unprintable, '_')}\n\n`;
}
