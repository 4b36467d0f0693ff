import { BlockList } from 'node:net';
import type { RateBasedStatement, Statement, WebAclModel } from '../template/web-acl-model.ts';
import { headerOf, type InspectedRequest, textOf, transform, verdictOfOversize } from './inspected-request.ts';
import { createRateCounter } from './rate-counter.ts';

/** Whether a request, with the labels that earlier rules gave it, matches. */
export type Matcher = (request: InspectedRequest, labels: ReadonlySet<string>) => boolean;

export interface CompileContext {
  readonly model: WebAclModel;
  /** Milliseconds, never going back. */
  readonly clock: () => number;
}

/** @throws Error for a managed rule group, which is no statement of a request. */
export function compileStatement(statement: Statement, context: CompileContext): Matcher {
  const compile = (part: Statement) => compileStatement(part, context);
  if ('RegexMatchStatement' in statement) return compileRegexMatch(statement.RegexMatchStatement);
  if ('SizeConstraintStatement' in statement) return compileSizeConstraint(statement.SizeConstraintStatement);
  if ('LabelMatchStatement' in statement) return compileLabelMatch(statement.LabelMatchStatement.Key);
  if ('IPSetReferenceStatement' in statement) return compileIpSet(statement.IPSetReferenceStatement.Arn, context);
  if ('RateBasedStatement' in statement) return compileRate(statement.RateBasedStatement, context);
  if ('NotStatement' in statement) {
    const matches = compile(statement.NotStatement.Statement);
    return (request, labels) => !matches(request, labels);
  }
  if ('AndStatement' in statement) {
    const parts = statement.AndStatement.Statements.map(compile);
    return (request, labels) => parts.every((matches) => matches(request, labels));
  }
  if ('OrStatement' in statement) {
    const parts = statement.OrStatement.Statements.map(compile);
    return (request, labels) => parts.some((matches) => matches(request, labels));
  }
  throw new Error(
    `The managed rule group ${statement.ManagedRuleGroupStatement.Name} stands within another statement.`,
  );
}

type Of<Name extends string> = Extract<Statement, Readonly<Record<Name, unknown>>>;

function compileRegexMatch(given: Of<'RegexMatchStatement'>['RegexMatchStatement']): Matcher {
  const pattern = new RegExp(given.RegexString);
  return (request) => {
    const text = textOf(request, given.FieldToMatch);
    if (text === undefined) return false;
    return verdictOfOversize(request, given.FieldToMatch) ?? pattern.test(transform(text, given.TextTransformations));
  };
}

function compileSizeConstraint(given: Of<'SizeConstraintStatement'>['SizeConstraintStatement']): Matcher {
  return (request) => {
    const text = textOf(request, given.FieldToMatch);
    if (text === undefined) return false;
    const size = transform(text, given.TextTransformations).length;
    return verdictOfOversize(request, given.FieldToMatch) ?? size > given.Size;
  };
}

/** Written in full, a label begins with the owner of the rule that gave it; of our own rules the rest is enough. */
function compileLabelMatch(key: string): Matcher {
  return (_request, labels) => labels.has(key);
}

function compileIpSet(arn: string, { model }: CompileContext): Matcher {
  const ranges = model.ipSets.get(arn);
  if (ranges === undefined) throw new Error(`The web ACL names an IP set that is not in the template: ${arn}.`);
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix = ''] = range.split('/');
    list.addSubnet(network, Number(prefix), familyOf(network));
  }
  return ({ sourceIp }) => list.check(sourceIp, familyOf(sourceIp));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

/** A request that lacks a part of the key is neither counted nor held up. */
function compileRate(given: RateBasedStatement, context: CompileContext): Matcher {
  const { CustomKeys, Limit, EvaluationWindowSec, ScopeDownStatement } = given;
  const inScope = ScopeDownStatement && compileStatement(ScopeDownStatement, context);
  const isOver = createRateCounter({ limit: Limit, windowSeconds: EvaluationWindowSec, clock: context.clock });
  const keyOf = (request: InspectedRequest): string | undefined => {
    if (given.AggregateKeyType === 'IP') return request.sourceIp;
    const parts = CustomKeys.map(({ Header }) => {
      const text = headerOf(request, Header.Name);
      return text === undefined ? undefined : transform(text, Header.TextTransformations);
    });
    return parts.includes(undefined) ? undefined : parts.join('\n');
  };
  return (request, labels) => {
    if (inScope?.(request, labels) === false) return false;
    const key = keyOf(request);
    return key !== undefined && isOver(key);
  };
}
