// CloudWatch's embedded metric format: a log line that CloudWatch also reads as metrics. No call is made for them, and they
// hold what the line holds: counts, and names of ours.
import type { FaultCode } from '../domain/errors.ts';
import type { RequestFacts } from '../domain/request-facts.ts';

/** Every metric there is, with its unit. Alarms and dashboard know them by these names; a template test compares. */
export const metricUnits = {
  Requests: 'Count',
  Refusals: 'Count',
  /** The gateway's own 500 and 503: what the service level is about. */
  GatewayFaults: 'Count',
  /** A provider that could not be reached, did not answer, or answered with a 5xx. */
  ProviderFaults: 'Count',
  /** DynamoDB or KMS could not be reached. Among the gateway's faults. */
  StoreFaults: 'Count',
  UnsettledRequests: 'Count',
  LedgerViolations: 'Count',
  TimeToFirstByte: 'Milliseconds',
  Overhead: 'Milliseconds',
  InputTokens: 'Count',
  OutputTokens: 'Count',
  SpendUsd: 'None',
} as const;

type Name = keyof typeof metricUnits;

/** A metric that is zero is left out: nothing is alarmed by what is not there, and each name is bytes of every line. */
type Values = Partial<Record<Name, number | undefined>>;

interface Directive {
  readonly Namespace: 'Portcullis';
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}

function directive(dimensions: readonly string[], names: readonly Name[]): Directive[] {
  if (names.length === 0) return [];
  const Metrics = names.map((name) => ({ Name: name, Unit: metricUnits[name] }));
  return [{ Namespace: 'Portcullis', Dimensions: [dimensions], Metrics }];
}

function isName(name: string): name is Name {
  return name in metricUnits;
}

interface Dimensions {
  readonly Stage: string;
  readonly Code?: string | undefined;
  readonly Provider?: string | undefined;
}

/** The members that make a log line of ours carry metrics. `atMs`: Unix milliseconds. */
function embed(values: Values, { Stage, Code, Provider }: Dimensions, atMs: number): Readonly<Record<string, unknown>> {
  const names = Object.keys(values).filter((name): name is Name => isName(name) && (values[name] ?? 0) !== 0);
  const byCode = Code === undefined ? [] : names.filter((name) => name === 'Refusals');
  const byProvider = Provider === undefined ? [] : names.filter((name) => name === 'ProviderFaults');
  const CloudWatchMetrics = [
    ...directive(['Stage'], names),
    ...directive(['Stage', 'Code'], byCode),
    ...directive(['Stage', 'Provider'], byProvider),
  ];
  return {
    ...Object.fromEntries(names.map((name) => [name, values[name]])),
    Stage,
    ...(byCode.length > 0 && { Code }),
    ...(byProvider.length > 0 && { Provider }),
    _aws: { Timestamp: atMs, CloudWatchMetrics },
  };
}

export interface MeasuredRequest extends RequestFacts {
  readonly status: number;
  /** The gateway's own part, until the answer began. */
  readonly overheadMs: number;
  /** From the request's arrival; undefined where nothing was ever sent. */
  readonly firstByteMs: number | undefined;
}

const gatewayFaults: readonly unknown[] = ['internal_error', 'service_unavailable'] satisfies FaultCode[];
const providerFaults: readonly unknown[] = ['upstream_error', 'upstream_timeout'] satisfies FaultCode[];

function isProviderFault({ provider, status, code }: MeasuredRequest): boolean {
  if (provider === undefined) return false;
  return providerFaults.includes(code) || (status >= 500 && code === undefined);
}

/** `code` may be that of a settlement which failed when the client had its answer; then the answer was no fault. */
function isGatewayFault({ status, code }: MeasuredRequest): boolean {
  return status >= 500 && gatewayFaults.includes(code);
}

/** Metrics of one request of the data plane. */
export function requestMetrics(stage: string, request: MeasuredRequest, atMs: number) {
  const { status, code, usage, amountNano = 0, provider } = request;
  const isFault = isGatewayFault(request);
  const values = {
    Requests: 1,
    Refusals: code !== undefined && status >= 400 && status < 500 ? 1 : 0,
    GatewayFaults: isFault ? 1 : 0,
    ProviderFaults: isProviderFault(request) ? 1 : 0,
    StoreFaults: isFault && code === 'service_unavailable' ? 1 : 0,
    UnsettledRequests: request.isUnsettled ? 1 : 0,
    LedgerViolations: request.isAboveBound ? 1 : 0,
    TimeToFirstByte: request.firstByteMs,
    Overhead: request.overheadMs,
    InputTokens: usage?.inputTokens,
    OutputTokens: usage?.outputTokens,
    SpendUsd: amountNano / 1e9,
  };
  return embed(values, { Stage: stage, Code: code, Provider: provider }, atMs);
}

/** Metrics of a management request that failed; one that did not is in API Gateway's own count alone. */
export function faultMetrics(stage: string, code: FaultCode, atMs: number) {
  const values = { GatewayFaults: 1, StoreFaults: code === 'service_unavailable' ? 1 : 0 };
  return embed(values, { Stage: stage }, atMs);
}
