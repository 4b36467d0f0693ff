// The stretches of time that a report is cut into: whole minutes, hours or days of UTC. Times are Unix seconds.

export const bucketSeconds = { '1m': 60, '1h': 3_600, '1d': 86_400 } as const;
export type BucketWidth = keyof typeof bucketSeconds;

export interface BucketQuery {
  readonly width: BucketWidth;
  readonly startTime: number;
  /** Not included. @default - now */
  readonly endTime: number | undefined;
  readonly limit: number;
  /** Where an earlier page ended. @default - at the start */
  readonly page: number | undefined;
}

export interface BucketPlan {
  readonly widthSeconds: number;
  readonly startTime: number;
  /** Not included. */
  readonly endTime: number;
  readonly count: number;
  /** Where the next page begins; undefined where there is none. */
  readonly nextPage: number | undefined;
}

/** The buckets of a page: the one that holds the start time is the first of all, and none lies wholly in the future. */
export function planBuckets({ width, startTime, endTime, limit, page }: BucketQuery, nowSeconds: number): BucketPlan {
  const widthSeconds = bucketSeconds[width];
  const end = Math.min(endTime ?? Number.POSITIVE_INFINITY, nowSeconds + 1);
  const lastBucket = Math.ceil(end / widthSeconds);
  const firstBucket = Math.floor((page ?? startTime) / widthSeconds);
  const count = Math.max(0, Math.min(limit, lastBucket - firstBucket));
  const next = firstBucket + count;
  return {
    widthSeconds,
    startTime: firstBucket * widthSeconds,
    endTime: next * widthSeconds,
    count,
    nextPage: next < lastBucket ? next * widthSeconds : undefined,
  };
}

/** The buckets up to `endTime`, as a page of its own. */
export function cutShort({ widthSeconds, startTime }: BucketPlan, endTime: number): BucketPlan {
  return { widthSeconds, startTime, endTime, count: (endTime - startTime) / widthSeconds, nextPage: endTime };
}
