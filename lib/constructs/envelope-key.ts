import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ENV } from '../../lambdas/env.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { RotatedKey } from './rotated-key.ts';

export interface EnvelopeKeyProps {
  /** @default false - scheduled for deletion with the stack */
  readonly retainData?: boolean;
}

/**
 * The key above the provider credentials (envelope encryption). Who may seal cannot open, and who may open cannot seal;
 * either must say whose credential it is and which record it lies in, so that a record copied elsewhere stays shut.
 */
export class EnvelopeKey extends RotatedKey {
  constructor(scope: Construct, id: string, { retainData }: EnvelopeKeyProps = {}) {
    super(scope, id, { description: 'Portcullis: envelope of the provider credentials', retainData });
  }

  /** Lets `fn` decrypt a data key. It needs no key ARN: the ciphertext names its key. */
  grantOpen(fn: GatewayFunction): void {
    fn.allow(this.statementFor('kms:Decrypt'));
  }

  /** Lets `fn` make a data key and so encrypt a credential, not read one. Sets ENVELOPE_KEY_ARN. */
  grantSeal(fn: GatewayFunction): void {
    fn.allow(this.statementFor('kms:GenerateDataKey'));
    fn.setEnvironment(ENV.envelopeKeyArn, this.keyArn);
  }

  private statementFor(action: string): PolicyStatement {
    return new PolicyStatement({
      actions: [action],
      resources: [this.keyArn],
      conditions: {
        StringEquals: { 'kms:EncryptionContext:purpose': 'provider-credential' },
        Null: { 'kms:EncryptionContext:tenant': 'false', 'kms:EncryptionContext:record': 'false' },
      },
    });
  }
}
