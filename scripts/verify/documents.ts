import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { renderFunctionPermissions } from './render-permissions.ts';

const root = resolve(import.meta.dirname, '../..');
export const permissionsPage = resolve(root, 'docs/function-permissions.md');
const controlsPage = resolve(root, 'docs/controls.md');

/** What the documents say that is not so: a page that is behind its table, evidence that is not there. */
export function objectionsToDocuments(): string[] {
  return [...objectionsToPermissions(), ...objectionsToControls(readFileSync(controlsPage, 'utf8'))];
}

function objectionsToPermissions(): string[] {
  const isCurrent =
    existsSync(permissionsPage) && readFileSync(permissionsPage, 'utf8') === renderFunctionPermissions();
  return isCurrent ? [] : ['docs/function-permissions.md is behind its table: npm run verify -- --write'];
}

/** Each row of a table of controls names a construct, and a test or another evidence: files of this repository. */
export function objectionsToControls(page: string): string[] {
  const rows = page.split('\n').filter((line) => /^\| (?!control|---)/.test(line));
  const named = rows.flatMap((row) => [
    ...row.matchAll(/`((?:lib|lambdas|local|test|scripts|docs|\.github)\/[^`]+)`/g),
  ]);
  const absent = named.map(([, path = '']) => path).filter((path) => !existsSync(resolve(root, path)));
  const unproven = rows.filter((row) => !/`(test|scripts)\//.test(row)).map((row) => row.split('|')[1]?.trim());
  return [
    ...absent.map((path) => `docs/controls.md names ${path}, which is not there`),
    ...unproven.map((control) => `docs/controls.md names no test of "${control}"`),
    ...(rows.length === 0 ? ['docs/controls.md has no controls'] : []),
  ];
}
