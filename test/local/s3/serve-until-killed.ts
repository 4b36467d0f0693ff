// The store in a process of its own, for tests that kill it.
import * as z from 'zod';
import { startS3 } from '../../../local/s3/start.ts';
import { archive } from './local-bucket.ts';

const { endpoint } = await startS3({ dataDir: z.string().parse(process.argv[2]), buckets: [archive] });
process.stdout.write(`${endpoint}\n`);
