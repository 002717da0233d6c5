import { PostHog } from "posthog-node";

const [key, host] = process.argv.slice(2);
const client = new PostHog(key, { host, flushAt: 100 });
client.on("error", (error) => { console.error(error); process.exitCode = 1; });
const timestamp = new Date("2026-01-02T03:04:05.678Z");
client.capture({
  distinctId: "u1",
  event: "Order Completed",
  properties: { revenue: 12.5, currency: "EUR", $current_url: "https://example.com/cart", $session_id: "s1" },
  groups: { company: "acme" },
  timestamp,
  uuid: "0192f0c8-7b1a-7c3e-9d2f-0123456789ab",
});
client.identify({ distinctId: "u1", properties: { plan: "pro", $set_once: { first: "a" } } });
client.alias({ distinctId: "u1", alias: "a1" });
client.groupIdentify({ groupType: "company", groupKey: "acme", properties: { seats: 3 } });
console.log(JSON.stringify(await client.getAllFlags("u1")));
await client.shutdown();
