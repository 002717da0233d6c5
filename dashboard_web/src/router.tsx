import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { meQuery, projectsQuery } from "./api/queries";
import { AppShell } from "./components/AppShell";
import { FullPageError, NotFound } from "./components/FullPage";
import { PageSkeleton } from "./components/Skeleton";
import { OverviewPage } from "./pages/OverviewPage";
import { isSignedOut } from "./session";
import { askSearch, loginSearch, overviewSearch, projectSearch, qualitySearch, registerSearch } from "./search";

interface RouterContext {
  queryClient: QueryClient;
}

const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
});

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: loginSearch,
  component: lazyRouteComponent(() => import("./pages/LoginPage"), "LoginPage"),
});

const registerRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/register",
  validateSearch: registerSearch,
  component: lazyRouteComponent(() => import("./pages/RegisterPage"), "RegisterPage"),
});

const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "app",
  validateSearch: projectSearch,
  beforeLoad: async ({ context, location }) => {
    try {
      await Promise.all([
        context.queryClient.query({ ...meQuery, staleTime: "static" }),
        context.queryClient.query({ ...projectsQuery, staleTime: "static" }),
      ]);
    } catch (error) {
      if (isSignedOut(error)) throw redirect({ to: "/login", search: { redirect: location.href } });
      throw error;
    }
  },
  component: AppShell,
  pendingComponent: PageSkeleton,
});

export const overviewRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/",
  validateSearch: overviewSearch,
  component: OverviewPage,
});

export const askRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/ask",
  validateSearch: askSearch,
  component: lazyRouteComponent(() => import("./pages/AskPage"), "AskPage"),
});

export const liveRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/live",
  component: lazyRouteComponent(() => import("./pages/LivePage"), "LivePage"),
});

export const qualityRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/quality",
  validateSearch: qualitySearch,
  component: lazyRouteComponent(() => import("./pages/QualityPage"), "QualityPage"),
});

const routeTree = rootRoute.addChildren([
  loginRoute,
  registerRoute,
  appRoute.addChildren([overviewRoute, askRoute, liveRoute, qualityRoute]),
]);

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: "intent",
    defaultErrorComponent: FullPageError,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

export type AppRouter = ReturnType<typeof createAppRouter>;

declare module "@tanstack/react-router" {
  interface Register {
    router: AppRouter;
  }
}
