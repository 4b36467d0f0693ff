import * as z from 'zod/mini';
import { accept, type Outcome, refuse } from '../errors.ts';
import { parseInput } from '../parse-input.ts';
import { refuseMissingModel } from './missing-model.ts';
import { findDearTier, findPresent, inlineLengthOf, type Medium, type Outline, readField } from './outline.ts';

// What the gateway itself must understand of a request in the dialect of OpenAI's Responses, whoever answers it.

const item = z.looseObject({ type: z.nullish(z.string()) });
type Item = z.infer<typeof item>;

const responseRequest = z.looseObject({
  model: z.string(),
  input: z.nullish(z.union([z.string(), z.array(item)])),
  instructions: z.nullish(z.union([z.string(), z.array(item)])),
  stream: z.nullish(z.boolean()),
  background: z.nullish(z.boolean()),
  max_output_tokens: z.nullish(z.int().check(z.gte(1))),
  tools: z.nullish(z.array(z.looseObject({ type: z.nullish(z.string()) }))),
  temperature: z.nullish(z.number()),
  top_p: z.nullish(z.number()),
});
type ResponseRequest = z.infer<typeof responseRequest>;

/** What refers to text that the provider keeps. */
const references = ['previous_response_id', 'conversation', 'prompt'] as const;

/** Parts and items that hold their whole content as text, or as what is never shorter. */
const textTypes: ReadonlySet<unknown> = new Set([
  'input_text',
  'output_text',
  'summary_text',
  'reasoning_text',
  'text',
  'refusal',
  'reasoning',
  'function_call',
  'custom_tool_call',
]);

const outputTypes: ReadonlySet<unknown> = new Set(['function_call_output', 'custom_tool_call_output']);

function outlineParts(content: unknown, param: string): Medium[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: unknown, index) => outlinePart(part, `${param}[${index}]`));
}

function outlinePart(part: unknown, param: string): Medium[] {
  const type = readField(part, 'type');
  if (textTypes.has(type)) return [];
  const url = readField(part, 'image_url');
  if (type === 'input_image' && typeof url === 'string') {
    const detail = readField(part, 'detail');
    return [{ param, kind: 'image', inlineLength: inlineLengthOf(url, 'data:image/'), detail }];
  }
  return [{ param, kind: 'other', inlineLength: 0 }];
}

function outlineItem(value: Item, param: string): Medium[] {
  const { type } = value;
  if (type === undefined || type === null || type === 'message')
    return outlineParts(value['content'], `${param}.content`);
  if (outputTypes.has(type)) return outlineParts(value['output'], `${param}.output`);
  return outlinePart(value, param);
}

/** The tools that the client itself runs: all others run, and cost, at the provider's. */
const clientTools: ReadonlySet<unknown> = new Set(['function', 'custom']);

function findSurcharge(request: ResponseRequest): string | undefined {
  const tool = request.tools?.findIndex(({ type }) => !clientTools.has(type)) ?? -1;
  return tool === -1 ? findDearTier(request) : `tools[${tool}]`;
}

function outlineItems(items: ResponseRequest['input'], param: string): Medium[] {
  return Array.isArray(items) ? items.flatMap((each, index) => outlineItem(each, `${param}[${index}]`)) : [];
}

/** Names the first field at fault. */
export function readResponseRequest(value: object): Outcome<Outline> {
  const missing = refuseMissingModel(value);
  if (missing !== undefined) return missing;
  const parsed = parseInput(responseRequest, value);
  if (!parsed.ok) return parsed;
  const request = parsed.value;
  const { model, input, instructions, stream, tools, max_output_tokens } = request;
  if (request.background === true) {
    const why = 'What runs behind its client’s back cannot be charged when it is done. Leave it out.';
    return refuse('unsupported_parameter', why, 'background');
  }
  return accept({
    model,
    isStreamed: stream === true,
    wantsUsage: true,
    media: [...outlineItems(instructions, 'instructions'), ...outlineItems(input, 'input')],
    tools: tools == null ? 0 : 1,
    reference: findPresent(request, references),
    surcharge: findSurcharge(request),
    output: {
      choices: 1,
      limits: { ...(max_output_tokens != null && { max_output_tokens }) },
      limitField: 'max_output_tokens',
    },
  });
}
