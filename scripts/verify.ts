// `npm run verify`: what can be proven of a deployment before it is one, in one report.
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import * as z from 'zod';
import { permissionsPage } from './verify/documents.ts';
import { printReport } from './verify/print-report.ts';
import { renderFunctionPermissions } from './verify/render-permissions.ts';
import { synthesizeApp } from './verify/synthesize-app.ts';
import { verifyApp } from './verify/verify-app.ts';

const options = z.object({
  json: z.boolean().optional(),
  acknowledgements: z.boolean().optional(),
  thorough: z.boolean().optional(),
  write: z.boolean().optional(),
});

const program = new Command('npm run verify --')
  .description(
    'Synthesizes every stage and holds it to the compliance packs (AWS Solutions, Serverless, HIPAA, NIST 800-53, PCI DSS), ' +
      "CloudFormation's schema, the project's own invariants and the table of what each function may do. Needs no AWS account.",
  )
  .option('--acknowledgements', 'every finding that was accepted, and why')
  .option('--thorough', 'every question about permissions is asked of the independent evaluator too, not each 40th')
  .option('--write', 'writes docs/function-permissions.md from its table first')
  .option('--json', 'for a script')
  .addHelpText('after', '\nThe exit code is 0 where nothing stands against a deployment, 1 otherwise.\n')
  .parse();

const { json, acknowledgements = false, thorough, write } = options.parse(program.opts());
if (write) writeFileSync(permissionsPage, renderFunctionPermissions());
if (!json) process.stderr.write('Synthesizing every stage, with every check…\n');
const report = await verifyApp(await synthesizeApp(), { sampleEvery: thorough ? 1 : 40 });
process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : printReport(report, acknowledgements));
process.exitCode = report.ok ? 0 : 1;
