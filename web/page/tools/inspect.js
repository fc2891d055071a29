/**
 * The pixel under the pointer, its neighbours large; without a pointer, the one in the middle.
 */

import { partOf } from "../../source.js";
import { make, write } from "../dom.js";

/** @import { Place as Point } from "../../instruments/types.d.ts" */
/** @import { View } from "../../view.js" */
/** @import { Page } from "../types.d.ts" */

/** Pixels of the magnifier's side, each so many CSS pixels large. */
const SIDE = 15;
const LARGE = 16;

/** @param {Page} page @param {HTMLElement} place */
export function open(page, place) {
  const { view, place: shown, stage } = page;
  const say = readings(place);
  const listening = new AbortController();
  const { signal } = listening;
  let at = middle();
  let isAsking = false;

  function middle() {
    const [x, y, width, height] = shown.seenPart;
    return { x: x + width / 2, y: y + height / 2 };
  }

  /** One question at a time: the newest place is asked next. */
  async function ask() {
    if (isAsking) return;
    isAsking = true;
    const asked = at;
    const [nearest, x, y] = finest(page, asked);
    const pixel = await nearest.use("inspect", "at", x, y, SIDE).catch(() => null);
    isAsking = false;
    if (signal.aborted) return;
    if (pixel) say(pixel);
    if (asked !== at) ask();
  }

  const follow = (/** @type {PointerEvent} */ event) => {
    at = shown.at(event);
    ask();
  };
  stage.addEventListener("pointermove", follow, { signal });
  stage.addEventListener("pointerdown", follow, { signal });
  const recentre = () => {
    if (!stage.matches(":hover")) at = middle();
    ask();
  };
  shown.addEventListener("move", recentre, { signal });
  view.addEventListener("shown", ask, { signal });
  view.addEventListener("status", ask, { signal });
  ask();
  return () => listening.abort();
}

/** Who shows this place of the picture finest, and in which of its pixels. @param {Page} page @param {Point} at @returns {[View, number, number]} */
function finest({ view, finer }, { x, y }) {
  const [all, part] = [view, finer].map((one) => one?.shown?.announced);
  if (all && part && finer) {
    const [[left, top], [from, down]] = [all, part].map(partOf);
    const across = Math.floor((left + x * all.step - from) / part.step);
    const row = Math.floor((top + y * all.step - down) / part.step);
    const isInside = across >= 0 && across < part.width && row >= 0 && row < part.height;
    if (isInside) return [finer, across, row];
  }
  return [view, Math.floor(x), Math.floor(y)];
}

/** The magnifier and the words. @param {HTMLElement} place */
function readings(place) {
  const lens = make("canvas", {
    width: SIDE,
    height: SIDE,
    className: "lens",
    role: "img",
    ariaLabel: "The pixels around",
  });
  lens.style.width = lens.style.height = `${SIDE * LARGE}px`;
  const context = /** @type {CanvasRenderingContext2D} */ (lens.getContext("2d"));
  const rows = make("dl", { className: "readings" });
  place.append(lens, rows);
  /** @type {Map<string, HTMLElement>} */
  const values = new Map();
  /** @param {string} name @param {string} value */
  const reading = (name, value) => {
    const known = values.get(name) ?? make("dd");
    if (!values.has(name)) rows.append(make("dt", {}, name), known);
    values.set(name, known);
    write(known, value);
  };
  return (/** @type {any} */ { source, said, channels, square }) => {
    context.putImageData(new ImageData(new Uint8ClampedArray(square.buffer), SIDE, SIDE), 0, 0);
    const [x, y, width, height] = source;
    reading("Source x, y", `${span(x, width)}, ${span(y, height)}`);
    for (const { name, stored, bits, shown } of channels) {
      reading(name, bits === 8 ? `${stored}` : `${stored} of ${2 ** bits - 1}, shown as ${shown}`);
    }
    reading("As stored", said);
  };
}

/** @param {number} from @param {number} count */
const span = (from, count) => (count > 1 ? `${from}–${from + count - 1}` : `${from}`);
