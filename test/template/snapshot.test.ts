import { expect, test } from 'vitest';
import { stageTemplates } from '../support/synthesize.ts';

/** What changes with every edit of the code, and says nothing about the deployment. */
function maskHashes(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{64}\b/g, '<asset hash>')
    .replaceAll(/(Deployment[0-9A-F]{8})[0-9a-f]{32}/g, '$1<api hash>');
}

test.each(stageTemplates)('stage $stage.name deploys what was last reviewed', async ({ stage, template }) => {
  const text = maskHashes(JSON.stringify(template, null, 2));
  await expect(`${text}\n`).toMatchFileSnapshot(`__snapshots__/portcullis-${stage.name}.json`);
});
