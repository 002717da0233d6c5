const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** A server that knows itself as 127.0.0.1 is reached from elsewhere under the page's own host. */
export function reachable(ingestUrl: string, pageHost: string): string {
  const url = new URL(ingestUrl);
  if (LOOPBACK.has(url.hostname)) url.hostname = pageHost;
  return url.origin;
}

export function firstEventCommand(ingestUrl: string, key: string): string {
  return `curl ${ingestUrl}/v1/events \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"events": [{"event": "page_view", "anonymous_id": "me",
       "context": {"page": {"path": "/hello"}}}]}'`;
}
