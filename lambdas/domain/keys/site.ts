// Where a browser sends a request from: the origin of the page. Patterns are `host`, `host:port`, `*.host` or `*.host:port`,
// spelt as the URL standard does (lower case, punycode); whoever sets one has it checked (operations/connection-fields.ts).

interface Site {
  /** Without the dot that an absolute name ends in. */
  readonly host: string;
  /** Undefined: that of the scheme. */
  readonly port: string | undefined;
  readonly effectivePort: string;
}

const defaultPorts: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/** The site that a value of `Origin` or `Referer` names. Undefined for `null`, and for what is no page of the web. */
export function parseSite(text: string): Site | undefined {
  const url = URL.parse(text);
  const defaultPort = defaultPorts[url?.protocol ?? ''];
  if (url === null || defaultPort === undefined || url.username !== '' || url.password !== '') return undefined;
  const host = url.hostname.replace(/\.$/, '');
  return { host, port: url.port === '' ? undefined : url.port, effectivePort: url.port || defaultPort };
}

/** A wildcard stands for one label or more, never for none: `*.example.com` is not `example.com`. */
export function matchesSite(pattern: string, { host, port, effectivePort }: Site): boolean {
  const [, wildcard, name = '', wantedPort] = /^(\*)?(\[.*\]|[^:]*)(?::(\d+))?$/.exec(pattern) ?? [];
  if (wantedPort === undefined ? port !== undefined : wantedPort !== effectivePort) return false;
  return wildcard === undefined ? host === name : host.length > name.length && host.endsWith(name);
}
