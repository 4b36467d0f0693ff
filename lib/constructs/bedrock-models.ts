import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Aws } from 'aws-cdk-lib/core';
import type { StageConfig } from '../stage-config.ts';
import type { GatewayFunction } from './gateway-function.ts';

/**
 * Lets `fn` ask the models of the regions that the stage names, where it names any: those of the providers, by themselves or
 * behind this account's inference profiles, which may carry a request to other regions of theirs.
 */
export function grantBedrock(fn: Pick<GatewayFunction, 'allow'>, { upstreams }: Pick<StageConfig, 'upstreams'>): void {
  const regions = Object.values(upstreams).flatMap((upstream) =>
    'api' in upstream && upstream.api === 'bedrock' ? [upstream.region] : [],
  );
  if (regions.length === 0) return;
  fn.allow(
    new PolicyStatement({
      actions: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
      resources: [
        `arn:${Aws.PARTITION}:bedrock:*::foundation-model/*`,
        ...regions.map((region) => `arn:${Aws.PARTITION}:bedrock:${region}:${Aws.ACCOUNT_ID}:inference-profile/*`),
      ],
    }),
  );
}
