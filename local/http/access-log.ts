import type { ApiModel } from '../template/api-model.ts';
import { compileContextTemplate, escapeForJson } from './context-template.ts';
import { type AnswerFacts, contextVariables, type RequestContext } from './request-context.ts';

/** Renders the access log line of a request in the stage's own format; a variable without a value is `-`. */
export type AccessLogFormatter = (context: RequestContext, answer: AnswerFacts) => string;

export function createAccessLogFormatter(api: ApiModel, format: string): AccessLogFormatter {
  const line = compileContextTemplate(format, { absent: '-', write: (_, value) => escapeForJson(value) });
  return (context, answer) => line(contextVariables(context, api, answer));
}
