import { createPublicKey, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GetPublicKeyCommand,
  KMSClient,
  ListKeysCommand,
  ReEncryptCommand,
  SignCommand,
  VerifyCommand,
} from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeyDefinition } from '../../../local/kms/key-definition.ts';
import { startKms } from '../../../local/kms/start.ts';

const key = (id: string, more: Partial<KeyDefinition> = {}): KeyDefinition => ({
  id,
  arn: `arn:aws:kms:us-east-1:000000000000:key/${id}`,
  aliases: [],
  spec: 'SYMMETRIC_DEFAULT',
  usage: 'ENCRYPT_DECRYPT',
  ...more,
});
const envelope = key('11111111-1111-4111-8111-111111111111', { aliases: ['alias/envelope'] });
const other = key('22222222-2222-4222-8222-222222222222');
const ecdsa = key('33333333-3333-4333-8333-333333333333', { spec: 'ECC_NIST_P256', usage: 'SIGN_VERIFY' });
const ed25519 = key('44444444-4444-4444-8444-444444444444', { spec: 'ECC_NIST_EDWARDS25519', usage: 'SIGN_VERIFY' });
const keys = [envelope, other, ecdsa, ed25519];

let dataDir: string;
let kms: Awaited<ReturnType<typeof startKms>>;
let client: KMSClient;

const connect = (endpoint: string) =>
  new KMSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });

async function restart(definitions = keys): Promise<void> {
  client?.destroy();
  await kms?.stop();
  kms = await startKms({ dataDir, keys: definitions });
  client = connect(kms.endpoint);
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kms-'));
  kms = await startKms({ dataDir, keys });
  client = connect(kms.endpoint);
});

afterEach(async () => {
  client.destroy();
  await kms.stop();
  await rm(dataDir, { recursive: true });
});

const EncryptionContext = { tenant: 'acct_1', record: 'openai' };
const bytes = (text: string) => Buffer.from(text);
const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error ? error.name : 'not an error'),
  );

describe('data keys', () => {
  it.each([[envelope.id], [envelope.arn], ['alias/envelope'], ['arn:aws:kms:us-east-1:000000000000:alias/envelope']])(
    'are made and opened by %s',
    async (KeyId) => {
      const made = await client.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }));
      expect(made.KeyId).toBe(envelope.arn);
      expect(made.Plaintext).toHaveLength(32);
      const { CiphertextBlob } = made;
      const opened = await client.send(new DecryptCommand({ CiphertextBlob, KeyId, EncryptionContext }));
      expect(opened).toMatchObject({ KeyId: envelope.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
      expect(opened.Plaintext).toEqual(made.Plaintext);
    },
  );

  it('have the size that was asked for, and are never the same twice', async () => {
    const make = async (size: object) =>
      (await client.send(new GenerateDataKeyCommand({ KeyId: envelope.id, ...size }))).Plaintext ?? new Uint8Array();
    expect((await make({ KeySpec: 'AES_128' })).length).toBe(16);
    expect((await make({ NumberOfBytes: 1024 })).length).toBe(1024);
    expect(await make({ KeySpec: 'AES_256' })).not.toEqual(await make({ KeySpec: 'AES_256' }));
  });

  it('without plaintext come without it', async () => {
    const command = new GenerateDataKeyWithoutPlaintextCommand({ KeyId: envelope.id, KeySpec: 'AES_256' });
    const made = await client.send(command);
    expect(made).not.toHaveProperty('Plaintext');
    const { Plaintext } = await client.send(new DecryptCommand({ CiphertextBlob: made.CiphertextBlob }));
    expect(Plaintext).toHaveLength(32);
  });

  it.each([
    [{}],
    [{ KeySpec: 'AES_256', NumberOfBytes: 32 } as const],
    [{ NumberOfBytes: 1025 }],
    [{ NumberOfBytes: 0 }],
  ])('of no clear size are refused: %j', async (size) => {
    const command = new GenerateDataKeyCommand({ KeyId: envelope.id, ...size });
    expect(await refusalOf(client.send(command))).toBe('ValidationException');
  });
});

