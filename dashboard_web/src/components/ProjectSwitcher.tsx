import * as DropdownMenu from "@radix-ui/react-dropdown-menu";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Check, ChevronsUpDown } from "lucide-react";
import { projectsQuery } from "../api/queries";
import { zoneOffset } from "../format/date";
import { useProject } from "../project";
import { Button } from "./Button";
import { Menu, MenuChoice, MenuLabel, MenuOption } from "./Menu";

export function ProjectSwitcher() {
  const {
    data: { projects },
  } = useSuspenseQuery(projectsQuery);
  const current = useProject();
  const navigate = useNavigate();
  if (current === undefined) return null;
  return (
    <Menu
      align="start"
      trigger={
        <Button kind="quiet" className="min-w-0 max-w-80 !px-2">
          <span className="sr-only">Project</span>
          <span className="truncate font-semibold text-ink">{current.name}</span>
          <span className="hidden truncate text-xs font-normal text-muted md:inline">{current.timezone}</span>
          <ChevronsUpDown aria-hidden="true" className="size-3.5 shrink-0 text-muted" />
        </Button>
      }
    >
      <MenuLabel>Projects</MenuLabel>
      <MenuChoice
        value={current.id}
        onChange={(project) => void navigate({ to: "/", search: { project } })}
      >
        {projects.map((project) => (
          <MenuOption key={project.id} value={project.id}>
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{project.name}</span>
              <span className="block truncate text-xs text-muted">
                {project.timezone} · {zoneOffset(project.timezone)} · {project.role}
              </span>
            </span>
            <DropdownMenu.ItemIndicator>
              <Check aria-hidden="true" className="size-4 text-accent" />
            </DropdownMenu.ItemIndicator>
          </MenuOption>
        ))}
      </MenuChoice>
    </Menu>
  );
}
