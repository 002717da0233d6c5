import type { ReactNode } from "react";
import { ThemeToggle } from "./AccountMenu";
import { Logo } from "./Logo";

interface AccountPageProps {
  title: string;
  intro: string;
  children: ReactNode;
}

/** The frame around sign-in and registration. */
export function AccountPage({ title, intro, children }: AccountPageProps) {
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="fixed top-3 right-3">
        <ThemeToggle />
      </div>
      <div className="w-full max-w-sm">
        <Logo className="mx-auto mb-5 size-12" />
        <div className="rounded-2xl border border-line bg-surface p-6 shadow-card sm:p-8">
          <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
          <p className="mt-1 mb-6 text-sm text-muted">{intro}</p>
          {children}
        </div>
      </div>
    </main>
  );
}
