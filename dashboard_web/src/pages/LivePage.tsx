import { Card } from "../components/Card";
import { NoProject } from "../components/NoProject";
import { ConnectionState, LiveList } from "../live/LiveStrip";
import { KEPT_EVENTS } from "../live/state";
import { useLiveFeed } from "../live/useLiveFeed";
import type { ProjectSummary } from "../api/queries";
import { useProject } from "../project";

function Live({ project }: { project: ProjectSummary }) {
  const state = useLiveFeed(project.id);
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">Live</h1>
      <p className="mt-1 mb-6 text-sm text-muted">Events as the server takes them in. Times are in {project.timezone}.</p>
      <Card title="Latest events" hint={`The newest ${KEPT_EVENTS} since this page was opened`} actions={<ConnectionState state={state} />}>
        <LiveList state={state} timezone={project.timezone} limit={KEPT_EVENTS} />
      </Card>
    </>
  );
}

export function LivePage() {
  const project = useProject();
  return project === undefined ? <NoProject /> : <Live project={project} />;
}
