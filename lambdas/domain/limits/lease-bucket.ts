const LEASE_BUCKET_MS = 900_000;

/** The quarter hour, since 1970, in which a lease ends: coarse, so that its index is seldom written. */
export function leaseBucketOf(leaseEndsAtMs: number): number {
  return Math.floor(leaseEndsAtMs / LEASE_BUCKET_MS);
}