describe('ciphertexts', () => {
  const encrypt = async (context?: Record<string, string>) => {
    const command = new EncryptCommand({ KeyId: envelope.id, Plaintext: bytes('secret'), EncryptionContext: context });
    return (await client.send(command)).CiphertextBlob ?? new Uint8Array();
  };
  const decrypt = (CiphertextBlob: Uint8Array, context?: Record<string, string>, KeyId?: string) =>
    client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context, KeyId }));

  it('open under the same context in whatever order its pairs come', async () => {
    const opened = await decrypt(await encrypt(EncryptionContext), { record: 'openai', tenant: 'acct_1' });
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('secret');
  });

  it.each([
    ['another tenant', { tenant: 'acct_2', record: 'openai' }],
    ['a missing pair', { tenant: 'acct_1' }],
    ['an extra pair', { ...EncryptionContext, more: 'x' }],
    ['a pair moved into a name', { 'tenant","acct_1': 'record', openai: '' }],
    ['no context', undefined],
  ])('do not open under %s', async (_, context) => {
    const blob = await encrypt(EncryptionContext);
    const refused = await decrypt(blob, context).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'InvalidCiphertextException', $metadata: { httpStatusCode: 400 } });
  });

  it('do not open after any single byte has changed', async () => {
    const blob = await encrypt();
    for (let index = 0; index < blob.length; index += 1) {
      const tampered = Uint8Array.from(blob, (byte, at) => (at === index ? byte ^ 1 : byte));
      expect(await refusalOf(decrypt(tampered)), `byte ${index}`).toBe('InvalidCiphertextException');
    }
  });

  it('do not open when cut short', async () => {
    const blob = await encrypt();
    for (const length of [1, 17, 44, 45, blob.length - 1]) {
      expect(await refusalOf(decrypt(blob.subarray(0, length))), `${length}`).toBe('InvalidCiphertextException');
    }
  });

  it('do not open when the caller expects another key', async () => {
    expect(await refusalOf(decrypt(await encrypt(), undefined, other.id))).toBe('IncorrectKeyException');
  });

  it('differ each time, for the same plaintext', async () => {
    expect(await encrypt()).not.toEqual(await encrypt());
  });

  it('move to another key and context by ReEncrypt, and only there', async () => {
    const moved = await client.send(
      new ReEncryptCommand({
        CiphertextBlob: await encrypt(EncryptionContext),
        SourceEncryptionContext: EncryptionContext,
        DestinationKeyId: other.id,
        DestinationEncryptionContext: { tenant: 'acct_2' },
      }),
    );
    expect(moved).toMatchObject({ KeyId: other.arn, SourceKeyId: envelope.arn });
    const blob = moved.CiphertextBlob ?? new Uint8Array();
    expect(Buffer.from((await decrypt(blob, { tenant: 'acct_2' })).Plaintext ?? []).toString()).toBe('secret');
    expect(await refusalOf(decrypt(blob, EncryptionContext))).toBe('InvalidCiphertextException');
  });

  it.each([[0], [4097]])('of %i bytes of plaintext are refused', async (size) => {
    const command = new EncryptCommand({ KeyId: envelope.id, Plaintext: Buffer.alloc(size) });
    expect(await refusalOf(client.send(command))).toBe('ValidationException');
  });
});

describe('keys', () => {
  it.each([['55555555-5555-4555-8555-555555555555'], ['alias/none']])('unknown by %j are not found', async (id) => {
    expect(await refusalOf(client.send(new DescribeKeyCommand({ KeyId: id })))).toBe('NotFoundException');
    expect(await refusalOf(client.send(new EncryptCommand({ KeyId: id, Plaintext: bytes('x') })))).toBe(
      'NotFoundException',
    );
  });

  it('that are disabled do nothing, across a restart, until they are enabled', async () => {
    const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId: envelope.id, Plaintext: bytes('x') }));
    await client.send(new DisableKeyCommand({ KeyId: envelope.id }));
    await restart();
    expect(await refusalOf(client.send(new DecryptCommand({ CiphertextBlob })))).toBe('DisabledException');
    const generate = new GenerateDataKeyCommand({ KeyId: envelope.id, KeySpec: 'AES_256' });
    expect(await refusalOf(client.send(generate))).toBe('DisabledException');
    const described = await client.send(new DescribeKeyCommand({ KeyId: 'alias/envelope' }));
    expect(described.KeyMetadata).toMatchObject({ Enabled: false, KeyState: 'Disabled', Arn: envelope.arn });
    await client.send(new EnableKeyCommand({ KeyId: envelope.id }));
    const { Plaintext } = await client.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(Plaintext ?? []).toString()).toBe('x');
  });

  it('open what they sealed before a restart, and a new key does not disturb them', async () => {
    const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId: envelope.id, Plaintext: bytes('kept') }));
    await restart([...keys, key('66666666-6666-4666-8666-666666666666')]);
    const { Plaintext } = await client.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(Plaintext ?? []).toString()).toBe('kept');
  });

  it('stay in the file while the template does not name them', async () => {
    const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId: envelope.id, Plaintext: bytes('kept') }));
    await restart([other]);
    expect(await refusalOf(client.send(new DecryptCommand({ CiphertextBlob })))).toBe('InvalidCiphertextException');
    await restart();
    expect((await client.send(new DecryptCommand({ CiphertextBlob }))).KeyId).toBe(envelope.arn);
  });

  it('lie in a file that only its owner can read', async () => {
    const mode = async (path: string) => ((await stat(join(dataDir, path))).mode & 0o777).toString(8);
    expect(await mode('kms')).toBe('700');
    expect(await mode('kms/keys.json')).toBe('600');
    await client.send(new DisableKeyCommand({ KeyId: envelope.id }));
    expect(await mode('kms/keys.json')).toBe('600');
  });

  it('are never made anew over a file that cannot be read, and the error tells nothing of it', async () => {
    const path = join(dataDir, 'kms', 'keys.json');
    const whole = await readFile(path, 'utf8');
    await writeFile(path, whole.slice(0, -20));
    const failure = await startKms({ dataDir, keys }).catch((error: unknown) => error);
    expect(String(failure)).toContain('is not a key file');
    const secrets = [...whole.matchAll(/"material": "([^"]+)"/g)].map(([, material = '']) => material.slice(0, 12));
    expect(secrets).toHaveLength(4);
    for (const secret of secrets)
      expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(secret);
    expect(await readFile(path, 'utf8')).toBe(whole.slice(0, -20));
  });

  it('of another spec than the stored one are refused by name', async () => {
    const changed = startKms({ dataDir, keys: [{ ...envelope, spec: 'ECC_NIST_P256', usage: 'SIGN_VERIFY' }] });
    await expect(changed).rejects.toThrow(envelope.id);
  });
});

