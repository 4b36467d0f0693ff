// What an image counts at most, by the providers' published formulas. Its size is not looked at: most images come as a URL,
// and the formulas scale a large one down, so that the most it can count is known all the same.

/** Tokens by the level of detail that was asked for. */
interface ImageTokens {
  readonly low: number;
  readonly high: number;
  /** Where none, `auto` or `original` was asked for. */
  readonly other: number;
}

/** Scaled to fit 2048 × 2048, then to 768 on its shorter side, an image covers at most 4 × 2 tiles of 512 × 512. */
const mostTiles = 8;

function byTile(base: number, tile: number): ImageTokens {
  const high = base + mostTiles * tile;
  return { low: base, high, other: high };
}

/** Patches of 32 × 32; `low` is 512 × 512, which is 256 of them. */
function byPatch(most: number, perPatch: number, mostOriginal = most): ImageTokens {
  return {
    low: Math.ceil(256 * perPatch),
    high: Math.ceil(most * perPatch),
    other: Math.ceil(mostOriginal * perPatch),
  };
}

/** Whatever detail was asked for. */
function flat(tokens: number): ImageTokens {
  return { low: tokens, high: tokens, other: tokens };
}

/** The largest multiplier that is published, where a model's own is not. */
const mostPerPatch = 2.46;

/** Beside the image itself, some are wrapped in a few tokens. */
const wrapping = 64;

/**
 * By model name; the first that fits counts, and a model that none fits may count an image up to its context window, as
 * GPT-5.6 does, which takes an image in its original size.
 *
 * openai: https://developers.openai.com/api/docs/guides/images-vision, "Calculating costs", as of 2026-08.
 * xai: https://docs.x.ai/docs/guides/image-understanding: at most 6 tiles of 448 × 448 and one more, 256 tokens each, as of 2026-08.
 * mistral: https://docs.mistral.ai/capabilities/vision: at most 1024 × 1024 in patches of 16 × 16 and a token to end each
 * row (Pixtral), or 1540 × 1540 in patches of 28 × 28, which is less; as of 2026-08.
 * anthropic: https://platform.claude.com/docs/en/build-with-claude/vision: an image is scaled to what counts 1,600 tokens,
 * or 4,784 with the models that see more; as of 2026-11. Bedrock's Claude models are the same.
 */
const published: Readonly<Record<string, readonly (readonly [RegExp, ImageTokens])[]>> = {
  openai: [
    [/^gpt-4o-mini/, byTile(2_833, 5_667)],
    [/^(gpt-4o|chatgpt-4o|gpt-4\.5|gpt-4-turbo|gpt-4-vision|gpt-4\.1(-\d|$))/, byTile(85, 170)],
    [/^gpt-5(-chat|-\d{4}-|$)/, byTile(70, 140)],
    [/^(o1|o3)/, byTile(75, 150)],
    [/^o4-mini/, byPatch(1_536, 1.72)],
    [/^gpt-(4\.1|5|5[.-]4)-(mini|nano)/, byPatch(1_536, mostPerPatch)],
    [/^gpt-5([.-][1-3])?(-codex|-\d{4}-|$)/, byPatch(1_536, mostPerPatch)],
    [/^gpt-5[.-][45](-\d{4}-|-pro|$)/, byPatch(2_500, mostPerPatch, 10_000)],
  ],
  xai: [[/^grok/, flat(7 * 256)]],
  mistral: [[/^/, flat(64 * 64 + 64)]],
  anthropic: [[/^/, flat(4_784)]],
  bedrock: [[/anthropic\.claude/, flat(4_784)]],
};

/** Tokens; undefined: no formula is published. */
export function mostImageTokens(provider: string, model: string, detail: unknown): number | undefined {
  const rule = published[provider]?.find(([pattern]) => pattern.test(model))?.[1];
  if (rule === undefined) return undefined;
  const tokens = detail === 'low' || detail === 'high' ? rule[detail] : rule.other;
  return tokens + wrapping;
}
