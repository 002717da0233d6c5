import { useSuspenseQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { type ProjectSummary, projectsQuery } from "./api/queries";

/** The project that the URL names, else the first by name. */
export function useProject(): ProjectSummary | undefined {
  const {
    data: { projects },
  } = useSuspenseQuery(projectsQuery);
  const { project } = useSearch({ from: "/app" });
  return projects.find((candidate) => candidate.id === project) ?? projects[0];
}
