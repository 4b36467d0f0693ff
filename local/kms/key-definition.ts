/** A KMS key as the local runner reads it from the template. */
export interface KeyDefinition {
  /** UUID. */
  readonly id: string;
  readonly arn: string;
  /** Each with its prefix, e.g. `alias/portcullis`. */
  readonly aliases: readonly string[];
  readonly spec: KeySpec;
  readonly usage: 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY';
}

export type KeySpec = 'SYMMETRIC_DEFAULT' | SigningKeySpec;
export type SigningKeySpec = 'ECC_NIST_P256' | 'ECC_NIST_P384' | 'ECC_NIST_EDWARDS25519';
