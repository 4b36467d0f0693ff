import { S3Client } from '@aws-sdk/client-s3';
import type { BucketDefinition } from '../../../local/s3/bucket-definition.ts';

export const archive: BucketDefinition = {
  name: 'archive-test',
  objectLock: { defaultRetention: { mode: 'COMPLIANCE', days: 10 } },
};
export const governed: BucketDefinition = {
  name: 'governed-test',
  objectLock: { defaultRetention: { mode: 'GOVERNANCE', days: 10 } },
};
export const plain: BucketDefinition = { name: 'plain-test', objectLock: undefined };

export function connectS3(endpoint: string): S3Client {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new S3Client({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}
