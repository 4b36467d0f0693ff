import * as z from 'zod';

const hostName = z.string().regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'a host name, in lower case');

/** A host name of the stage's own. With one, the default `execute-api` name answers no more. */
export const domainConfig = z
  .strictObject({
    name: hostName,
    /** A zone of Route 53 in this account: the certificate is made and renewed, and the name leads to the API. */
    hostedZone: z.strictObject({ id: z.string().regex(/^Z[A-Z0-9]{1,31}$/), name: hostName }).optional(),
    /** Of ACM, in the stage's region. Left out: one is made, which takes a hosted zone. */
    certificateArn: z
      .string()
      .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]+$/)
      .optional(),
    /** Only clients that show a certificate of these authorities get in: a bundle of PEM files in a versioned bucket. */
    mutualTls: z
      .strictObject({
        truststore: z.string().regex(/^s3:\/\/[a-z0-9.-]{3,63}\/.+$/, 's3://bucket/key'),
        version: z.string().min(1),
      })
      .optional(),
  })
  .check(({ value, issues }) => {
    const { name, hostedZone, certificateArn } = value;
    const object = (message: string) => issues.push({ code: 'custom', message, input: value });
    if (hostedZone === undefined && certificateArn === undefined) object('needs a hosted zone or a certificate');
    if (hostedZone && name !== hostedZone.name && !name.endsWith(`.${hostedZone.name}`))
      object('is not in its hosted zone');
  });
export type DomainConfig = Readonly<z.infer<typeof domainConfig>>;
