import { toBase64 } from '../../domain/conversation/media.ts';
import type { DocumentPart, ImagePart, Source } from '../../domain/conversation/parts.ts';
import type { TranslationLog } from '../../domain/conversation/translation-log.ts';

/** By media type: Bedrock's name of the format, and of the block that holds it. */
const formats: ReadonlyMap<string, readonly [block: 'image' | 'document' | 'video', format: string]> = new Map([
  ['image/png', ['image', 'png']],
  ['image/jpeg', ['image', 'jpeg']],
  ['image/jpg', ['image', 'jpeg']],
  ['image/gif', ['image', 'gif']],
  ['image/webp', ['image', 'webp']],
  ['application/pdf', ['document', 'pdf']],
  ['text/plain', ['document', 'txt']],
  ['text/markdown', ['document', 'md']],
  ['text/csv', ['document', 'csv']],
  ['text/html', ['document', 'html']],
  ['application/msword', ['document', 'doc']],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', ['document', 'docx']],
  ['application/vnd.ms-excel', ['document', 'xls']],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', ['document', 'xlsx']],
  ['video/mp4', ['video', 'mp4']],
  ['video/webm', ['video', 'webm']],
  ['video/quicktime', ['video', 'mov']],
]);

/** A name holds nothing else, and no two documents share one. */
const unnamable = /[^a-zA-Z0-9 ()[\]-]+/g;

export function createNamer(): (name: string | undefined) => string {
  const taken = new Set<string>();
  return (name) => {
    const bare = (name ?? '')
      .replace(/\.\w{1,5}$/, '')
      .replace(unnamable, ' ')
      .replace(/ +/g, ' ')
      .trim();
    const stem = bare.slice(0, 180) || 'document';
    let unique = stem;
    for (let n = 2; taken.has(unique); n += 1) unique = `${stem} ${n}`;
    taken.add(unique);
    return unique;
  };
}

interface Written {
  readonly mediaType: string;
  readonly source: object;
}

/** Undefined: Bedrock does not fetch what lies elsewhere, but for its own stores. */
function writeSource(source: Source): Written | undefined {
  switch (source.kind) {
    case 'base64':
      return { mediaType: source.mediaType, source: { bytes: source.data } };
    case 'text':
      return { mediaType: 'text/plain', source: { bytes: toBase64(source.text) } };
    default:
      return undefined;
  }
}

export interface DocumentNaming {
  readonly log: TranslationLog;
  readonly nameDocument: (name: string | undefined) => string;
}

export function writeMedia(part: ImagePart | DocumentPart, { log, nameDocument }: DocumentNaming): object[] {
  const { source, at } = part;
  const written = writeSource(source);
  if (written === undefined) {
    log.lose(source.kind === 'file' ? 'fileId' : part.type === 'image' ? 'imageUrl' : 'document', at);
    return [];
  }
  const known = formats.get(written.mediaType);
  if (known === undefined) {
    log.lose('document', at);
    return [];
  }
  const [block, format] = known;
  if (block !== 'document') return [{ [block]: { format, source: written.source } }];
  const document = part.type === 'document' ? part : undefined;
  return [
    {
      document: {
        format,
        name: nameDocument(document?.name),
        source: written.source,
        context: document?.context,
        citations: document?.isCited === true ? { enabled: true } : undefined,
      },
    },
  ];
}
