import RudderAnalytics from "@rudderstack/rudder-sdk-node";

const [writeKey, dataPlaneUrl] = process.argv.slice(2);
const client = new RudderAnalytics(writeKey, { dataPlaneUrl, gzip: true });
client.identify({ userId: "u1", anonymousId: "a1", traits: { plan: "pro" } });
const timestamp = new Date("2026-01-02T03:04:05.678Z");
client.track({ userId: "u1", event: "clicked", properties: { n: 1 }, timestamp });
client.group({ userId: "u1", groupId: "g1", traits: { seats: 3 } });
await new Promise((resolve, reject) => client.flush((error) => (error ? reject(error) : resolve())));
