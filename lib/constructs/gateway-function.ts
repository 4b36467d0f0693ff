import { join } from 'node:path';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { AssetHashType, DockerImage, type Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV, environments } from '../../lambdas/env.ts';
import { type BundleOptions, bundleHandler } from '../bundle-handler.ts';
import type { StageConfig } from '../stage-config.ts';
import { EncryptedLogGroup } from './encrypted-log-group.ts';
import { FunctionRole } from './function-role.ts';
import type { OperationsKey } from './operations-key.ts';

export type HandlerName = keyof typeof environments;

export interface GatewayFunctionProps {
  /** Which lambdas/handlers/<handler>.lambda.ts runs; its size is that of the same name in the stage configuration. */
  readonly handler: HandlerName;
  readonly description: string;
  readonly timeout: Duration;
  readonly stage: StageConfig;
  /** Encrypts the log group and the environment variables. */
  readonly key: OperationsKey;
  /** @default false - see BundleOptions */
  readonly needsRequire?: boolean;
  /** @default false - see BundleOptions */
  readonly splits?: boolean;
}

/**
 * A Lambda function on Node 24, arm64, from one ES module, with a role and a log group of its own. It can write its own
 * log and nothing else until a construct grants more.
 */
export class GatewayFunction extends Construct {
  /** For what integrates with it; permissions and variables are given through `allow` and `setEnvironment`. */
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: GatewayFunctionProps) {
    super(scope, id);
    const { handler, stage, key } = props;
    const { memoryMiB, reservedConcurrency } = stage.functions[handler];
    const logGroup = new EncryptedLogGroup(this, 'Logs', {
      key,
      retentionDays: stage.logRetentionDays,
      retainData: stage.retainData,
    });
    this.lambda = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: bundledCode({ handler, needsRequire: props.needsRequire, splits: props.splits }),
      timeout: props.timeout,
      memorySize: memoryMiB,
      reservedConcurrentExecutions: reservedConcurrency,
      tracing: stage.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      environment: {
        [ENV.stage]: stage.name,
        ...configuredVariables(handler, stage),
      },
      environmentEncryption: key,
      // Without a role the library attaches a managed policy that may write to, and create, any log group.
      role: new FunctionRole(this, 'Role'),
      logGroup,
    });
    this.allow(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
  }

  allow(...statements: readonly PolicyStatement[]): void {
    for (const statement of statements) this.lambda.addToRolePolicy(statement);
  }

  setEnvironment(name: string, value: string): void {
    this.lambda.addEnvironment(name, value);
  }
}

/** What the handler reads of the stage's configuration. */
function configuredVariables(
  handler: HandlerName,
  { upstreams, securityContacts, environments: served }: StageConfig,
): Record<string, string> {
  const configured = {
    [ENV.upstreams]: upstreams,
    [ENV.securityContacts]: securityContacts,
    [ENV.environments]: served,
  };
  const read = environments[handler]().shape;
  return Object.fromEntries(
    Object.entries(configured).flatMap(([name, value]) => (name in read ? [[name, JSON.stringify(value)]] : [])),
  );
}

/** The handler's bundle as an asset, hashed by what was built: a change that alters no output deploys nothing. */
function bundledCode(options: Omit<BundleOptions, 'outDir'>): Code {
  return Code.fromAsset(join(import.meta.dirname, '..', '..', 'lambdas'), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      local: {
        tryBundle(outDir) {
          bundleHandler({ ...options, outDir });
          return true;
        },
      },
      // The library wants an image to fall back on; it is never used, as the local build succeeds or throws.
      image: DockerImage.fromRegistry('none'),
      // Built once for all stages: the library tells builds apart by these fields, and cannot see into the function.
      command: [JSON.stringify(options)],
    },
  });
}
