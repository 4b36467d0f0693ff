import type { GenerationRequest, Tool } from '../../domain/conversation/generation-request.ts';
import { isStrictSchema } from '../../domain/conversation/strict-schema.ts';
import type { Writing } from './content.ts';

function writeTool(tool: Tool, { log }: Writing): object[] {
  const { name, description, at } = tool;
  if (tool.cache !== undefined) log.lose('cacheMark');
  switch (tool.kind) {
    case 'function': {
      // Left out, it would be true here, as it is not in the other dialects.
      const strict = tool.isStrict ?? false;
      return [{ type: 'function', name, description, parameters: tool.parameters ?? null, strict }];
    }
    case 'custom':
      return [{ type: 'custom', name, description, format: tool.format }];
    case 'native':
      log.lose('nativeTool', at);
      return [];
  }
}

function writeToolChoice({ toolChoice }: GenerationRequest): unknown {
  switch (toolChoice?.kind) {
    case 'auto':
    case 'none':
      return toolChoice.kind;
    case 'any':
      return 'required';
    case 'tool':
      return { type: toolChoice.isCustom === true ? 'custom' : 'function', name: toolChoice.name };
    case 'allowed': {
      const tools = toolChoice.names.map((name) => ({ type: 'function', name }));
      return { type: 'allowed_tools', mode: toolChoice.isRequired ? 'required' : 'auto', tools };
    }
    case undefined:
      return undefined;
  }
}

export function writeTools(request: GenerationRequest, writing: Writing): object {
  const tools = request.tools.flatMap((tool) => writeTool(tool, writing));
  if (tools.length === 0) return {};
  return { tools, tool_choice: writeToolChoice(request), parallel_tool_calls: request.isParallel };
}

/** `text`: how the answer is to be written. */
export function writeText({ format, verbosity }: GenerationRequest): object | undefined {
  if (format === undefined && verbosity === undefined) return undefined;
  if (format?.kind !== 'schema') {
    const type = format?.kind === 'json' ? 'json_object' : 'text';
    return { format: format && { type }, verbosity };
  }
  const { name = 'response', description, schema } = format;
  const strict = format.isStrict ?? isStrictSchema(schema);
  return { format: { type: 'json_schema', name, description, schema, strict }, verbosity };
}
