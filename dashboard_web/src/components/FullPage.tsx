import { Link, useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ApiError } from "../api/client";
import { Button } from "./Button";

function FullPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-lg flex-col items-start justify-center gap-4 px-6">
      <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
      {children}
    </main>
  );
}

export function FullPageError({ error }: { error: unknown }) {
  const router = useRouter();
  const detail = error instanceof ApiError ? error.message : "This page failed. Reload it; if it fails again, tell your admin.";
  return (
    <FullPage title={error instanceof ApiError && error.status === 0 ? "The server is away" : "That did not work"}>
      <p className="text-soft">{detail}</p>
      <Button kind="primary" onClick={() => void router.invalidate()}>
        Try again
      </Button>
    </FullPage>
  );
}

export function NotFound() {
  return (
    <FullPage title="There is no such page">
      <p className="text-soft">The address may be mistyped, or the page has moved.</p>
      <Link to="/" className="font-medium text-accent underline underline-offset-4">
        Go to the overview
      </Link>
    </FullPage>
  );
}
