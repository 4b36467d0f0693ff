import type { GenerationRequest, Tool } from '../../domain/conversation/generation-request.ts';
import { allowedTools, nameCalls } from '../../domain/conversation/messages.ts';
import type { Writing } from './content.ts';

const anyObject = { type: 'object', properties: {} } as const;

function writeSchema(parameters: unknown): object {
  const isObject = typeof parameters === 'object' && parameters !== null;
  return { json: isObject ? { type: 'object', ...parameters } : anyObject };
}

function writeTool(tool: Tool, hasStrict: boolean, { log, mark }: Writing): object[] {
  const { name, description, at } = tool;
  switch (tool.kind) {
    case 'function': {
      if (tool.isStrict === true && !hasStrict) log.lose('strictTool');
      const strict = tool.isStrict === true && hasStrict ? true : undefined;
      const point = mark(tool.cache);
      const spec = { toolSpec: { name, description, inputSchema: writeSchema(tool.parameters), strict } };
      return point === undefined ? [spec] : [spec, point];
    }
    case 'custom':
      log.lose('customTool', at);
      return [];
    case 'native':
      log.lose('nativeTool', at);
      return [];
  }
}

function writeChoice({ toolChoice }: GenerationRequest): object | undefined {
  switch (toolChoice?.kind) {
    case 'auto':
      return { auto: {} };
    case 'any':
      return { any: {} };
    case 'tool':
      return { tool: { name: toolChoice.name } };
    case 'allowed':
      return toolChoice.isRequired ? { any: {} } : { auto: {} };
    default:
      return undefined;
  }
}

/** Where a tool was called before, Bedrock wants tools to be named also where none is offered any more. */
function nameUsed(request: GenerationRequest): object[] {
  const names = new Set(nameCalls(request.messages).values());
  return [...names].map((name) => ({ toolSpec: { name, inputSchema: { json: anyObject } } }));
}

export function writeTools(request: GenerationRequest, hasStrict: boolean, writing: Writing): object | undefined {
  const used = nameUsed(request);
  const isForbidden = request.toolChoice?.kind === 'none';
  const tools = allowedTools(request).flatMap((tool) => writeTool(tool, hasStrict, writing));
  // `none` is said by offering none, which cannot be where one was used.
  if (isForbidden && tools.length > 0 && used.length > 0) writing.log.lose('toolChoice');
  if (isForbidden || tools.length === 0) return used.length === 0 ? undefined : { tools: used };
  if (request.isParallel === false) writing.log.lose('parallel');
  return { tools, toolChoice: writeChoice(request) };
}
