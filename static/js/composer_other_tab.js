// The same post in two tabs of one browser: each hears what the other saved.

/** `hear(message)` gets {kind: "open" | "here" | "saved", …} from other tabs. Answers {tell(message), leave()}. */
export function channelOf(uuid, hear) {
  if (!("BroadcastChannel" in window)) return { tell() {}, leave() {} };
  const channel = new BroadcastChannel(`sluice-post-${uuid}`);
  channel.onmessage = (event) => {
    if (event.data.kind === "open") channel.postMessage({ kind: "here" });
    hear(event.data);
  };
  channel.postMessage({ kind: "open" });
  return { tell: (message) => channel.postMessage(message), leave: () => channel.close() };
}
