import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { grantBedrock } from '../../lib/constructs/bedrock-models.ts';

function grantsFor(upstreams: Parameters<typeof grantBedrock>[1]['upstreams']) {
  const granted: PolicyStatement[] = [];
  grantBedrock({ allow: (...statements) => void granted.push(...statements) }, { upstreams });
  return granted.map((statement) => ({ actions: statement.actions, resources: statement.resources }));
}

describe('Bedrock', () => {
  test('may be asked for models and nothing else, in the regions that the stage names', () => {
    const [grant, ...more] = grantsFor({
      bedrock: { api: 'bedrock', baseUrl: 'https://bedrock-runtime.eu-west-1.amazonaws.com', region: 'eu-west-1' },
    });
    expect(more).toEqual([]);
    expect(grant?.actions).toEqual(['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream']);
    const [models, profiles] = grant?.resources ?? [];
    expect(models).toMatch(/:bedrock:\*::foundation-model\/\*$/);
    expect(profiles).toMatch(/:bedrock:eu-west-1:.*:inference-profile\/\*$/);
  });

  test('may not be asked at all where no stage configuration names it', () => {
    expect(grantsFor({ openai: { baseUrl: 'https://api.openai.com/v1', credential: 'required' } })).toEqual([]);
  });
});
