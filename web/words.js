/**
 * What the page says of a stream, in words and figures.
 */

/** @import { SideData, State, Status } from "./types.d.ts" */

/** Characters of what another machine says. */
const MOST_SHOWN = 200;

/**
 * The state in one word, and what to add to it; `today` is in ms since 1970.
 * @param {Status} stream @param {number} today
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
  const detail = detailOf(stream, state, today);
  if (state === "absent") return { state, word: "no such stream", detail };
  // Screen readers speak each new word; a screen that stands still now and then is no news.
  if (state === "unchanged") return { state: "live", word: "live", detail };
  return { state, word: state, detail };
}

/** @param {Status} stream @param {State} state @param {number} today */
function detailOf(stream, state, today) {
  switch (state) {
    case "unchanged":
      return stream.unchangedFor < 60_000
        ? `unchanged for ${seconds(stream.unchangedFor)}`
        : `unchanged since ${timeOfDay(today - stream.unchangedFor)}`;
    case "stale":
      return `silent for ${seconds(stream.silentFor)}`;
    case "lost":
    case "absent": {
      const left = Math.ceil(stream.retryIn / 1000);
      const doing = state === "lost" ? "reconnecting" : "asking again";
      return left > 0 ? `${doing} in ${left} s` : doing;
    }
  }
  return "";
}

/**
 * The sentence over the picture, or "".
 * @param {Status} stream @param {number} today
 */
export function notice(stream, today) {
  const { state, unchangedFor } = stream;
  const reason = printable(stream.reason);
  if (state === "absent") return `The server says: ${reason}.`;
  if (state === "refused") return `The server refused this page: ${reason}.`;
  if (state === "stale") {
    return unchangedFor === Infinity ? "" : `The picture may be ${old(unchangedFor)} old.`;
  }
  if (state !== "lost") return printable(stream.problem ?? "");
  const why = reason && `: ${reason}`;
  if (unchangedFor === Infinity) return `There is no connection${why}.`;
  const time = timeOfDay(today - unchangedFor);
  return `The connection was lost${why}. This is the picture of ${time}, ${old(unchangedFor)} old.`;
}

/** Shapes as on recorders: colour alone would not do. @type {Record<string, string>} */
const MARKS = { live: "●", stale: "▲", problem: "▲", lost: "■", absent: "■", refused: "■" };

/** The page's title. @param {string} state @param {string} name of the stream @param {string} news that was asked for, or "" */
export const titleOf = (state, name, news) =>
  `${news && `(${news}) `}${MARKS[state] ?? "○"} ${printable(name) || "ws-stream"}`;

/** What the device says of the picture shown, or "". @param {SideData | null} [meta] */
export function sideData(meta) {
  const said = Object.entries(meta ?? {}).map(([name, value]) => {
    return `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`;
  });
  return printable(said.join(" · "));
}

/** One line without what turns the direction of writing or cannot be seen. @param {string} text */
export function printable(text) {
  const line = text.slice(0, MOST_SHOWN).replace(/\s+/g, " ").replace(/\p{C}/gu, "\ufffd");
  return text.length > MOST_SHOWN ? `${line}…` : line;
}

/** @param {number} ms */
function seconds(ms) {
  return `${Math.floor(ms / 1000)} s`;
}

/** @param {number} ms */
function old(ms) {
  if (ms < 60_000) return seconds(ms);
  const minutes = Math.floor(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

/** @param {number} ms */
function timeOfDay(ms) {
  return new Date(ms).toLocaleTimeString("en-GB");
}

/** Three digits: the width hardly changes. @param {number} bytes */
export function bytesPerSecond(bytes) {
  if (bytes < 999.5) return `${Math.round(bytes)} B/s`;
  const [amount, unit] = bytes < 999_500 ? [bytes / 1e3, "kB/s"] : [bytes / 1e6, "MB/s"];
  return `${amount.toPrecision(3)} ${unit}`;
}

/** @param {number | null} ms @param {number | null} [off] how uncertain that is */
export function duration(ms, off) {
  if (ms === null) return "–";
  const [unit, digits, name] = ms < 999.5 ? [1, 0, "ms"] : [1000, 1, "s"];
  const error = ((off ?? 0) / unit).toFixed(digits);
  return `${(ms / unit).toFixed(digits)} ${name}${Number(error) ? ` ±${error}` : ""}`;
}
