import type { AclRule, ManagedRuleGroupStatement, WebAclModel } from '../template/web-acl-model.ts';
import { type CompileContext, compileStatement } from './compile-statement.ts';
import type { InspectedRequest } from './inspected-request.ts';
import { managedRulesOf } from './managed-rules.ts';

/** What the client gets in place of an answer of the API. */
export interface BlockResponse {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface Verdict {
  readonly action: 'allow' | 'block';
  /** Which rule ended the request: `rule`, or `group/rule` of a managed group. */
  readonly rule: string | undefined;
  /** Every label that a rule gave the request. */
  readonly labels: readonly string[];
  /** Of a block; without one, the API answers in its own words. */
  readonly response: BlockResponse | undefined;
}

export type WebAcl = (request: InspectedRequest) => Verdict;

/** How a rule ends a request; undefined where it lets it go on. It may add labels. */
type Step = (request: InspectedRequest, labels: Set<string>) => Pick<Verdict, 'rule' | 'response'> | undefined;

/**
 * Evaluates the rules of a template as AWS WAF does: in order, until one blocks; a count only leaves its labels.
 * @throws Error for what the runner does not know.
 */
export function createWebAcl(model: WebAclModel, clock: () => number): WebAcl {
  const steps = model.rules.map((rule) => compileRule(rule, { model, clock }));
  return (request) => {
    const labels = new Set<string>();
    for (const step of steps) {
      const end = step(request, labels);
      if (end !== undefined) return { action: 'block', ...end, labels: [...labels] };
    }
    return { action: 'allow', rule: undefined, response: undefined, labels: [...labels] };
  };
}

function compileRule(rule: AclRule, context: CompileContext): Step {
  if ('ManagedRuleGroupStatement' in rule.Statement) {
    return compileManagedGroup(rule.Name, rule.Statement.ManagedRuleGroupStatement, context);
  }
  const matches = compileStatement(rule.Statement, context);
  const response = responseOf(rule, context.model);
  const blocks = rule.Action !== undefined && 'Block' in rule.Action;
  return (request, labels) => {
    if (!matches(request, labels)) return undefined;
    for (const { Name } of rule.RuleLabels) labels.add(Name);
    return blocks ? { rule: rule.Name, response } : undefined;
  };
}

function compileManagedGroup(name: string, given: ManagedRuleGroupStatement, context: CompileContext): Step {
  const rules = managedRulesOf(given.Name);
  const counted = new Set(given.RuleActionOverrides.map(({ Name }) => Name));
  const inScope = given.ScopeDownStatement && compileStatement(given.ScopeDownStatement, context);
  return (request, labels) => {
    if (inScope?.(request, labels) === false) return undefined;
    for (const rule of rules) {
      if (!rule.finds(request)) continue;
      labels.add(rule.label);
      if (!counted.has(rule.name)) return { rule: `${name}/${rule.name}`, response: undefined };
    }
    return undefined;
  };
}

function responseOf({ Name, Action }: AclRule, { responseBodies }: WebAclModel): BlockResponse | undefined {
  const custom = Action !== undefined && 'Block' in Action ? Action.Block.CustomResponse : undefined;
  if (custom === undefined) return undefined;
  const { CustomResponseBodyKey: key } = custom;
  const body = key === undefined ? '' : responseBodies[key];
  if (body === undefined) throw new Error(`The rule ${Name} names a response body that the web ACL does not have.`);
  const headers = custom.ResponseHeaders.map(({ Name: name, Value }): [string, string] => [name, Value]);
  return { status: custom.ResponseCode, headers: [['content-type', 'application/json'], ...headers], body };
}
