import * as z from 'zod';
import type { FunctionModel } from './template/function-model.ts';

/** The one variable of the product that the runner knows: where each provider is reached, as JSON. */
const variableName = 'UPSTREAMS';
const upstreams = z.record(z.string(), z.looseObject({ baseUrl: z.string().optional() }));

function readUpstreams({ environment }: FunctionModel): z.infer<typeof upstreams> | undefined {
  const text = environment[variableName];
  return text === undefined ? undefined : upstreams.parse(JSON.parse(text));
}

/** The provider at another place, speaking what it spoke; one that the template does not know speaks OpenAI's dialect. */
function moveUpstream(known: object | undefined, baseUrl: string): object {
  if (known === undefined || 'builtin' in known) return { baseUrl, credential: 'optional' };
  return 'region' in known ? { ...known, baseUrl } : { ...known, baseUrl, credential: 'optional' };
}

/** The function with the given base URLs in place of, or beside, those of the template. */
export function withUpstreams(model: FunctionModel, baseUrls: ReadonlyMap<string, string>): FunctionModel {
  const known = readUpstreams(model);
  if (known === undefined || baseUrls.size === 0) return model;
  const given = [...baseUrls].map(([name, baseUrl]) => [name, moveUpstream(known[name], baseUrl)]);
  const merged = { ...known, ...Object.fromEntries(given) };
  return { ...model, environment: { ...model.environment, [variableName]: JSON.stringify(merged) } };
}

/** The credentials that the developer's environment holds for the providers of the functions: `openai` is `OPENAI_API_KEY`. */
export function providerCredentials(
  functions: readonly FunctionModel[],
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> {
  const remote = functions.flatMap((model) =>
    Object.entries(readUpstreams(model) ?? {}).filter(([, { baseUrl }]) => baseUrl !== undefined),
  );
  const found = remote.flatMap(([name]): [string, string][] => {
    const key = environment[`${name.toUpperCase().replaceAll('-', '_')}_API_KEY`]?.trim();
    return key ? [[name, key]] : [];
  });
  return new Map(found);
}
