// Money is an integer of nano-dollars everywhere inside, and a decimal string of US dollars at the edge: never a float.

const NANOS_PER_DOLLAR = 1_000_000_000;
const FRACTION_DIGITS = 9;

/** Nine million dollars: below 2^53 nano-dollars, so that sums of what is spent and held stay exact. */
export const MAX_NANO_USD = 9_000_000 * NANOS_PER_DOLLAR;

const USD_PATTERN = /^(0|[1-9]\d{0,6})(?:\.(\d{1,9}))?$/;

/** `12.50` as nano-dollars. Undefined where it is no plain decimal, is finer than a nano-dollar, or beyond MAX_NANO_USD. */
export function parseUsd(text: string): number | undefined {
  const [matched, dollars, fraction = ''] = USD_PATTERN.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const nano = Number(dollars) * NANOS_PER_DOLLAR + Number(fraction.padEnd(FRACTION_DIGITS, '0'));
  return nano <= MAX_NANO_USD ? nano : undefined;
}

/** Exact, with the cents always and no further zeros: `12.50`, `0.000000001`. Throws RangeError where `nano` is no amount. */
export function formatUsd(nano: number): string {
  if (!Number.isSafeInteger(nano) || nano < 0) throw new RangeError('an amount is a safe integer of nano-dollars');
  const fraction = String(nano % NANOS_PER_DOLLAR)
    .padStart(FRACTION_DIGITS, '0')
    .replace(/0{1,7}$/, '');
  return `${Math.floor(nano / NANOS_PER_DOLLAR)}.${fraction}`;
}
