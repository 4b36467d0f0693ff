import type { Source } from './parts.ts';

const dataUrl = /^data:([^;,]*)((?:;[^;,]*)*),/i;

/** A URL that holds its data becomes the data; any other stays a URL. */
export function readUrl(url: string): Source {
  if (!/^data:/i.test(url)) return { kind: 'url', url };
  const [head, mediaType = '', attributes = ''] = dataUrl.exec(url) ?? [];
  if (head === undefined || !/;base64/i.test(attributes)) return { kind: 'url', url };
  return { kind: 'base64', mediaType: mediaType.toLowerCase(), data: url.slice(head.length) };
}

export function writeDataUrl(mediaType: string, data: string): string {
  return `data:${mediaType};base64,${data}`;
}

const extensions: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  htm: 'text/html',
  json: 'application/json',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  mp4: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
};

/** By a file's name or URL; undefined: it does not tell. */
export function mediaTypeOfName(name: string): string | undefined {
  const extension = /\.(\w{2,4})(?:[?#].*)?$/.exec(name)?.[1]?.toLowerCase();
  return extension === undefined ? undefined : extensions[extension];
}

/** `application/pdf` -> `pdf`; undefined: no usual one. */
export function extensionOf(mediaType: string): string | undefined {
  return Object.entries(extensions).find(([, type]) => type === mediaType)?.[0];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function toBase64(text: string): string {
  // Piece by piece: a function takes so many arguments only.
  const bytes = encoder.encode(text);
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8_192) binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(binary);
}

/** Undefined: not base64, or no text. */
export function fromBase64(data: string): string | undefined {
  try {
    return decoder.decode(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
