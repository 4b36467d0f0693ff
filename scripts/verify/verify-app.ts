import { type AccessReport, checkAccess } from './check-access.ts';
import { objectionsTo } from './cloudformation-schema.ts';
import { objectionsToDocuments } from './documents.ts';
import { invariants } from './invariants.ts';
import { readStackAccess } from './stack-access.ts';
import type { Acknowledged, Finding, SynthesizedApp } from './synthesize-app.ts';
import type { Template } from './template.ts';

export interface StackReport {
  readonly stack: string;
  readonly resources: number;
  /** Against CloudFormation's schema of each type. */
  readonly schema: readonly string[];
  /** By the invariant that does not hold. */
  readonly invariants: Readonly<Record<string, readonly string[]>>;
  /** Of a stack that has functions of ours. */
  readonly access: AccessReport | undefined;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly stacks: readonly StackReport[];
  readonly packs: readonly string[];
  readonly findings: readonly Finding[];
  readonly acknowledged: readonly Acknowledged[];
  readonly invariants: readonly string[];
  readonly documents: readonly string[];
}

export interface VerifyOptions {
  /** Of how many questions about permissions one is asked of the independent evaluator; 1 for all. */
  readonly sampleEvery: number;
}

/** Everything that can be proven of a deployment before it is one. */
export async function verifyApp(app: SynthesizedApp, { sampleEvery }: VerifyOptions): Promise<VerifyReport> {
  const stacks: StackReport[] = [];
  for (const [stack, template] of app.templates) stacks.push(await verifyStack(stack, template, sampleEvery));
  const documents = objectionsToDocuments();
  return {
    ok: app.findings.length === 0 && documents.length === 0 && stacks.every(isRight),
    stacks,
    packs: app.packs,
    findings: app.findings,
    acknowledged: app.acknowledged,
    invariants: invariants.map(({ name }) => name),
    documents,
  };
}

function isRight({ schema, invariants: broken, access }: StackReport): boolean {
  return schema.length === 0 && Object.keys(broken).length === 0 && (access?.objections.length ?? 0) === 0;
}

async function verifyStack(stack: string, template: Template, sampleEvery: number): Promise<StackReport> {
  const broken = invariants
    .map(({ name, objectionsTo: find }) => [name, find(template)] as const)
    .filter(([, objections]) => objections.length > 0);
  const hasOwnFunctions = Object.keys(template.Resources).some((id) => id.startsWith('ProxyFunction'));
  return {
    stack,
    resources: Object.keys(template.Resources).length,
    schema: objectionsTo(template),
    invariants: Object.fromEntries(broken),
    access: hasOwnFunctions ? await checkAccess(readStackAccess(template, stack), sampleEvery) : undefined,
  };
}
