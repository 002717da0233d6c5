import { Link, Outlet } from "@tanstack/react-router";
import { Activity, ChartColumn, MessageCircleQuestionMark, ShieldCheck, type LucideIcon } from "lucide-react";
import { AccountMenu, ThemeToggle } from "./AccountMenu";
import { Logo } from "./Logo";
import { ProjectSwitcher } from "./ProjectSwitcher";

interface Section {
  to: "/" | "/ask" | "/live" | "/quality";
  label: string;
  icon: LucideIcon;
}

const SECTIONS: Section[] = [
  { to: "/", label: "Overview", icon: ChartColumn },
  { to: "/ask", label: "Ask", icon: MessageCircleQuestionMark },
  { to: "/live", label: "Live", icon: Activity },
  { to: "/quality", label: "Quality", icon: ShieldCheck },
];

/** Links keep the project and drop what belongs to one page. */
function SectionLinks({ className, activeClassName }: { className: string; activeClassName: string }) {
  return SECTIONS.map(({ to, label, icon: Icon }) => (
    <Link
      key={to}
      to={to}
      search={(current) => (current.project === undefined ? {} : { project: current.project })}
      activeOptions={{ exact: true, includeSearch: false }}
      activeProps={{ className: activeClassName }}
      className={className}
    >
      <Icon aria-hidden="true" className="size-4.5 shrink-0 sm:size-4" />
      {label}
    </Link>
  ));
}

export function AppShell() {
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only z-50 rounded-lg bg-accent px-4 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <header className="sticky top-0 z-30 border-b border-line bg-surface">
        <div className="mx-auto flex h-14 max-w-7xl items-center gap-2 px-3 sm:px-6">
          <Link to="/" aria-label="Analytics, overview" className="shrink-0 rounded-lg">
            <Logo className="size-7" />
          </Link>
          <span aria-hidden="true" className="ml-1 text-line-strong/50">
            /
          </span>
          <ProjectSwitcher />
          <nav aria-label="Main" className="ml-4 hidden items-center gap-1 sm:flex">
            <SectionLinks
              className="flex h-9 items-center gap-2 rounded-lg px-3 text-sm font-medium text-soft transition-colors hover:bg-sunken hover:text-ink"
              activeClassName="bg-sunken !text-ink"
            />
          </nav>
          <div className="ml-auto flex items-center gap-1.5">
            <ThemeToggle />
            <AccountMenu />
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-7xl flex-1 px-3 pt-6 pb-28 outline-none sm:px-6 sm:pt-8 sm:pb-16">
        <Outlet />
      </main>
      <nav
        aria-label="Main, bottom"
        className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-4 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] sm:hidden"
      >
        <SectionLinks
          className="flex h-14 flex-col items-center justify-center gap-1 text-xs font-medium text-muted"
          activeClassName="!text-accent"
        />
      </nav>
    </div>
  );
}
