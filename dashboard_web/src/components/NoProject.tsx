import { CodeBlock } from "./CodeBlock";

export function NoProject() {
  return (
    <div className="max-w-xl">
      <h1 className="text-2xl font-semibold tracking-tight">No project yet</h1>
      <p className="mt-2 mb-4 text-soft">
        A project holds the events of one app or site. Ask an admin to add you to one, or make it on the server:
      </p>
      <CodeBlock label="command" code={'.venv/bin/analytics projects create "Web shop" --timezone Europe/Berlin'} />
    </div>
  );
}
