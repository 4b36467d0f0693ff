import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { MAX_BODY_BYTES } from '../../lambdas/http/route-management.ts';
import { recordingsDir } from '../support/recordings.ts';
import { stageTemplates } from '../support/synthesize.ts';
import { testAcl, webAclModelOf } from '../support/web-acl.ts';

/** Lies beside the checkout, where it is there at all: neither is part of the project. */
const promptsDir = new URL('../prompts/', recordingsDir);
const isHere = existsSync(promptsDir) && existsSync(recordingsDir);

const modelRoutes = [
  '/v1/chat/completions',
  '/v1/responses',
  '/v1/embeddings',
  '/v1/moderations',
  '/v1/messages',
  '/v1/messages/count_tokens',
];
const managementRoutes = ['/v1/keys', '/v1/keys/abcdefghijkl', '/admin/accounts'];

const prompt = z.object({ text: z.string() });
const recorded = z.object({ body: z.unknown() });

function readPrompts(name: string): string[] {
  const lines = readFileSync(new URL(name, promptsDir), 'utf8').trim().split('\n');
  return lines.map((line) => prompt.parse(JSON.parse(line)).text);
}

function chatBody(text: string): string {
  return JSON.stringify({ model: 'openai/gpt-5-mini', messages: [{ role: 'user', content: text }] });
}

/** What an agent sends that reads a code base: whole files, full of paths, markup and commands. */
function readSources(): string[] {
  const root = new URL('../../', import.meta.url);
  return ['bin', 'docs', 'lambdas', 'lib', 'local', 'scripts', 'test'].flatMap((folder) =>
    readdirSync(new URL(folder, root), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
      .map(({ parentPath, name }) => chatBody(readFileSync(join(parentPath, name), 'utf8'))),
  );
}

function readLines(folder: URL): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .flatMap(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8').split('\n'));
}

/** What clients send: each prompt by itself, prompts run together to long ones, and every recorded request. */
function readBodies(): Readonly<Record<string, readonly string[]>> {
  const byFile = readdirSync(promptsDir).map((name): [string, string[]] => [name, readPrompts(name)]);
  const all = byFile.flatMap(([, texts]) => texts);
  const long = Array.from({ length: 20 }, (_, index) => {
    const shuffled = all.filter((_text, place) => place % (index + 1) === 0).join('\n');
    return shuffled.repeat(Math.ceil(((index + 1) * 200_000) / shuffled.length)).slice(0, (index + 1) * 200_000);
  });
  const requests = readdirSync(recordingsDir, { withFileTypes: true }).flatMap((folder) =>
    folder.isDirectory()
      ? readdirSync(new URL(`${folder.name}/`, recordingsDir))
          .filter((name) => name.endsWith('.req.json'))
          .map((name) => readFileSync(new URL(`${folder.name}/${name}`, recordingsDir), 'utf8'))
          .map((text) => JSON.stringify(recorded.parse(JSON.parse(text)).body))
      : [],
  );
  return {
    'sources of this repository': readSources(),
    'payload lists': readLines(new URL('../security/payloads/', recordingsDir)).map(chatBody),
    ...Object.fromEntries(byFile.map(([name, texts]) => [name, texts.map(chatBody)])),
    'long prompts': long.map(chatBody),
    'recorded requests': requests,
  };
}

if (!isHere) {
  test('the prompts and recordings are not here: nothing could be sent', () => expect(isHere).toBe(false));
}

describe('real traffic through the web ACL', () => {
  const bodies = isHere ? readBodies() : {};
  const [{ template } = { template: undefined }] = stageTemplates;
  if (template === undefined) throw new Error('there is no stage');
  const { ask } = testAcl(webAclModelOf(template));

  test.each(Object.keys(bodies))(
    '%s: none is blocked on its way to a model, and what is found there is blocked elsewhere',
    (name) => {
      const all = bodies[name] ?? [];
      expect(all.length).toBeGreaterThan(0);
      let found = 0;
      all.forEach((body, index) => {
        const path = modelRoutes[index % modelRoutes.length] ?? '';
        const passed = ask({ path, body });
        expect(passed, path).toMatchObject({ action: 'allow' });
        const findings = passed.labels.filter((label) => /_Body$/.test(label) && !label.includes('SizeRestrictions'));
        if (findings.length > 0) found += 1;
        const managed = ask({ path: managementRoutes[index % managementRoutes.length] ?? '', body });
        const mustBlock = findings.length > 0 || Buffer.byteLength(body) > MAX_BODY_BYTES;
        if (mustBlock) expect(managed.action).toBe('block');
      });
      process.stdout.write(
        `web ACL, ${name}: ${all.length} bodies, 0 blocked, ${found} counted that management refuses\n`,
      );
    },
  );
});
