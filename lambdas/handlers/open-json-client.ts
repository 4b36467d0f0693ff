import { createJsonClient, type JsonClient, type JsonClientOptions } from '../aws/json-client.ts';
import { readAwsCredentials } from '../env.ts';

/** What Lambda tells a function of where it runs. */
interface RuntimeEnvironment {
  readonly AWS_REGION: string;
  readonly AWS_ENDPOINT_URL_DYNAMODB?: string | undefined;
  readonly AWS_ENDPOINT_URL_KMS?: string | undefined;
  readonly AWS_ENDPOINT_URL_CLOUDWATCH_LOGS?: string | undefined;
}

/** A client in the function's region, as the function's role. */
export function openJsonClient(
  service: JsonClientOptions['service'],
  env: RuntimeEnvironment,
  limits: Pick<JsonClientOptions, 'attemptTimeoutMs' | 'totalTimeoutMs'> = {},
): JsonClient {
  const endpoints = {
    dynamodb: env.AWS_ENDPOINT_URL_DYNAMODB,
    kms: env.AWS_ENDPOINT_URL_KMS,
    logs: env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS,
  };
  return createJsonClient({
    service,
    region: env.AWS_REGION,
    endpoint: endpoints[service],
    credentials: readAwsCredentials,
    now: () => Date.now(),
    random: Math.random,
    ...limits,
  });
}
