// The web ACL of a synthesized template, as the local runner puts it before the API.
import { openStackResources } from '../../local/template/stack-resources.ts';
import { readWebAclModel, type WebAclModel } from '../../local/template/web-acl-model.ts';
import type { Verdict } from '../../local/waf/web-acl.ts';
import { createWebAclFront } from '../../local/waf/web-acl-front.ts';
import type { Template } from '../../scripts/verify/template.ts';

export function webAclModelOf(template: Template): WebAclModel {
  const resources = Object.fromEntries(
    Object.entries(template.Resources).map(([id, { Type, Properties }]) => [id, { Type, Properties }]),
  );
  const model = readWebAclModel(
    openStackResources({
      stackName: 'tested',
      template: { Resources: resources, Parameters: {}, Conditions: {}, Mappings: {} },
      assetPaths: new Map(),
    }),
  );
  if (model === undefined) throw new Error('the template has no web ACL');
  return model;
}

export interface SeenRequest {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly sourceIp?: string;
}

export interface TestedAcl {
  readonly ask: (request: SeenRequest) => Verdict;
  /** What was logged so far. */
  readonly blocks: readonly string[];
}

/** @param clock @default time stands still */
export function testAcl(model: WebAclModel, clock: () => number = () => 0): TestedAcl {
  const blocks: string[] = [];
  const front = createWebAclFront(model, { clock, writeBlock: (line) => blocks.push(line) });
  const ask = ({ path, method = 'POST', headers = {}, body = '', sourceIp = '192.0.2.1' }: SeenRequest) => {
    const bytes = Buffer.from(body);
    const context = { requestId: 'request-1', receivedAtMs: clock(), method, path, protocol: 'HTTP/1.1', sourceIp };
    const length = bytes.length === 0 ? {} : { 'content-length': String(bytes.length) };
    return front({ context, headers: { ...length, ...headers }, body: bytes });
  };
  return { ask, blocks };
}
