import { FederatedPrincipal, ManagedPolicy, OidcProviderNative, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Aws, DefaultStackSynthesizer, Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { AccountConfig } from '../account-config.ts';

const ISSUER = 'token.actions.githubusercontent.com';

/** The roles that `cdk bootstrap` made, which may do what a deployment takes; these here may only become them. */
function bootstrapRole(name: 'deploy' | 'file-publishing' | 'lookup'): string {
  const role = `cdk-${DefaultStackSynthesizer.DEFAULT_QUALIFIER}-${name}-role-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
  return `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${role}`;
}

/**
 * What GitHub Actions may become, by OIDC: on pull requests of the repository itself a role that looks, and in its named
 * environments one that deploys. No AWS key is kept anywhere.
 */
export class DeliveryRoles extends Construct {
  constructor(scope: Construct, id: string, { repository, environments }: NonNullable<AccountConfig['deployFrom']>) {
    super(scope, id);
    const provider = new OidcProviderNative(this, 'GitHub', {
      url: `https://${ISSUER}`,
      clientIds: ['sts.amazonaws.com'],
    });

    const addRole = (name: string, subjects: readonly string[], roles: readonly string[]) => {
      const role = new Role(this, name, {
        // Named, as the workflow has to know it.
        roleName: `portcullis-${name.toLowerCase()}-${Aws.REGION}`,
        description: `GitHub Actions of ${repository}: ${name.toLowerCase()}`,
        maxSessionDuration: Duration.hours(1),
        assumedBy: new FederatedPrincipal(
          provider.oidcProviderArn,
          // Equality, never a pattern: "repo:owner/name:*" lets any branch in, and any pull request.
          { StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: [...subjects] } },
          'sts:AssumeRoleWithWebIdentity',
        ),
      });
      const statement = new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [...roles] });
      new ManagedPolicy(role, 'Permissions', { roles: [role], statements: [statement] });
    };

    addRole('Diff', [`repo:${repository}:pull_request`], [bootstrapRole('lookup')]);
    addRole(
      'Deploy',
      environments.map((environment) => `repo:${repository}:environment:${environment}`),
      [bootstrapRole('deploy'), bootstrapRole('file-publishing'), bootstrapRole('lookup')],
    );
  }
}
