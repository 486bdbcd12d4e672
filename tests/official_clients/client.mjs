// Drives an official JavaScript client by lines of JSON on stdin, tells what it does on stdout.
// Arguments: protocol (v1 or v2), encoding (json or protobuf), URL, token.
import { createInterface } from "node:readline";
import WebSocket from "ws";

const [protocol, encoding, url, token] = process.argv.slice(2);
const isProtobuf = encoding === "protobuf";

function tell(event, context = {}) {
  process.stdout.write(JSON.stringify({ event, ...context }) + "\n");
}

// Bytes as hexadecimal digits, which JSON can carry.
function shown(data) {
  return data instanceof Uint8Array ? { hex: Buffer.from(data).toString("hex") } : data;
}

function payload(data) {
  return isProtobuf ? Buffer.from(JSON.stringify(data)) : data;
}

function publication(found) {
  // Version 2 of the client tells long numbers as objects.
  const told = { offset: Number(String(found.offset)), data: shown(found.data) };
  return found.info ? { ...told, user: found.info.user } : told;
}

function failed(error) {
  tell("failed", { code: error.code, message: error.message });
}

// The client of protocol v2 (releases 4 to 6).
async function clientOfV2() {
  const { Centrifuge } = await import(isProtobuf ? "centrifuge/build/protobuf" : "centrifuge")
    .then((module) => (module.Centrifuge ? module : module.default));
  const delays = { minReconnectDelay: 10, maxReconnectDelay: 100 };
  const client = new Centrifuge(url, { websocket: WebSocket, token, ...delays });
  client.on("connected", (context) => tell("connected", { client: context.client }));
  client.on("disconnected", ({ code, reason }) => tell("disconnected", { code, reason }));
  const subscription = (channel) => client.getSubscription(channel);
  return {
    connect: () => client.connect(),
    disconnect: () => client.disconnect(),
    subscribe({ channel, delta }) {
      const made = client.newSubscription(channel, delta ? { delta } : {});
      made.on("subscribed", ({ recovered, wasRecovering }) =>
        tell("subscribed", { recovered, wasRecovering }));
      made.on("publication", (found) => tell("publication", publication(found)));
      made.subscribe();
    },
    publish: ({ channel, data }) => subscription(channel).publish(payload(data)),
    history: async ({ channel, limit }) => {
      const { publications } = await subscription(channel).history({ limit });
      return publications.map(publication);
    },
    presence: async ({ channel }) =>
      Object.values((await subscription(channel).presence()).clients).map(({ user }) => user),
  };
}

// The client of protocol v1 (release 2).
async function clientOfV1() {
  const name = isProtobuf ? "centrifuge-v2/dist/centrifuge.protobuf.js" : "centrifuge-v2";
  const { default: Centrifuge } = await import(name);
  const delays = { minRetry: 10, maxRetry: 100 };
  const query = isProtobuf ? "?format=protobuf" : "";
  const client = new Centrifuge(url + query, { websocket: WebSocket, ...delays });
  client.setToken(token);
  client.on("connect", (context) => tell("connected", { client: context.client }));
  client.on("disconnect", ({ code, reason, reconnect }) =>
    tell("disconnected", { code, reason, reconnect }));
  const subscriptions = {};
  return {
    connect: () => client.connect(),
    disconnect: () => client.disconnect(),
    subscribe({ channel }) {
      subscriptions[channel] = client.subscribe(channel, {
        subscribe: ({ recovered, isResubscribe }) =>
          tell("subscribed", { recovered, wasRecovering: isResubscribe }),
        publish: (found) => tell("publication", publication(found)),
      });
    },
    publish: ({ channel, data }) => subscriptions[channel].publish(payload(data)),
    history: async ({ channel }) => {
      const { publications } = await subscriptions[channel].history();
      return publications.map(publication);
    },
    presence: async ({ channel }) =>
      Object.values((await subscriptions[channel].presence()).presence).map(({ user }) => user),
  };
}

const client = await (protocol === "v1" ? clientOfV1() : clientOfV2());
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  try {
    const answer = await client[order.do](order);
    if (answer !== undefined) tell(order.do, { answer });
  } catch (error) {
    failed(error);
  }
}
process.exit(0);
