import { describe, expect, test } from 'vitest';
import { checkVersion, tagged } from '../../lambdas/domain/entity-tag.ts';

function codeOf(ifMatch: string | undefined, version: number): string {
  const outcome = checkVersion(ifMatch, version);
  return outcome.ok ? 'ok' : outcome.refusal.code;
}

describe('If-Match', () => {
  test.each([undefined, '*', ' * ', '"7"', '"6", "7"', '"7","8"', ' "7" ', tagged(7).etag])(
    '%s holds for version 7',
    (header) => {
      expect(codeOf(header, 7)).toBe('ok');
    },
  );

  test.each(['"6"', '"77"', 'W/"7"', '"07"', '""', '"6", W/"7"'])('%s does not', (header) => {
    expect(codeOf(header, 7)).toBe('version_mismatch');
  });

  test.each(['7', '', '"7', 'w/"7"', '*, "7"', '"7" "8"', '"7";', '"\u202e"', '"'.repeat(2_000)])(
    '%j is no entity tag, and is not taken for want of a condition',
    (header) =>
      expect(checkVersion(header, 7)).toMatchObject({ refusal: { code: 'invalid_request', param: 'if-match' } }),
  );
});
