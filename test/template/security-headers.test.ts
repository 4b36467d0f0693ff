import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { securityHeaders } from '../../lambdas/http/security-headers.ts';
import { resourcesOf } from '../../scripts/verify/template.ts';
import { stageTemplates } from '../support/synthesize.ts';
import { webAclModelOf } from '../support/web-acl.ts';

/** API Gateway writes a literal between single quotes, and has no way to write one within. */
const { 'content-security-policy': policy, ...onEveryAnswer } = securityHeaders;

const gatewayResponse = z.object({ ResponseParameters: z.record(z.string(), z.string()) });

describe.each(stageTemplates)(
  'in stage $stage.name the edge’s own answers carry the headers of the functions',
  ({ template }) => {
    test('where API Gateway gives them', () => {
      expect(policy).toContain("'");
      const literals = Object.entries(onEveryAnswer).map(([name, value]) => [
        `gatewayresponse.header.${name}`,
        `'${value}'`,
      ]);
      const responses = resourcesOf(template, 'AWS::ApiGateway::GatewayResponse', gatewayResponse);
      expect(responses.length).toBeGreaterThan(10);
      for (const { id, properties } of responses) {
        expect(properties.ResponseParameters, id).toMatchObject(Object.fromEntries(literals));
      }
    });

    test('where the web ACL gives them', () => {
      const blocking = webAclModelOf(template).rules.flatMap(({ Name, Action }) =>
        Action !== undefined && 'Block' in Action
          ? [{ Name, headers: Action.Block.CustomResponse?.ResponseHeaders ?? [] }]
          : [],
      );
      expect(blocking.length).toBeGreaterThan(8);
      for (const { Name, headers } of blocking) {
        const given = Object.fromEntries(headers.map((header) => [header.Name, header.Value]));
        expect(given, Name).toMatchObject(onEveryAnswer);
        // More than these AWS WAF does not take.
        expect(headers.length, Name).toBeLessThanOrEqual(10);
      }
    });
  },
);
