// The same post in two tabs of one browser: each hears what the other saved.

/** `hear(message)` gets {kind: "open" | "here" | "left" | "saved", …} from other tabs. Answers {tell(message), leave()}. */
export function channelOf(uuid, hear) {
  if (!("BroadcastChannel" in window)) return { tell() {}, leave() {} };
  const channel = new BroadcastChannel(`sluice-post-${uuid}`);
  channel.onmessage = (event) => {
    if (event.data.kind === "open") channel.postMessage({ kind: "here" });
    // Somebody else may still be there.
    if (event.data.kind === "left") channel.postMessage({ kind: "open" });
    hear(event.data);
  };
  channel.postMessage({ kind: "open" });
  const gone = () => channel.postMessage({ kind: "left" });
  addEventListener("pagehide", gone);
  return {
    tell: (message) => channel.postMessage(message),
    leave() {
      removeEventListener("pagehide", gone);
      channel.close();
    },
  };
}
