import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import * as z from 'zod';
import { CliError } from './cli-error.ts';

export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Where the management API is, and as whom to call it. */
export interface AdminTarget {
  /** Ends in `/admin`. */
  readonly url: URL;
  readonly region: string;
  readonly credentials: () => Promise<AwsIdentity>;
}

export interface TargetOptions {
  readonly url?: string | undefined;
  readonly region?: string | undefined;
  readonly data?: string | undefined;
}

/** What the local runner keeps in its data folder for the operator of this machine. */
const localOperator = z.object({
  url: z.url({ protocol: /^http$/, hostname: /^127\.0\.0\.1$/ }),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
});

async function findLocal(dataDir: string): Promise<AdminTarget> {
  const path = join(dataDir, 'operator-credentials.json');
  try {
    const { url, region, accessKeyId, secretAccessKey } = localOperator.parse(JSON.parse(await readFile(path, 'utf8')));
    const credentials = async () => ({ accessKeyId, secretAccessKey });
    return { url: new URL('/admin', url), region, credentials };
  } catch (cause) {
    throw new CliError('usage', `No local gateway keeps its data in ${dataDir}: ${path} cannot be read.`, { cause });
  }
}

function parseAdminUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/\/admin\/?$/.test(url.pathname)) {
    throw new CliError('usage', "--url must be the stack's AdminUrl output, which ends in /admin.");
  }
  const isPrivate = url.protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (!isPrivate) throw new CliError('usage', '--url must use https: a credential travels in the request.');
  return url;
}

function regionOf(url: URL, given: string | undefined): string {
  const region = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/.exec(url.hostname)?.[1] ?? given;
  if (region === undefined) {
    throw new CliError('usage', 'The URL does not tell the region of the API: give it with --region.');
  }
  return region;
}

/** Resolves --url or --data. The credentials are those of the usual AWS chain, asked for only when a call is made. */
export async function findAdminTarget({ url: text, region, data }: TargetOptions): Promise<AdminTarget> {
  if ((text === undefined) === (data === undefined)) {
    throw new CliError('usage', 'Say which gateway: either --url (one in AWS) or --data (the one on this machine).');
  }
  if (data !== undefined) return findLocal(data);
  const url = parseAdminUrl(text ?? '');
  return { url, region: regionOf(url, region), credentials: fromNodeProviderChain() };
}
