/**
 * Which picture is looked at: the stream's, or one that is held in its place.
 */

import { blank } from "../codec.js";

/** @import { Engine, Held, Kernel, Label, Picture } from "../types.d.ts" */

/**
 * Shows a picture instead of what comes, or, with null, what comes.
 * @param {Engine} engine @param {Held | null} held
 */
export function hold(engine, held) {
  const before = engine.held;
  engine.held = held;
  engine.screen.hold(held?.picture ?? null);
  engine.tell({ type: "status", held: held && label(held.picture) });
  tellShown(engine);
  if (before?.onend !== held?.onend) before?.onend?.();
}

/** The picture shown, and what was announced of it; null before the first. @param {Engine} engine @returns {Held | null} */
export function lookedAt({ held, stream, screen }) {
  if (held) return held;
  const { picture } = screen;
  return picture?.number && stream.announced ? { picture, announced: stream.announced } : null;
}

/** Says which picture is on the canvas, or is at the next refresh. @param {Engine} engine */
export function tellShown(engine) {
  const now = lookedAt(engine);
  if (!now) return;
  engine.tell({ type: "shown", shown: { ...label(now.picture), announced: now.announced } });
}

/** Holds a copy of what is shown. @param {Engine} engine */
export function freeze(engine) {
  const now = lookedAt(engine);
  if (!now) return;
  hold(engine, { announced: now.announced, picture: copyOf(now.picture, engine.kernel) });
}

/** @param {Picture} picture @param {Kernel | null} kernel */
function copyOf(picture, kernel) {
  const copy = Object.assign(blank(picture, kernel), label(picture));
  copy.pixels.set(picture.pixels);
  return copy;
}

/** @param {Picture} picture @returns {Label} */
const label = ({ epoch, number, time, meta }) => ({ epoch, number, time, meta });
