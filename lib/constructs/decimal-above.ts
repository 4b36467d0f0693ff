/**
 * A regular expression of the decimal numerals above `limit`, leading zeros or not: AWS WAF compares no header as a
 * number. It uses nothing but classes, groups and counts, which every engine knows.
 */
export function decimalAbove(limit: number): string {
  const digits = String(limit);
  const sameLength = [...digits].flatMap((digit, index) => {
    const rest = digits.length - index - 1;
    const higher = digit === '8' ? '9' : `[${Number(digit) + 1}-9]`;
    return digit === '9' ? [] : [`${digits.slice(0, index)}${higher}${rest > 0 ? `[0-9]{${rest}}` : ''}`];
  });
  return `^0*(${[`[1-9][0-9]{${digits.length},}`, ...sameLength].join('|')})$`;
}
