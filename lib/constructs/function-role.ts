import {
  type AddToPrincipalPolicyResult,
  ManagedPolicy,
  type PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * The role of one Lambda function. All that is granted to it, by us or by the library, stands in one managed policy, which
 * auditors find by itself and whose versions IAM keeps; there is no inline policy.
 */
export class FunctionRole extends Role {
  private readonly permissions: ManagedPolicy;

  constructor(scope: Construct, id: string) {
    super(scope, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    // Within the role, so that the function, which waits for its role, waits for its permissions too.
    this.permissions = new ManagedPolicy(this, 'Permissions', { roles: [this] });
  }

  override addToPrincipalPolicy(statement: PolicyStatement): AddToPrincipalPolicyResult {
    this.permissions.addStatements(statement);
    return { statementAdded: true, policyDependable: this.permissions };
  }
}
