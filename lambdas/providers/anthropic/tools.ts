import type { FunctionTool, GenerationRequest, Tool } from '../../domain/conversation/generation-request.ts';
import { allowedTools, isForced } from '../../domain/conversation/messages.ts';
import type { ClaudeTraits } from '../claude/model-traits.ts';
import type { Writing } from './content.ts';

/** A schema that says what an object may hold says that it is an object, which Anthropic insists on. */
function writeSchema({ parameters }: FunctionTool): object {
  const isObject = typeof parameters === 'object' && parameters !== null;
  return isObject ? { type: 'object', ...parameters } : { type: 'object', properties: {} };
}

function writeTool(tool: Tool, { log, mark, hasSchemas }: Writing): object[] {
  const { name, description, cache, at } = tool;
  switch (tool.kind) {
    case 'function': {
      if (tool.isStrict === true && !hasSchemas) log.lose('strictTool');
      const strict = tool.isStrict === true && hasSchemas ? true : undefined;
      return [{ name, description, input_schema: writeSchema(tool), strict, ...mark(cache) }];
    }
    case 'custom':
      log.lose('customTool', at);
      return [];
    case 'native':
      if (tool.dialect === 'anthropic' && typeof tool.value === 'object' && tool.value !== null) return [tool.value];
      log.lose('nativeTool', at);
      return [];
  }
}

function writeWord({ toolChoice }: GenerationRequest): object | undefined {
  switch (toolChoice?.kind) {
    case 'auto':
    case 'none':
    case 'any':
      return { type: toolChoice.kind };
    case 'tool':
      return { type: 'tool', name: toolChoice.name };
    case 'allowed':
      return { type: toolChoice.isRequired ? 'any' : 'auto' };
    case undefined:
      return undefined;
  }
}

function writeToolChoice(request: GenerationRequest, { hasForcedTools }: ClaudeTraits, { log }: Writing) {
  if (isForced(request) && !hasForcedTools) log.lose('toolChoice');
  const word = writeWord(request);
  if (request.isParallel !== false || request.toolChoice?.kind === 'none') return word;
  return { type: 'auto', ...word, disable_parallel_tool_use: true };
}

export function writeTools(request: GenerationRequest, traits: ClaudeTraits, writing: Writing): object {
  const tools = allowedTools(request).flatMap((tool) => writeTool(tool, writing));
  return tools.length === 0 ? {} : { tools, tool_choice: writeToolChoice(request, traits, writing) };
}
