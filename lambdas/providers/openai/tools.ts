import type { GenerationRequest, Tool } from '../../domain/conversation/generation-request.ts';
import { isStrictSchema } from '../../domain/conversation/strict-schema.ts';
import type { Take } from '../../domain/conversation/take-carried.ts';
import { type Writing, writeCacheMark } from './content.ts';
import type { Quirks } from './quirks.ts';

function writeTool(tool: Tool, writing: Writing): object[] {
  const { quirks, log } = writing;
  const { name, description } = tool;
  if (quirks.lacks.includes('tools')) log.lose('tools', tool.at);
  const isMarked = quirks.cacheMark === 'cache_control';
  if (tool.cache !== undefined && !isMarked) log.lose('cacheMark');
  const mark = isMarked ? writeCacheMark(tool.cache, writing) : {};
  switch (tool.kind) {
    case 'function': {
      const { parameters, isStrict: strict } = tool;
      return [{ type: 'function', function: { name, description, parameters, strict }, ...mark }];
    }
    case 'custom':
      if (quirks.lacks.includes('customTool')) log.lose('customTool', tool.at);
      return [{ type: 'custom', custom: { name, description, format: tool.format } }];
    case 'native':
      log.lose('nativeTool', tool.at);
      return [];
  }
}

function writeToolChoice({ toolChoice }: GenerationRequest, { required }: Quirks): unknown {
  switch (toolChoice?.kind) {
    case 'auto':
    case 'none':
      return toolChoice.kind;
    case 'any':
      return required;
    case 'tool': {
      const type = toolChoice.isCustom === true ? 'custom' : 'function';
      return { type, [type]: { name: toolChoice.name } };
    }
    case 'allowed': {
      const tools = toolChoice.names.map((name) => ({ type: 'function', function: { name } }));
      return { type: 'allowed_tools', allowed_tools: { mode: toolChoice.isRequired ? 'required' : 'auto', tools } };
    }
    case undefined:
      return undefined;
  }
}

export function writeTools(request: GenerationRequest, writing: Writing, take: Take): object {
  const tools = request.tools.flatMap((tool) => writeTool(tool, writing));
  if (tools.length === 0) return {};
  return {
    tools,
    tool_choice: take('toolChoice', writeToolChoice(request, writing.quirks)),
    parallel_tool_calls: take('parallel', request.isParallel),
  };
}

export function writeFormat({ format }: GenerationRequest, take: Take): unknown {
  if (format === undefined) return undefined;
  if (format.kind !== 'schema') return { type: format.kind === 'json' ? 'json_object' : 'text' };
  const { name = 'response', description, schema } = format;
  const strict = format.isStrict ?? isStrictSchema(schema);
  return take('schema', { type: 'json_schema', json_schema: { name, description, schema, strict } });
}
