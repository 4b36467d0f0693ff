import * as z from 'zod/mini';

const days = z.int().check(z.gte(1), z.lte(3650));

/** For how many days an account's usage is kept, where it has chosen; a member that is absent is the default. */
export const retentionRecord = z.object({
  requestRecordDays: z.optional(days),
  usageDays: z.optional(days),
});

export interface Retention {
  /** Of single requests. */
  readonly requestRecordDays: number;
  /** Of what each hour came to. */
  readonly usageDays: number;
}

export const defaultRetention: Retention = { requestRecordDays: 30, usageDays: 90 };

export function retentionOf(account: { readonly retention?: z.infer<typeof retentionRecord> | undefined }): Retention {
  const { requestRecordDays, usageDays } = account.retention ?? {};
  return {
    requestRecordDays: requestRecordDays ?? defaultRetention.requestRecordDays,
    usageDays: usageDays ?? defaultRetention.usageDays,
  };
}
