import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Lies beside the checkout, where it is there at all: the lists are not part of the project. */
const securityDir = join(import.meta.dirname, '../../../shared/data/security');

export const isSecurityDataHere = existsSync(securityDir);

/** Every file of the JSON torture suite, byte for byte; none where the data is not here. */
export function readJsonTorture(): readonly { readonly name: string; readonly bytes: Buffer }[] {
  if (!isSecurityDataHere) return [];
  const folder = join(securityDir, 'json_parsing');
  return readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}

/** The lines of a list of payloads; none where the data is not here. */
export function readPayloads(
  name: 'crlf' | 'path_traversal' | 'ssrf_urls' | 'open_redirect_payloads',
): readonly string[] {
  if (!isSecurityDataHere) return [];
  const lines = readFileSync(join(securityDir, 'payloads', `${name}.txt`), 'utf8').split('\n');
  return lines.filter((line) => line !== '');
}

/** The big list of naughty strings; none where the data is not here. */
export function readNaughtyStrings(): readonly string[] {
  if (!isSecurityDataHere) return [];
  const list: unknown = JSON.parse(readFileSync(join(securityDir, 'payloads/blns.json'), 'utf8'));
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : [];
}
