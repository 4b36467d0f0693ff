// Loaded before the Lambda runtime client (`node --require`). The client's native part, an HTTP client for the Runtime
// API written in C++, is never built here, as install scripts are off; this stands in for it, over node:http. Nothing
// else of the runtime client is touched.
'use strict';

const Module = require('node:module');
const http = require('node:http');
const net = require('node:net');

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body, headers) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host, port, agent, method, path: `/2018-06-01/runtime/invocation/${path}`, headers },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ bodyJson: Buffer.concat(chunks).toString(), headers: response.headers }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** As with the native client, a Runtime API that is gone ends the process. */
function post(path, body, headers) {
  const length = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  call('POST', path, body, { ...length, ...headers }).catch(() => process.exit(1));
}

const client = {
  next: () => call('GET', 'next'),
  done: (id, body) => post(`${id}/response`, body),
  error: (id, body) =>
    post(`${id}/error`, body, { 'Lambda-Runtime-Function-Error-Type': String(JSON.parse(body).errorType) }),
};

const nativeClient = './rapid-client.node';
const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function resolve(request, ...rest) {
  return request === nativeClient ? nativeClient : resolveFilename.call(this, request, ...rest);
};
const load = Module._load;
Module._load = function loadModule(request, ...rest) {
  return request === nativeClient ? client : load.call(this, request, ...rest);
};

// The environment must not outlive the runner, however that ends: file descriptor 3 is a pipe that closes with it.
const lifeline = new net.Socket({ fd: 3 });
lifeline.on('close', () => process.exit(1));
lifeline.on('error', () => process.exit(1));
lifeline.resume();
lifeline.unref();
