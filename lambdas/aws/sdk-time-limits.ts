/**
 * How long one attempt of a management call to AWS may take; the SDK makes three. Left alone the SDK only warns of a
 * request that outlasts its limit, and waits for it until the function's own time is up.
 */
export const sdkTimeLimits = { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true } as const;
