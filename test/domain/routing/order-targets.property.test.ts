import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderTargets } from '../../../lambdas/domain/routing/order-targets.ts';
import { routeRecord, routeRecords } from '../../../lambdas/domain/routing/route-record.ts';

const model = fc.constantFrom('openai/a', 'openai/b', 'anthropic/c', 'gemini/d', 'bedrock/e');
const routes = fc.record({
  targets: fc.array(fc.record({ model, weight: fc.integer({ min: 1, max: 1_000 }) }), { minLength: 1, maxLength: 8 }),
  fallbacks: fc.array(model, { maxLength: 8 }),
});
const draws = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));

describe('the order of a route', () => {
  it('holds every model once, targets before fallbacks, whatever is drawn', () => {
    fc.assert(
      fc.property(routes, draws, (route, drawn) => {
        const order = orderTargets(route, () => drawn.next().value);
        const targets = new Set<string>(route.targets.map((target) => target.model));
        expect(new Set(order)).toEqual(new Set([...targets, ...route.fallbacks]));
        expect(new Set(order).size).toBe(order.length);
        expect(order.slice(0, targets.size).every((name) => targets.has(name))).toBe(true);
        const behind = order.slice(targets.size);
        expect(behind).toEqual([...new Set(route.fallbacks)].filter((name) => !targets.has(name)));
      }),
    );
  });

  it('gives each target its share of the first places', () => {
    const route = {
      targets: [
        { model: 'openai/a', weight: 9 },
        { model: 'openai/b', weight: 1 },
      ],
      fallbacks: [],
    };
    let draw = 0;
    const evenly = () => (draw++ % 1_000) / 1_000;
    const first = Array.from({ length: 1_000 }, () => orderTargets(route, evenly)[0]);
    expect(first.filter((name) => name === 'openai/b')).toHaveLength(100);
  });
});

describe('a route', () => {
  it.each([
    ['without a target', { targets: [], fallbacks: [] }],
    ['to a wildcard', { targets: [{ model: 'openai/*', weight: 1 }], fallbacks: [] }],
    ['to no provider', { targets: [{ model: 'gpt-5', weight: 1 }], fallbacks: [] }],
    ['of no weight', { targets: [{ model: 'openai/a', weight: 0 }], fallbacks: [] }],
    ['of half a weight', { targets: [{ model: 'openai/a', weight: 0.5 }], fallbacks: [] }],
    ['with a fallback that leads nowhere', { targets: [{ model: 'openai/a', weight: 1 }], fallbacks: ['*'] }],
  ])('%s is refused', (_what, route) => {
    expect(routeRecord.safeParse(route).success).toBe(false);
  });

  it('cannot take the name of a provider’s model', () => {
    const route = { targets: [{ model: 'openai/a', weight: 1 }], fallbacks: [] };
    expect(routeRecords.safeParse({ fast: route }).success).toBe(true);
    expect(routeRecords.safeParse({ 'openai/gpt-5': route }).success).toBe(false);
  });
});
