import type { KnipConfig } from 'knip';

export default {
  entry: [
    'bin/*.{ts,mjs}',
    'scripts/*.{ts,mjs}',
    'lambdas/handlers/*.lambda.ts',
    'local/lambda/ric-shim.cjs',
    'test/**/*.test.ts',
    'test/bench/main.ts',
    'test/support/run-fixture-stack.ts',
    'test/simulation/main.ts',
    'test/local/{dynamodb,s3}/serve-until-killed.ts',
  ],
  project: ['{bin,lib,local,lambdas,scripts,test}/**/*.{ts,mjs,cjs}'],
  ignoreExportsUsedInFile: { interface: true, type: true },
  // Started by name: the linter and the CLI by scripts/launch.mjs, the runtime client by the local runner.
  ignoreDependencies: ['@biomejs/biome', 'aws-cdk', 'aws-lambda-ric'],
} satisfies KnipConfig;
