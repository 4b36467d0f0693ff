/** A versioned S3 bucket as the local runner reads it from the template. */
export interface BucketDefinition {
  readonly name: string;
  /** Present where versions can be locked. */
  readonly objectLock: ObjectLock | undefined;
}

export interface ObjectLock {
  /** What a version gets whose writer asks for nothing else. */
  readonly defaultRetention: { readonly mode: LockMode; readonly days: number } | undefined;
}

/** GOVERNANCE can be bypassed by a caller who says so, COMPLIANCE by nobody. */
export type LockMode = 'GOVERNANCE' | 'COMPLIANCE';
