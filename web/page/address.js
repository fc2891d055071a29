/**
 * Which stream the page shows, by its own address.
 */

/** A token that no cookie keeps. */
export const held = { token: "" };
/** Of the address, for the page alone. */
const OURS = ["stream", "bare", "worker", "rotate", "mirror"];

/** That of the stream's WebSocket. @param {Record<string, string>} [others] what is requested besides */
export function addressOf(others = {}) {
  const query = new URLSearchParams(location.search);
  // Without a name, the server gives its first stream.
  const name = query.get("stream");
  const url = new URL(name ? `stream/${encodeURIComponent(name)}` : "stream", location.href);
  for (const [key, value] of query) if (!OURS.includes(key)) url.searchParams.set(key, value);
  for (const [key, value] of Object.entries(others)) url.searchParams.set(key, value);
  url.protocol = url.protocol.replace("http", "ws");
  url.hash = held.token && `token=${held.token}`;
  if (document.hidden) url.searchParams.set("fps", "0");
  return url.href;
}
