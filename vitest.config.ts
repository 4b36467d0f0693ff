import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** One file looks back on what all others of its project did. */
class LookingBackLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const looksBack = ({ moduleId }: TestSpecification) => moduleId.endsWith('/granted-is-used.test.ts');
    return [...sorted.filter((file) => !looksBack(file)), ...sorted.filter(looksBack)];
  }
}

/**
 * unit: pure rules and adapters. process: what needs modules of its own, freshly loaded. template: what the CDK app
 * synthesizes. stack: through the local runner, over HTTP, with real processes; one file at a time, as each starts a whole
 * gateway on a small machine.
 */
export default defineConfig({
  test: {
    // Two cores are what there is at the least; by default one of them would idle.
    maxWorkers: 2,
    sequence: { sequencer: LookingBackLast },
    projects: [
      {
        test: {
          name: 'unit',
          // One load of the schemas and SDKs per worker: half the time of the whole project.
          isolate: false,
          // Of what a busy machine needs; nothing is timed by it.
          testTimeout: 30_000,
          include: [
            'test/{domain,providers,operations,aws,crypto,net,http,bin,scripts,simulation,support}/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          // A handler reads its environment as it is loaded, and a runner's parts own their process.
          name: 'process',
          testTimeout: 30_000,
          include: ['test/{handlers,local}/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'template',
          include: ['test/template/**/*.test.ts'],
          // One load of the CDK and one synthesis per worker; these tests only read what was synthesized.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'stack',
          include: ['test/{contract,stack}/**/*.test.ts'],
          globalSetup: 'test/support/stack-global-setup.ts',
          setupFiles: 'test/support/stack-test-file.ts',
          fileParallelism: false,
          // After the others, which have another number of workers.
          sequence: { groupOrder: 1 },
          // One load of the SDKs and schemas for all files: nothing of theirs holds state.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
