import { CodeBlock } from "./CodeBlock";

const INGEST_PORT = 3001;

export function firstEventCommand(hostname: string): string {
  return `curl http://${hostname}:${INGEST_PORT}/v1/events \\
  -H "Authorization: Bearer $WRITE_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"events": [{"event": "page_view", "anonymous_id": "me",
       "context": {"page": {"path": "/hello"}}}]}'`;
}

/** How to send a first event, ready to paste. */
export function FirstEventGuide({ className }: { className?: string }) {
  return (
    <div className={className}>
      <CodeBlock label="first event command" code={firstEventCommand(window.location.hostname)} />
      <p className="mt-2 text-xs text-muted">
        Make a write key with <code className="font-mono">analytics keys create --project NAME --kind write</code>.
      </p>
    </div>
  );
}
