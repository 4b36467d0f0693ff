import type { GenerationRequest } from '../../domain/conversation/generation-request.ts';
import type { CacheMark } from '../../domain/conversation/parts.ts';
import type { TranslationLog } from '../../domain/conversation/translation-log.ts';

/** No request has more; the last ones reach furthest, so they are the ones that stay. */
const mostMarks = 4;

export function countMarks({ messages, tools, cache }: GenerationRequest): number {
  const parts = messages.flatMap((message) => message.parts);
  const within = parts.flatMap((part) => (part.type === 'tool_result' ? part.content : []));
  const marked: readonly { readonly cache?: CacheMark | undefined }[] = [...tools, ...parts, ...within];
  return marked.filter((each) => each.cache !== undefined).length + (cache === undefined ? 0 : 1);
}

/** To be called for everything that could be marked, in the order in which the provider reads it. */
export function createMarker<Written>(
  count: number,
  write: (mark: CacheMark) => Written,
  log: TranslationLog,
): (cache: CacheMark | undefined) => Written | undefined {
  let seen = 0;
  return (cache) => {
    if (cache === undefined) return undefined;
    seen += 1;
    if (seen > count - mostMarks) return write(cache);
    log.lose('cacheMark');
    return undefined;
  };
}
