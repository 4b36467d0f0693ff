// `npm run cost -- --requests 1e6 --seconds 8`: what a month of traffic costs on a stage as it is synthesized now.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { Command, InvalidArgumentError } from 'commander';
import * as z from 'zod';
import cdkJson from '../cdk.json' with { type: 'json' };
import { GatewayStack } from '../lib/gateway-stack.ts';
import { type StageConfig, stages } from '../lib/stage-config.ts';
import { estimateCost } from './cost/estimate-cost.ts';
import { priceList } from './cost/price-list.ts';
import { printEstimate } from './cost/print-estimate.ts';
import { readDeployment } from './cost/read-deployment.ts';

const options = z.object({
  stage: z.string(),
  requests: z.number(),
  seconds: z.number(),
  memory: z.number().optional(),
  answerKb: z.number(),
  peak: z.number(),
  json: z.boolean().optional(),
});

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('A number above 0, such as 1e6.');
  return value;
}

function memory(text: string): number {
  const value = positive(text);
  if (!Number.isInteger(value) || value < 128 || value > 10_240) {
    throw new InvalidArgumentError('Lambda takes whole MiB from 128 to 10,240.');
  }
  return value;
}

function readStage(name: string): StageConfig {
  const stage = stages.get(name);
  if (stage === undefined) throw new InvalidArgumentError(`The stages are ${[...stages.keys()].join(', ')}.`);
  return stage;
}

function synthesize(stage: StageConfig): unknown {
  const outdir = mkdtempSync(join(tmpdir(), 'portcullis-cost-'));
  try {
    // No code is bundled: what a template costs does not depend on it.
    const context = { ...cdkJson.context, 'aws:cdk:bundling-stacks': [] };
    const app = new App({ outdir, context, builtinCloudFormationValidation: false });
    const { stackName } = new GatewayStack(app, stage);
    return app.synth().getStackByName(stackName).template;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const program = new Command('npm run cost --')
  .description('What a month of traffic costs on a stage of the gateway, term by term, from its synthesized template.')
  .option('--stage <name>', 'a stage of lib/stage-config.ts', (name) => readStage(name).name, 'prod')
  .option('--requests <number>', 'requests a month', positive, 1e6)
  .option('--seconds <number>', 'duration of a request, its stream included', positive, 8)
  .option('--memory <MiB>', "of the data plane, in place of the stage's own", memory)
  .option('--answer-kb <number>', 'size of an answer as it goes out', positive, 48)
  .option('--peak <number>', 'how much busier than the average the busiest second is', positive, 5)
  .option('--json', 'for a script')
  .addHelpText('after', '\nExample: npm run cost -- --requests 1e6 --seconds 8 --memory 256\n')
  .parse();

const { stage: stageName, requests, seconds, memory: memoryMiB, answerKb, peak, json } = options.parse(program.opts());
const workload = { requests, seconds, memoryMiB, answerKb, peakFactor: peak };
const estimate = estimateCost(readDeployment(synthesize(readStage(stageName))), workload, priceList);
process.stdout.write(
  json === true
    ? `${JSON.stringify({ stage: stageName, pricesAsOf: priceList.asOf, workload, estimate }, null, 2)}\n`
    : printEstimate(stageName, workload, estimate, priceList),
);
