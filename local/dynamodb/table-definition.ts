/** A table as the local runner reads it from the template, with physical names. */
export interface TableDefinition {
  readonly name: string;
  readonly keySchema: readonly KeyElement[];
  /** The attributes that keys of the table or of its indexes name; no others. */
  readonly attributes: readonly KeyAttribute[];
  /** Global secondary indexes. */
  readonly indexes: readonly IndexDefinition[];
  readonly timeToLiveAttribute?: string | undefined;
  /** Set: every applied write is in the stream journal, exactly once and in commit order. */
  readonly stream?: StreamViewType | undefined;
}

export interface KeyElement {
  readonly name: string;
  readonly type: 'HASH' | 'RANGE';
}

export interface KeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
}

export interface IndexDefinition {
  readonly name: string;
  readonly keySchema: readonly KeyElement[];
  readonly projection: IndexProjection;
}

export type IndexProjection =
  | { readonly type: 'ALL' | 'KEYS_ONLY' }
  | { readonly type: 'INCLUDE'; readonly attributes: readonly string[] };

export type StreamViewType = 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES' | 'KEYS_ONLY';
