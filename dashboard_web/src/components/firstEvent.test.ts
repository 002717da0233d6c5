import { describe, expect, it } from "vitest";
import { firstEventCommand, reachable } from "./firstEvent";

describe("first event command", () => {
  it("holds the address and the key", () => {
    const command = firstEventCommand("http://shop.test:3001", "wk_1");
    expect(command).toContain("curl http://shop.test:3001/v1/events");
    expect(command).toContain("Authorization: Bearer wk_1");
  });

  it("carries a body that is valid JSON", () => {
    const body = /-d '(.*)'$/s.exec(firstEventCommand("http://x", "k"))?.[1] ?? "";
    expect(JSON.parse(body)).toEqual({
      events: [{ event: "page_view", anonymous_id: "me", context: { page: { path: "/hello" } } }],
    });
  });

  it("names the page's host where the server only knows itself as loopback", () => {
    expect(reachable("http://127.0.0.1:3001", "analytics.lan")).toBe("http://analytics.lan:3001");
    expect(reachable("https://events.example.com", "analytics.lan")).toBe("https://events.example.com");
  });
});
