import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ENV } from '../../lambdas/env.ts';
import type { GatewayFunction } from './gateway-function.ts';
import { RotatedKey } from './rotated-key.ts';

export interface EnvelopeKeyProps {
  /** @default false - scheduled for deletion with the stack */
  readonly retainData?: boolean;
  /**
   * ARNs of keys that were used before this one, until everything has been put under this one (`POST /admin/rewrap`).
   *
   * @default - none
   */
  readonly retiredKeyArns?: readonly string[];
}

/** What is sealed: providers' credentials, and the secrets of virtual keys where an account has them kept. */
export type SealedPurpose = 'provider-credential' | 'virtual-key';

/**
 * The key above what must be read again in plain (envelope encryption). A grant is for one purpose: who may seal a credential
 * cannot open it, and who may open it cannot seal; either must say whose it is and which record it lies in, so that a record
 * copied elsewhere stays shut.
 */
export class EnvelopeKey extends RotatedKey {
  private readonly retiredKeyArns: readonly string[];

  constructor(scope: Construct, id: string, { retainData, retiredKeyArns = [] }: EnvelopeKeyProps = {}) {
    super(scope, id, { description: 'Portcullis: envelope of the provider credentials', retainData });
    this.retiredKeyArns = retiredKeyArns;
  }

  /** Lets `fn` decrypt a data key. It needs no key ARN: the ciphertext names its key. */
  grantOpen(fn: GatewayFunction, purpose: SealedPurpose): void {
    fn.allow(this.statement('kms:Decrypt', [this.keyArn, ...this.retiredKeyArns], purpose));
  }

  /** Lets `fn` make a data key and so encrypt a secret of any tenant, not read one. Sets ENVELOPE_KEY_ARN. */
  grantSeal(fn: GatewayFunction, purpose: SealedPurpose): void {
    fn.allow(this.statement('kms:GenerateDataKey', [this.keyArn], purpose));
    fn.setEnvironment(ENV.envelopeKeyArn, this.keyArn);
  }

  /** Lets `fn` have data keys put under this key within KMS, under the context that they are in: it sees none. Sets ENVELOPE_KEY_ARN. */
  grantRewrap(fn: GatewayFunction): void {
    for (const purpose of ['provider-credential', 'virtual-key'] as const) {
      fn.allow(
        this.statement('kms:ReEncryptFrom', [this.keyArn, ...this.retiredKeyArns], purpose),
        this.statement('kms:ReEncryptTo', [this.keyArn], purpose),
      );
    }
    fn.setEnvironment(ENV.envelopeKeyArn, this.keyArn);
  }

  private statement(action: string, keyArns: readonly string[], purpose: SealedPurpose): PolicyStatement {
    return new PolicyStatement({
      actions: [action],
      resources: [...keyArns],
      conditions: {
        StringEquals: { 'kms:EncryptionContext:purpose': purpose },
        Null: { 'kms:EncryptionContext:tenant': 'false', 'kms:EncryptionContext:record': 'false' },
      },
    });
  }
}
