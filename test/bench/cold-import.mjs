// A process: prints how long importing the module named in its first argument took, milliseconds. Plain JavaScript, as
// loading the type stripper would be counted too.
import { pathToFileURL } from 'node:url';

globalThis.awslambda = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: { from: (stream) => stream },
};

const startMs = performance.now();
await import(pathToFileURL(process.argv[2]).href);
process.stdout.write(String(performance.now() - startMs));
