import type { Answer } from '../domain/answer.ts';
import { type ChatRequest, parseChatRequest } from '../domain/chat/chat-request.ts';
import { chooseTimeouts } from '../domain/chat/choose-timeouts.ts';
import type { CredentialVault } from '../domain/credentials/credential-vault.ts';
import { accept, answerFault, GatewayFault, type Outcome, refuse } from '../domain/errors.ts';
import { parseJsonObject } from '../domain/json/parse-json-object.ts';
import { listModels } from '../domain/models/catalogue.ts';
import { resolveModel } from '../domain/models/resolve-model.ts';
import type { Note } from '../domain/request-facts.ts';
import type {
  ChatCall,
  ChatProvider,
  ProviderDirectory,
  StreamAnswer,
  Write,
} from '../domain/upstream/chat-provider.ts';
import { pickClientHeaders } from '../domain/upstream/pick-client-headers.ts';

export interface ChatCompletionsInput {
  readonly body: Uint8Array;
  /** As the client sent them, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Until the host ends the request. */
  readonly remainingMs: number;
  readonly note: Note;
}

export interface ChatCompletionsPorts {
  readonly providers: ProviderDirectory;
  readonly credentials: CredentialVault;
  /** Monotonic, milliseconds. */
  readonly elapsedMs: () => number;
}

interface Route {
  readonly provider: ChatProvider;
  readonly model: string;
  readonly credential: string | undefined;
}

/** The first provider that can serve the model: allowed by the stage, and with what it takes to call it. */
async function findRoute(name: string, { providers, credentials }: ChatCompletionsPorts): Promise<Outcome<Route>> {
  for (const target of resolveModel(name, (provider) => providers.has(provider))) {
    const provider = providers.get(target.provider);
    if (provider === undefined) continue;
    const credential = provider.credential === 'none' ? undefined : await credentials.reveal(provider.name);
    if (credential !== undefined || provider.credential !== 'required') {
      return accept({ provider, model: target.model, credential });
    }
  }
  return refuse(
    'model_not_found',
    'The model does not exist, or no credential is stored for its provider. Name it as provider/model; GET /v1/models lists what there is.',
    'model',
  );
}

const encoder = new TextEncoder();

/** The only way to tell a client whose stream has begun: the official SDKs raise it as their own error. */
function encodeErrorEvent(cause: unknown): Uint8Array {
  const { body } = answerFault(cause instanceof GatewayFault ? cause.code : 'internal_error');
  return encoder.encode(`data: ${JSON.stringify(body)}\n\n`);
}

function deliverStream(answer: StreamAnswer, note: Note): (write: Write) => Promise<void> {
  return async (write) => {
    try {
      note({ usage: await answer.deliver(write) });
    } catch (cause) {
      // Not awaited: what a slow client has not taken yet must not keep the request from ending.
      void write(encodeErrorEvent(cause));
      throw cause;
    }
  };
}

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

async function forward(
  call: ChatCall,
  provider: ChatProvider,
  ports: ChatCompletionsPorts,
  note: Note,
): Promise<Answer> {
  const startedAtMs = ports.elapsedMs();
  const answer = await provider.chat(call).finally(() => note({ upstreamMs: ports.elapsedMs() - startedAtMs }));
  const headers = { ...answer.headers, 'x-portcullis-provider': provider.name };
  if (answer.kind === 'stream') {
    return { status: answer.status, headers: { ...headers, ...streamHeaders }, body: deliverStream(answer, note) };
  }
  note({ usage: answer.usage });
  return { status: answer.status, headers, body: answer.body };
}

function describe(request: ChatRequest, { provider, model }: Route): Parameters<Note>[0] {
  const isCatalogued = listModels(provider.name).has(model);
  return { provider: provider.name, stream: request.stream === true, ...(isCatalogued && { model }) };
}

/** POST /v1/chat/completions: validate, choose the provider, forward, stream back. Throws GatewayFault before the first byte. */
export async function chatCompletions(
  input: ChatCompletionsInput,
  ports: ChatCompletionsPorts,
): Promise<Outcome<Answer>> {
  const json = parseJsonObject(input.body);
  if (!json.ok) return json;
  const parsed = parseChatRequest(json.value.value);
  if (!parsed.ok) return parsed;
  const timeouts = chooseTimeouts(input.headers, input.remainingMs);
  if (!timeouts.ok) return timeouts;
  const headers = pickClientHeaders(input.headers);
  if (!headers.ok) return headers;
  const request = parsed.value;
  const route = await findRoute(request.model, ports);
  if (!route.ok) return route;
  const { provider, model, credential } = route.value;
  input.note(describe(request, route.value));
  const call = {
    request,
    body: input.body,
    members: json.value.members,
    model,
    credential,
    headers: headers.value,
    timeouts: timeouts.value,
  };
  return accept(await forward(call, provider, ports, input.note));
}
