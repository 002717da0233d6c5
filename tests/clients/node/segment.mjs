import { Analytics } from "@segment/analytics-node";

const [writeKey, host] = process.argv.slice(2);
const analytics = new Analytics({ writeKey, host, maxRetries: 3 });
analytics.on("error", (error) => { console.error(error); process.exitCode = 1; });
const timestamp = new Date("2026-01-02T03:04:05.678Z");
analytics.identify({ userId: "u1", anonymousId: "a1", traits: { plan: "pro", age: 40 } });
analytics.track({
  userId: "u1",
  event: "Order Completed",
  properties: { revenue: 12.5, currency: "EUR" },
  context: {
    ip: "8.8.8.8",
    locale: "en-GB",
    timezone: "Europe/Prague",
    campaign: { source: "letter", medium: "email", name: "may" },
    app: { name: "shop", version: "1.2" },
    os: { name: "iOS", version: "17" },
    device: { type: "ios", model: "iPhone" },
    groupId: "g1",
  },
  timestamp,
  messageId: "0192f0c8-7b1a-7c3e-9d2f-0123456789ab",
});
analytics.page({ userId: "u1", category: "Docs", name: "Home", properties: { url: "https://example.com/docs" } });
analytics.screen({ userId: "u1", name: "Start" });
analytics.group({ userId: "u1", groupId: "g1", traits: { seats: 3 } });
analytics.alias({ userId: "u1", previousId: "a1" });
await analytics.closeAndFlush({ timeout: 20000 });
