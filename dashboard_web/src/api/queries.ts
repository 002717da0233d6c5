import { keepPreviousData, QueryClient, queryOptions } from "@tanstack/react-query";
import { api, ApiError, type Schemas, unwrap } from "./client";

export type Me = Schemas["Me"];
export type ProjectSummary = Schemas["ProjectSummary"];
export type Overview = Schemas["Overview"];
export type Tile = Schemas["Tile"];
export type TopEvent = Schemas["TopEvent"];
export type AskAnswer = Schemas["AskAnswer"];
export type QueryResult = Schemas["QueryResult"];
export type Column = Schemas["Column"];
export type DataQuality = Schemas["DataQuality"];
export type DataCheck = Schemas["DataCheck"];
export type CheckedDay = Schemas["CheckedDay"];
export type CheckStatus = Schemas["CheckStatus"];
export type LastBuild = Schemas["LastBuild"];

export interface DateRange {
  from: string;
  to: string;
}

export type Period = DateRange | { last: number } | null;

const OVERVIEW_REFRESH_MS = 30_000;
const QUALITY_REFRESH_MS = 60_000;
const MOST_TRIES = 2;

function shouldRetry(failures: number, error: Error): boolean {
  const status = error instanceof ApiError ? error.status : 0;
  return failures < MOST_TRIES && (status === 0 || status >= 500);
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: { queries: { staleTime: 15_000, retry: shouldRetry } },
  });
}

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: () => unwrap(api.GET("/api/v1/auth/me")),
  staleTime: 5 * 60_000,
});

export const registrationQuery = queryOptions({
  queryKey: ["registration"],
  queryFn: () => unwrap(api.GET("/api/v1/auth/registration")),
  staleTime: 0,
});

export const projectsQuery = queryOptions({
  queryKey: ["projects"],
  queryFn: () => unwrap(api.GET("/api/v1/projects")),
  staleTime: 5 * 60_000,
});

export const overviewQuery = (projectId: string, period: Period) =>
  queryOptions({
    queryKey: ["overview", projectId, period],
    queryFn: () =>
      unwrap(api.GET("/api/v1/overview", { params: { query: { project_id: projectId, ...period } } })),
    placeholderData: keepPreviousData,
    refetchInterval: OVERVIEW_REFRESH_MS,
  });

export const qualityQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["quality", projectId],
    queryFn: () => unwrap(api.GET("/api/v1/quality", { params: { query: { project_id: projectId } } })),
    refetchInterval: QUALITY_REFRESH_MS,
  });

export const askQuery = (projectId: string, question: string) =>
  queryOptions({
    queryKey: ["ask", projectId, question],
    queryFn: () =>
      unwrap(
        api.POST("/api/v1/ai/query", {
          params: { query: { project_id: projectId } },
          body: { question, planner: "auto" },
        }),
      ),
    enabled: question !== "",
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
