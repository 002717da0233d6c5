import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { BookOpen, LogOut, Moon, Sun } from "lucide-react";
import { meQuery } from "../api/queries";
import { signOut } from "../session";
import { setTheme, useTheme } from "../theme";
import { Button } from "./Button";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "./Menu";

export function ThemeToggle() {
  const theme = useTheme();
  const other = theme === "dark" ? "light" : "dark";
  const Icon = theme === "dark" ? Sun : Moon;
  return (
    <Button kind="quiet" className="!px-2" aria-label={`Switch to the ${other} theme`} onClick={() => setTheme(other)}>
      <Icon aria-hidden="true" className="size-4.5" />
    </Button>
  );
}

function initials(first: string, last: string, email: string): string {
  const letters = `${first.slice(0, 1)}${last.slice(0, 1)}`;
  return (letters === "" ? email.slice(0, 2) : letters).toUpperCase();
}

export function AccountMenu() {
  const { data: me } = useSuspenseQuery(meQuery);
  const queryClient = useQueryClient();
  const router = useRouter();
  const name = `${me.first_name} ${me.last_name}`.trim();
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="grid size-8 place-items-center rounded-full bg-accent-wash text-xs font-semibold text-accent"
        >
          <span className="sr-only">Account</span>
          <span aria-hidden="true">{initials(me.first_name, me.last_name, me.email)}</span>
        </button>
      }
    >
      <MenuLabel>
        {name !== "" && <span className="block text-sm font-medium text-ink">{name}</span>}
        <span className="block truncate">{me.email}</span>
      </MenuLabel>
      <MenuSeparator />
      <MenuItem onSelect={() => window.location.assign("/api/docs")}>
        <BookOpen aria-hidden="true" className="size-4 text-muted" />
        API documentation
      </MenuItem>
      <MenuItem onSelect={() => void signOut(queryClient, router)}>
        <LogOut aria-hidden="true" className="size-4 text-muted" />
        Sign out
      </MenuItem>
    </Menu>
  );
}
