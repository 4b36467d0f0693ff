import type { GenerationRequest, Tool } from '../../domain/conversation/generation-request.ts';
import { allowedTools } from '../../domain/conversation/messages.ts';
import type { TranslationLog } from '../../domain/conversation/translation-log.ts';

function writeTool(tool: Tool, log: TranslationLog): object[] {
  const { name, description, cache, at } = tool;
  if (cache !== undefined) log.lose('cacheMark');
  switch (tool.kind) {
    case 'function':
      if (tool.isStrict === true) log.lose('strictTool');
      return [{ name, description, parametersJsonSchema: tool.parameters }];
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
      return { mode: 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'any':
      return { mode: 'ANY' };
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [toolChoice.name] };
    case 'allowed':
      return { mode: toolChoice.isRequired ? 'ANY' : 'AUTO' };
    case undefined:
      return undefined;
  }
}

export function writeTools(request: GenerationRequest, log: TranslationLog): object {
  const functionDeclarations = allowedTools(request).flatMap((tool) => writeTool(tool, log));
  if (functionDeclarations.length === 0) return {};
  if (request.isParallel === false) log.lose('parallel');
  const functionCallingConfig = writeChoice(request);
  return { tools: [{ functionDeclarations }], toolConfig: functionCallingConfig && { functionCallingConfig } };
}
