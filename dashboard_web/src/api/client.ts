import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

/** An error with words for the person in front of the screen. */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ApiError";
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }
}

const UNREACHABLE: Problem = {
  type: "unreachable",
  title: "No answer",
  status: 0,
  detail: "The server does not answer. Check your connection, or run “analytics status” on the server.",
};

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "detail" in body && "status" in body;
}

/** Tabs share the refresh cookie, which works once: one of them refreshes, the others wait. */
const REFRESH_LOCK = "analytics-session-refresh";
/** A refresh this recent by another tab has already renewed the cookies. */
const FRESH_MS = 10_000;
const REFRESHED_AT = "session-refreshed-at";

async function refreshOnce(): Promise<boolean> {
  const last = Number(localStorage.getItem(REFRESHED_AT) ?? 0);
  if (Date.now() - last < FRESH_MS) return true;
  const response = await fetch("/api/v1/auth/refresh", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ deliver: "cookie" }),
  });
  if (response.ok) localStorage.setItem(REFRESHED_AT, String(Date.now()));
  return response.ok;
}

/** Whether there is a session again. */
export async function refreshSession(): Promise<boolean> {
  try {
    // navigator.locks is missing on plain http away from localhost.
    if (!("locks" in navigator)) return await refreshOnce();
    return await navigator.locks.request(REFRESH_LOCK, refreshOnce);
  } catch {
    return false;
  }
}

const WITHOUT_REFRESH = /\/api\/v1\/auth\/(login|register|refresh|logout|registration)$/;

const retries = new WeakMap<Request, Request>();

const renewSession: Middleware = {
  onRequest({ request }) {
    // A body can be read once; keep a copy for the second try.
    retries.set(request, request.clone());
    return undefined;
  },
  async onResponse({ request, response }) {
    if (response.status !== 401 || WITHOUT_REFRESH.test(new URL(request.url).pathname)) return undefined;
    if (!(await refreshSession())) return undefined;
    const again = retries.get(request);
    return again === undefined ? undefined : fetch(again);
  },
};

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: (request) => fetch(request),
});
api.use(renewSession);

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data, or an ApiError whatever went wrong. */
export async function unwrap<T>(call: Promise<Outcome<T>>): Promise<T> {
  let outcome: Outcome<T>;
  try {
    outcome = await call;
  } catch {
    throw new ApiError(UNREACHABLE);
  }
  if (outcome.response.ok) return outcome.data as T;
  if (isProblem(outcome.error)) throw new ApiError(outcome.error);
  throw new ApiError({ ...UNREACHABLE, status: outcome.response.status });
}
