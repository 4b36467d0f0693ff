import type { Route } from '../template/api-model.ts';

export interface RouteMatch {
  readonly route: Route;
  /** The values of `{name}` and `{name+}`, as they stand in the path: still percent-encoded, as REST APIs hand them on. */
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

interface CompiledRoute {
  readonly route: Route;
  readonly segments: readonly string[];
}

/**
 * Finds the route of a request. As in API Gateway the resource is chosen first (a literal segment before a `{name}` before
 * a `{name+}`), then its method before its `ANY`: a resource that lacks the method does not give way to a wider one.
 */
export type RouteMatcher = (method: string, path: string) => RouteMatch | undefined;

export function createRouteMatcher(routes: readonly Route[]): RouteMatcher {
  const compiled = routes
    .map((route) => ({ route, segments: segmentsOf(route.resourcePath) }))
    .toSorted(compareSpecificity);
  return (method, path) => {
    const segments = segmentsOf(path);
    const resource = compiled.find((candidate) => matchSegments(candidate.segments, segments) !== undefined);
    if (resource === undefined) return undefined;
    const found = compiled.find(
      ({ route }) =>
        route.resourcePath === resource.route.resourcePath && (route.method === method || route.method === 'ANY'),
    );
    if (found === undefined) return undefined;
    const values = matchSegments(found.segments, segments) ?? {};
    return { route: found.route, pathParameters: Object.keys(values).length > 0 ? values : null };
  };
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').slice(1);
}

/** 0 for a literal, 1 for `{name}`, 2 for `{name+}`. */
function rankOf(segment: string): number {
  if (!segment.startsWith('{')) return 0;
  return segment.endsWith('+}') ? 2 : 1;
}

function compareSpecificity(a: CompiledRoute, b: CompiledRoute): number {
  for (const [index, segment] of a.segments.entries()) {
    const difference = rankOf(segment) - rankOf(b.segments[index] ?? '{+}');
    if (difference !== 0) return difference;
  }
  return Number(a.route.method === 'ANY') - Number(b.route.method === 'ANY');
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = segments[index];
    if (actual === undefined) return undefined;
    if (rankOf(expected) === 2) {
      const rest = segments.slice(index).join('/');
      return rest === '' ? undefined : { ...values, [expected.slice(1, -2)]: rest };
    }
    if (rankOf(expected) === 1 && actual !== '') values[expected.slice(1, -1)] = actual;
    else if (expected !== actual) return undefined;
  }
  return pattern.length === segments.length ? values : undefined;
}
