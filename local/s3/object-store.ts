import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { KeyLocks } from '../dynamodb/key-locks.ts';
import { writeFileAtomically } from '../files/write-file-atomically.ts';
import type { BucketDefinition } from './bucket-definition.ts';
import { folderOfKey, keyOfFolder } from './object-path.ts';
import { decodeVersion, encodeVersion, isLocked, type ObjectVersion, type Retention } from './object-version.ts';
import { lockedVersion, noSuchKey, noSuchVersion, preconditionFailed } from './s3-error.ts';

export interface NewObject {
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
  /** As the writer asked for; undefined: the bucket's default. */
  readonly retention: Retention | undefined;
  /** Fails where the key has an object already. */
  readonly onlyIfAbsent: boolean;
}

/** One version of a key, and whether it says that the key is gone. */
interface VersionName {
  /** When it was made, in milliseconds, or later: never twice, and in the order in which they were made. */
  readonly number: number;
  readonly isDeleteMarker: boolean;
}

const dayMs = 24 * 60 * 60 * 1000;

function fileNameOf({ number, isDeleteMarker }: VersionName): string {
  return `${String(number).padStart(13, '0')}${isDeleteMarker ? '-deleted' : ''}`;
}

function versionNameOf(fileName: string): VersionName | undefined {
  const [, number, deleted] = /^(\d{13})(-deleted)?$/.exec(fileName) ?? [];
  return number === undefined ? undefined : { number: Number(number), isDeleteMarker: deleted !== undefined };
}

/** The objects of one bucket, on disk. Writes of one key run one after the other. */
export class ObjectStore {
  readonly #folder: string;
  readonly #definition: BucketDefinition;
  readonly #now: () => number;
  readonly #locks = new KeyLocks();
  /** The versions of each key, oldest first. */
  readonly #versions: Map<string, readonly VersionName[]>;

  private constructor(
    folder: string,
    options: { readonly definition: BucketDefinition; readonly now: () => number },
    versions: Map<string, readonly VersionName[]>,
  ) {
    this.#folder = folder;
    this.#definition = options.definition;
    this.#now = options.now;
    this.#versions = versions;
  }

  static async open(
    folder: string,
    options: { readonly definition: BucketDefinition; readonly now: () => number },
  ): Promise<ObjectStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const versions = new Map<string, VersionName[]>();
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const key = keyOfFolder(relative(folder, entry.parentPath));
      const version = versionNameOf(entry.name);
      if (key === undefined || version === undefined) continue;
      versions.set(
        key,
        [...(versions.get(key) ?? []), version].sort((a, b) => a.number - b.number),
      );
    }
    return new ObjectStore(folder, options, versions);
  }

  get hasObjectLock(): boolean {
    return this.#definition.objectLock !== undefined;
  }

  /** Keys that have an object now, in the order of their UTF-8 bytes. */
  listKeys({ prefix, after }: { readonly prefix: string; readonly after: string }): string[] {
    const keys = [...this.#versions].flatMap(([key, versions]) => {
      const isThere = versions.at(-1)?.isDeleteMarker === false;
      return isThere && key.startsWith(prefix) ? [key] : [];
    });
    const inOrder = keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return inOrder.filter((key) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0);
  }

  async put({ key, body, contentType, retention, onlyIfAbsent }: NewObject): Promise<ObjectVersion> {
    return this.#locks.hold([key], async () => {
      if (onlyIfAbsent && this.#newestOf(key)?.isDeleteMarker === false) throw preconditionFailed();
      const head = {
        etag: createHash('md5').update(body).digest('hex'),
        contentType,
        lastModifiedMs: this.#now(),
        size: body.length,
        retention: retention ?? this.#defaultRetention(),
      };
      const versionId = await this.#append(key, false, encodeVersion(head, body));
      return { ...head, versionId, body };
    });
  }

  /** The newest version, or the one asked for. Throws S3Error where there is none. */
  async get(key: string, versionId?: string): Promise<ObjectVersion> {
    const version = versionId === undefined ? this.#newestOf(key) : this.#find(key, versionId);
    if (version === undefined || version.isDeleteMarker) throw noSuchKey();
    const { head, body } = decodeVersion(await readFile(this.#pathOf(key, version)));
    return { ...head, versionId: fileNameOf(version), body };
  }

  /** Marks the key as gone; every version stays. Answers with the marker's own version. */
  async markDeleted(key: string): Promise<string> {
    return this.#locks.hold([key], () => this.#append(key, true, Buffer.alloc(0)));
  }

  /** Removes one version for good. Throws S3Error where it is locked. */
  async deleteVersion(key: string, versionId: string, bypassGovernance: boolean): Promise<void> {
    await this.#locks.hold([key], async () => {
      const version = this.#find(key, versionId);
      const path = this.#pathOf(key, version);
      if (!version.isDeleteMarker) {
        const { retention } = decodeVersion(await readFile(path)).head;
        if (isLocked(retention, this.#now(), bypassGovernance)) throw lockedVersion();
      }
      await rm(path);
      this.#versions.set(
        key,
        (this.#versions.get(key) ?? []).filter(({ number }) => number !== version.number),
      );
    });
  }

  #defaultRetention(): Retention | undefined {
    const given = this.#definition.objectLock?.defaultRetention;
    return given && { mode: given.mode, untilMs: this.#now() + given.days * dayMs };
  }

  #newestOf(key: string): VersionName | undefined {
    return this.#versions.get(key)?.at(-1);
  }

  #find(key: string, versionId: string): VersionName {
    const wanted = this.#versions.get(key)?.find((version) => fileNameOf(version) === versionId);
    if (wanted === undefined) throw noSuchVersion();
    return wanted;
  }

  #pathOf(key: string, version: VersionName): string {
    return join(folderOfKey(this.#folder, key), fileNameOf(version));
  }

  async #append(key: string, isDeleteMarker: boolean, file: Uint8Array): Promise<string> {
    const number = Math.max(this.#now(), (this.#newestOf(key)?.number ?? 0) + 1);
    const version = { number, isDeleteMarker };
    await mkdir(folderOfKey(this.#folder, key), { recursive: true, mode: 0o700 });
    await writeFileAtomically(this.#pathOf(key, version), file);
    this.#versions.set(key, [...(this.#versions.get(key) ?? []), version]);
    return fileNameOf(version);
  }
}
