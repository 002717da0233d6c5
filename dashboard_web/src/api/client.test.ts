// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, ApiError, unwrap } from "./client";

const problem = { type: "token-expired", title: "Unauthorized", status: 401, detail: "Expired.", errors: [] };

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

type Handler = (path: string) => Response | Promise<Response>;

function serve(handler: Handler): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (input: Request | string) => {
    const path = new URL(typeof input === "string" ? input : input.url, "http://localhost").pathname;
    asked.push(path);
    return Promise.resolve(handler(path));
  });
  return asked;
}

describe("session renewal", () => {
  beforeEach(() => localStorage.clear());
  afterEach(() => vi.unstubAllGlobals());

  it("refreshes once and asks again when the access token has expired", async () => {
    let isFresh = false;
    const asked = serve((path) => {
      if (path.endsWith("/refresh")) {
        isFresh = true;
        return json({});
      }
      return isFresh ? json({ projects: [], ingest_url: "" }) : json(problem, 401);
    });

    const body = await unwrap(api.GET("/api/v1/projects"));

    expect(body.projects).toEqual([]);
    expect(asked).toEqual(["/api/v1/projects", "/api/v1/auth/refresh", "/api/v1/projects"]);
  });

  it("gives up when the session has ended", async () => {
    serve(() => json(problem, 401));
    await expect(unwrap(api.GET("/api/v1/projects"))).rejects.toThrow("Expired.");
  });

  it("does not refresh after a wrong password", async () => {
    const asked = serve(() => json({ ...problem, type: "invalid-credentials" }, 401));
    await expect(unwrap(api.POST("/api/v1/auth/login", { body: { email: "a", password: "b", deliver: "cookie" } }))).rejects.toBeInstanceOf(ApiError);
    expect(asked).toEqual(["/api/v1/auth/login"]);
  });

  it("says what to do when the server is away", async () => {
    serve(() => {
      throw new TypeError("Failed to fetch");
    });
    await expect(unwrap(api.GET("/api/v1/projects"))).rejects.toThrow("The server does not answer");
  });
});
