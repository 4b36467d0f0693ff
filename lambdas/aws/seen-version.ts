export interface VersionCondition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeValues?: Record<string, { readonly N: string }>;
}

/** Holds where a policy's record is of the version that was read. Version 0 is that of records which have none. */
export function seenVersion(policyVersion: number): VersionCondition {
  if (policyVersion === 0)
    return { ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(policyVersion)' };
  return {
    ConditionExpression: 'policyVersion = :seen',
    ExpressionAttributeValues: { ':seen': { N: String(policyVersion) } },
  };
}