describe('signatures', () => {
  it.each([
    [ecdsa, 'ECDSA_SHA_256', 'sha256'],
    [ed25519, 'ED25519_SHA_512', null],
  ] as const)('of %o can be verified by anyone with the public key', async ({ id, spec }, SigningAlgorithm, hash) => {
    const Message = bytes('checkpoint 1');
    const { Signature = new Uint8Array() } = await client.send(
      new SignCommand({ KeyId: id, Message, MessageType: 'RAW', SigningAlgorithm }),
    );
    const published = await client.send(new GetPublicKeyCommand({ KeyId: id }));
    expect(published).toMatchObject({ KeySpec: spec, KeyUsage: 'SIGN_VERIFY', SigningAlgorithms: [SigningAlgorithm] });
    const publicKey = createPublicKey({ key: Buffer.from(published.PublicKey ?? []), format: 'der', type: 'spki' });
    expect(verify(hash, Message, publicKey, Signature)).toBe(true);

    const check = (message: string, signature: Uint8Array) =>
      client.send(new VerifyCommand({ KeyId: id, Message: bytes(message), Signature: signature, SigningAlgorithm }));
    expect((await check('checkpoint 1', Signature)).SignatureValid).toBe(true);
    expect(await refusalOf(check('checkpoint 2', Signature))).toBe('KMSInvalidSignatureException');
    expect(
      await refusalOf(
        check(
          'checkpoint 1',
          Signature.map((byte) => byte ^ 1),
        ),
      ),
    ).toBe('KMSInvalidSignatureException');
  });

  it('keep their key across a restart', async () => {
    const published = async () => (await client.send(new GetPublicKeyCommand({ KeyId: ed25519.id }))).PublicKey;
    const before = await published();
    await restart();
    expect(await published()).toEqual(before);
  });

  it('are refused for a key of another usage or algorithm', async () => {
    const sign = (KeyId: string, more: object = {}) => {
      const input = { KeyId, Message: bytes('x'), SigningAlgorithm: 'ECDSA_SHA_256', ...more } as const;
      return refusalOf(client.send(new SignCommand(input)));
    };
    expect(await sign(envelope.id)).toBe('InvalidKeyUsageException');
    expect(await sign(ed25519.id)).toBe('ValidationException');
    expect(await sign(ecdsa.id, { MessageType: 'DIGEST' })).toBe('ValidationException');
    const encrypt = new EncryptCommand({ KeyId: ecdsa.id, Plaintext: bytes('x') });
    expect(await refusalOf(client.send(encrypt))).toBe('InvalidKeyUsageException');
  });
});

describe('the protocol', () => {
  const post = (
    target: string,
    body: string,
    headers: Record<string, string> = { authorization: 'AWS4-HMAC-SHA256 x' },
  ) => fetch(kms.endpoint, { method: 'POST', headers: { 'x-amz-target': target, ...headers }, body });

  it('names its errors as the service does', async () => {
    const response = await post('TrentService.DescribeKey', '{"KeyId":"none"}');
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(await response.json()).toEqual({ __type: 'NotFoundException', message: "Key 'none' does not exist" });
  });

  it.each([
    ['an operation that is not emulated', 'TrentService.ListKeys', '{}', 'UnknownOperationException'],
    ['another service', 'DynamoDB_20120810.GetItem', '{}', 'UnknownOperationException'],
    ['a body that is not JSON', 'TrentService.Decrypt', '{', 'SerializationException'],
    ['a body that is no object', 'TrentService.Decrypt', '[]', 'SerializationException'],
    ['input of the wrong type', 'TrentService.Decrypt', '{"CiphertextBlob":7}', 'ValidationException'],
    ['an empty key id', 'TrentService.DescribeKey', '{"KeyId":""}', 'ValidationException'],
    ['what is not base64', 'TrentService.Decrypt', '{"CiphertextBlob":"*"}', 'ValidationException'],
  ])('refuses %s', async (_, target, body, type) => {
    const response = await post(target, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: type });
  });

  it('refuses a request without a signature', async () => {
    const response = await post('TrentService.DescribeKey', '{}', {});
    expect(await response.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  });

  it('tells the SDK of an unknown operation in its own terms', async () => {
    expect(await refusalOf(client.send(new ListKeysCommand({})))).toBe('UnknownOperationException');
  });
});
