import fc from 'fast-check';

// Bodies of Chat Completions that hold nothing but what every dialect can say, in the spelling that the gateway itself uses.

/** Anthropic takes no text that shows nothing. */
const visibleText = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() !== '');

const base64 = fc.uint8Array({ minLength: 1, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64'));
export const toolName = fc.stringMatching(/^[a-zA-Z0-9_-]{1,24}$/);
const callId = fc.stringMatching(/^call_[a-zA-Z0-9]{8}$/);

const textPart = visibleText.map((text) => ({ type: 'text', text }));
const imagePart = fc.oneof(
  fc.webUrl().map((url) => ({ type: 'image_url', image_url: { url } })),
  base64.map((data) => ({ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } })),
);
const filePart = base64.map((data) => ({
  type: 'file',
  file: { filename: 'paper.pdf', file_data: `data:application/pdf;base64,${data}` },
}));

/** One text alone is a string. */
const userContent = fc.oneof(
  visibleText,
  fc.array(fc.oneof(textPart, imagePart, filePart), { minLength: 2, maxLength: 4 }),
);

const user = userContent.map((content) => ({ role: 'user', content }));

/** Numbers that no double holds among them, as texts that are what JSON.stringify writes. */
export const toolArguments = fc.oneof(
  fc
    .dictionary(
      fc.stringMatching(/^[a-z]{1,8}$/),
      fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string())),
    )
    .map((value) => JSON.stringify(value)),
  fc.bigInt({ min: 2n ** 60n, max: 2n ** 64n }).map((id) => `{"id":${id}}`),
);

const toolCall = fc.record({
  id: callId,
  type: fc.constant('function'),
  function: fc.record({ name: toolName, arguments: toolArguments }),
});

const said = visibleText.map((content) => [{ role: 'assistant', content }]);

/** Calls, and the result of each. */
const used = fc
  .record({
    content: fc.option(visibleText),
    calls: fc.uniqueArray(toolCall, { selector: ({ id }) => id, minLength: 1, maxLength: 3 }),
    results: fc.array(visibleText, { minLength: 3, maxLength: 3 }),
  })
  .map(({ content, calls, results }) => [
    { role: 'assistant', content, tool_calls: calls },
    ...calls.map(({ id }, index) => ({ role: 'tool', tool_call_id: id, content: results[index] })),
  ]);

const exchange = fc.tuple(user, fc.oneof(said, used)).map(([asked, answered]) => [asked, ...answered]);

const schema = fc.constantFrom(
  { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
  { type: 'object', properties: {} },
);

const tool = fc.record({
  type: fc.constant('function'),
  function: fc.record({ name: toolName, description: visibleText, parameters: schema }),
});

const toolFields = fc
  .uniqueArray(tool, { selector: (each) => each.function.name, minLength: 1, maxLength: 3 })
  .chain((tools) =>
    fc.record(
      {
        tools: fc.constant(tools),
        tool_choice: fc.oneof(
          fc.constantFrom('auto', 'none', 'required'),
          fc
            .constantFrom(...tools.map((each) => each.function.name))
            .map((name) => ({ type: 'function', function: { name } })),
        ),
      },
      { requiredKeys: ['tools'] },
    ),
  );

const system = fc
  .option(visibleText, { nil: undefined })
  .map((content) => (content === undefined ? [] : [{ role: 'system', content }]));

const messages = fc
  .tuple(system, fc.array(exchange, { maxLength: 3 }), user)
  .map(([first, exchanges, last]) => [...first, ...exchanges.flat(), last]);

const options = fc.record(
  {
    max_completion_tokens: fc.integer({ min: 1, max: 100_000 }),
    stop: fc.array(visibleText, { minLength: 1, maxLength: 4 }),
    user: fc.stringMatching(/^[a-z0-9-]{1,32}$/),
  },
  { requiredKeys: ['max_completion_tokens'] },
);

/** Not beside one another, as Claude does not take both. */
const sampling = fc.oneof(
  fc.constant({}),
  fc.double({ min: 0, max: 1, noNaN: true }).map((temperature) => ({ temperature: Math.abs(temperature) })),
  fc.double({ min: 0, max: 1, noNaN: true }).map((top_p) => ({ top_p: Math.abs(top_p) })),
);

const streaming = fc.constantFrom({}, { stream: true, stream_options: { include_usage: true } });

export const chatBody = fc
  .tuple(messages, fc.option(toolFields, { nil: {} }), options, sampling, streaming)
  .map(([said_, tools, limits, sampled, streamed]) => ({
    model: 'gpt-4.1',
    messages: said_,
    ...streamed,
    ...tools,
    ...limits,
    ...sampled,
  }));
