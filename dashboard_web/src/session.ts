import type { QueryClient } from "@tanstack/react-query";
import { api, ApiError, unwrap } from "./api/client";
import { meQuery } from "./api/queries";
import type { AppRouter } from "./router";

export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** Browsers read a backslash after the first slash as a second one: another host. */
const LOCAL = /^\/(?![/\\])/;

/** Where to go after signing in; never another site. */
export function localPath(target: string | undefined): string {
  return target !== undefined && LOCAL.test(target) ? target : "/";
}

export function endedSessionGoesToLogin(queryClient: QueryClient, router: AppRouter): void {
  queryClient.getQueryCache().subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "error" || !isSignedOut(event.action.error)) return;
    const { href, pathname } = router.state.location;
    if (pathname === "/login") return;
    queryClient.removeQueries({ queryKey: meQuery.queryKey });
    void router.navigate({ to: "/login", search: { redirect: href } });
  });
}

export async function signOut(queryClient: QueryClient, router: AppRouter): Promise<void> {
  await unwrap(api.POST("/api/v1/auth/logout", { body: { deliver: "cookie" } }));
  await router.navigate({ to: "/login" });
  queryClient.clear();
}
