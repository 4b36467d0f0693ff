import * as z from 'zod/mini';
import type { Citation } from '../../domain/conversation/parts.ts';

const text = z.catch(z.nullish(z.string()), null);
const number = z.catch(z.nullish(z.number()), null);

export const wireCitation = z.object({
  type: z.string(),
  cited_text: text,
  url: text,
  title: text,
  source: text,
  encrypted_index: text,
  document_index: number,
  document_title: text,
  search_result_index: number,
  file_id: text,
  start_char_index: number,
  end_char_index: number,
  start_page_number: number,
  end_page_number: number,
  start_block_index: number,
  end_block_index: number,
});
type WireCitation = z.infer<typeof wireCitation>;

const units = { char_location: 'char', page_location: 'page', content_block_location: 'block' } as const;
type Unit = (typeof units)[keyof typeof units];

function unitOf(type: string): Unit | undefined {
  return type === 'char_location' || type === 'page_location' || type === 'content_block_location'
    ? units[type]
    : undefined;
}

function kindOf(type: string): Citation['kind'] {
  if (type === 'search_result_location') return 'search_result';
  return unitOf(type) === undefined ? 'url' : 'document';
}

export function readCitation(wire: WireCitation): Citation {
  const kind = kindOf(wire.type);
  return {
    kind,
    url: wire.url ?? wire.source ?? undefined,
    title: wire.title ?? wire.document_title ?? undefined,
    citedText: wire.cited_text ?? undefined,
    index: wire.document_index ?? wire.search_result_index ?? undefined,
    fileId: wire.file_id ?? undefined,
    unit: kind === 'search_result' ? 'block' : unitOf(wire.type),
    from: wire.start_char_index ?? wire.start_page_number ?? wire.start_block_index ?? undefined,
    to: wire.end_char_index ?? wire.end_page_number ?? wire.end_block_index ?? undefined,
    seal: wire.encrypted_index ?? undefined,
  };
}

function writePlace({ unit, from, to }: Citation): { readonly type: string; readonly place: object } {
  switch (unit) {
    case 'page':
      return { type: 'page_location', place: { start_page_number: from, end_page_number: to } };
    case 'block':
      return { type: 'content_block_location', place: { start_block_index: from, end_block_index: to } };
    default:
      return { type: 'char_location', place: { start_char_index: from ?? 0, end_char_index: to ?? 0 } };
  }
}

export function writeCitation(citation: Citation): object {
  const { kind, url, title = null, citedText: cited_text = '', index = 0, seal: encrypted_index = '' } = citation;
  if (kind === 'url') return { type: 'web_search_result_location', cited_text, url, title, encrypted_index };
  const { type, place } = writePlace(citation);
  if (kind === 'search_result') {
    return {
      type: 'search_result_location',
      cited_text,
      source: url ?? '',
      title,
      search_result_index: index,
      ...place,
    };
  }
  return { type, cited_text, document_index: index, document_title: title, file_id: citation.fileId ?? null, ...place };
}
