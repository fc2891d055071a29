/**
 * What the page says of a stream, in words and figures for people. Knows nothing of elements.
 */

/** @import { Stream, State } from "./stream.js" */

/**
 * The state in one word, and what to add to it; `today` is in milliseconds since 1970.
 * @param {Stream} stream @param {number} today
 * @returns {{state: State | "problem", word: string, detail: string}}
 */
export function describe(stream, today) {
  const { state } = stream;
  if (stream.problem !== null && (state === "live" || state === "unchanged")) {
    return { state: "problem", word: "no pictures", detail: "from the device" };
  }
  if (state === "unchanged" && stream.unchangedFor === Infinity) {
    return { state, word: "waiting", detail: "for the first picture" };
  }
  return { state, word: state, detail: detailOf(stream, state, today) };
}

/** @param {Stream} stream @param {State} state @param {number} today */
function detailOf(stream, state, today) {
  switch (state) {
    case "unchanged":
      return stream.unchangedFor < 60_000
        ? `for ${seconds(stream.unchangedFor)}`
        : `since ${timeOfDay(today - stream.unchangedFor)}`;
    case "stale":
      return `silent for ${seconds(stream.silentFor)}`;
    case "lost": {
      const left = Math.ceil((stream.retryAt - performance.now()) / 1000);
      return left > 0 ? `reconnecting in ${left} s` : "reconnecting";
    }
  }
  return "";
}

/**
 * The sentence to lay over the picture, or an empty one.
 * @param {Stream} stream @param {number} today @param {string} refusal the server's, if it told
 */
export function notice(stream, today, refusal) {
  const { state, problem, unchangedFor } = stream;
  const reason = refusal || stream.reason;
  if (state === "refused") return `The server refused this page: ${reason}`;
  if (state === "stale") return "The picture may be old.";
  if (state !== "lost") return problem ?? "";
  const why = reason && `: ${reason}`;
  if (unchangedFor === Infinity) return `There is no connection${why}.`;
  const time = timeOfDay(today - unchangedFor);
  return `The connection was lost${why}. This is the picture of ${time}.`;
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return `${Math.floor(milliseconds / 1000)} s`;
}

/** @param {number} milliseconds */
function timeOfDay(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString("en-GB");
}

/** Three digits and a unit, so that the width hardly changes. @param {number} bytes */
export function bytesPerSecond(bytes) {
  if (bytes < 999.5) return `${Math.round(bytes)} B/s`;
  const [amount, unit] = bytes < 999_500 ? [bytes / 1e3, "kB/s"] : [bytes / 1e6, "MB/s"];
  return `${amount.toPrecision(3)} ${unit}`;
}

/** Two clocks agree to some milliseconds; less than none is none. @param {number | null} milliseconds */
export function duration(milliseconds) {
  if (milliseconds === null) return "–";
  if (milliseconds < 999.5) return `${Math.max(0, Math.round(milliseconds))} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
