import { accessKeyIdOf } from '../iam/gatekeeper.ts';
import type { FunctionModel } from '../template/function-model.ts';
import { localRegion } from '../template/physical-identity.ts';

/** Where the functions reach the services of the local stack. */
export interface ServiceEndpoints {
  readonly dynamodb: string;
  readonly kms: string;
  readonly s3: string;
  readonly logs: string;
}

/** A port that nothing listens on: a service that the runner does not have must not be looked for on the internet. */
const nowhere = 'http://127.0.0.1:9';

/**
 * The variables of a function's process: the template's own, and what Lambda sets. Nothing of the runner's environment
 * gets in but `PATH`; a provider key that the developer exported stays out of the functions.
 */
export function functionVariables(
  model: FunctionModel,
  endpoints: ServiceEndpoints,
  path: string,
): Readonly<Record<string, string>> {
  return {
    PATH: path,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...model.environment,
    LAMBDA_TASK_ROOT: model.codeDir,
    _HANDLER: model.handler,
    AWS_REGION: localRegion,
    AWS_DEFAULT_REGION: localRegion,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: model.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(model.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: model.logGroupName,
    AWS_LAMBDA_LOG_FORMAT: model.logFormat,
    AWS_ACCESS_KEY_ID: accessKeyIdOf(model.name),
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: nowhere,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_KMS: endpoints.kms,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoints.logs,
  };
}
