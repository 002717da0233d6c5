import { useMutation, useSuspenseQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { api, unwrap } from "../api/client";
import { type ProjectSummary, projectsQuery } from "../api/queries";
import { useProject } from "../project";
import { Button } from "./Button";
import { CodeBlock } from "./CodeBlock";
import { firstEventCommand, reachable } from "./firstEvent";
import { ErrorNotice } from "./Notice";

function mayMakeKeys(project: ProjectSummary): boolean {
  return project.role === "owner" || project.role === "admin";
}

/** How to send a first event, ready to paste. */
export function FirstEventGuide({ className }: { className?: string }) {
  const project = useProject();
  const { data } = useSuspenseQuery(projectsQuery);
  const makeKey = useMutation({
    mutationFn: (projectId: string) =>
      unwrap(
        api.POST("/api/v1/projects/{project_id}/keys", {
          params: { path: { project_id: projectId } },
          body: { kind: "write", name: "First event" },
        }),
      ),
  });
  if (project === undefined) return null;
  const ingestUrl = reachable(data.ingest_url, window.location.hostname);
  return (
    <div className={className}>
      <CodeBlock label="command" code={firstEventCommand(ingestUrl, makeKey.data?.key ?? "$WRITE_KEY")} />
      <div className="mt-3 flex flex-col items-start gap-2 text-xs text-muted">
        {makeKey.error !== null && <ErrorNotice error={makeKey.error} />}
        {makeKey.data !== undefined && <p>The key in this command is shown only now. Keep it where your app reads its settings.</p>}
        {makeKey.data === undefined && mayMakeKeys(project) && (
          <Button disabled={makeKey.isPending} onClick={() => makeKey.mutate(project.id)}>
            <KeyRound aria-hidden="true" className="size-4 text-muted" />
            Put a new write key into the command
          </Button>
        )}
        {!mayMakeKeys(project) && <p>Ask an admin of the project for a write key.</p>}
      </div>
    </div>
  );
}
