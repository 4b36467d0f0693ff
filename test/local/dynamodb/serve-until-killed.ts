// The store in a process of its own, for tests that kill it.
import * as z from 'zod';
import { startDynamoDb } from '../../../local/dynamodb/start.ts';
import { crashTables } from './crash-tables.ts';

const dataDir = z.string().parse(process.argv[2]);
const { endpoint } = await startDynamoDb({ dataDir, tables: crashTables, sweepIntervalMs: 20 });
process.stdout.write(`${endpoint}\n`);
