/**
 * What a viewer receives, made up: messages, and the picture that each makes.
 */

import { blank, decode } from "../../../web/codec.js";
import { ANNOUNCED, every, extension, format, message, random } from "../pictures.js";

/** @import { Announcement, Picture } from "../../../web/types.d.ts" */
/** @import { Reel } from "../../../web/instruments/reel.js" */

export const BEGAN = 1_760_000_000_000_000;

/** @typedef {{pixels: Uint8Array, number: number, time: number, meta: unknown}} Shown */
/** @typedef {{data: ArrayBuffer, picture: Picture, announced: Announcement, received: number, shown: Shown}} Received */

/** What is shown, apart from the picture that is held. @param {Picture | null} picture @returns {Shown | null} */
export function shownBy(picture) {
  if (!picture) return null;
  const { pixels, number, time, meta } = picture;
  return { pixels: pixels.slice(), number, time, meta };
}

/**
 * Messages of one announcement; some answer a resync, some bring side data.
 * @param {number} seed
 * @param {{count?: number, width?: number, height?: number, name?: string, epoch?: number,
 *   began?: number, every?: number, late?: number,
 *   rows?: number, resyncs?: number}} [values] `every` so many
 *   microseconds, received so `late`; at most so many `rows` change; one of so many is a resync
 * @returns {Generator<Received>}
 */
export function* film(seed, values = {}) {
  const { count = 20, width = 9, height = 6, name = "rgb565", epoch = 7 } = values;
  const { began = BEGAN, late = 5000, rows = height, resyncs = 7 } = values;
  const next = random(seed);
  const announced = { ...ANNOUNCED, epoch, format: name, width, height };
  const picture = blank({ epoch, format: format(name), width, height });
  const { code, colourBytes } = picture.format;
  for (let step = 1; step <= count; step++) {
    const base = step === 1 || next(resyncs) === 0 ? 0 : picture.number;
    const changed = next(rows + 1);
    const firstRow = next(height - changed + 1);
    const colours = Uint8Array.from({ length: changed * width * colourBytes }, () => next(256));
    const parts = changed
      ? [{ firstRow, rows: changed, kind: 0, payload: every(width, changed, colours) }]
      : [];
    const time = began + step * (values.every ?? 40_000);
    const header = { code, epoch, number: picture.number + 1 + next(3), base, time, width, height };
    const extensions = next(3) ? undefined : extension(1, `{"step":${step}}`);
    const bytes = message(extensions ? { ...header, extensions } : header, parts);
    decode(bytes, picture);
    const shown = /** @type {Shown} */ (shownBy(picture));
    yield { data: bytes.buffer, picture, announced, received: time + late, shown };
  }
}

/** One film after the other. @param {Generator<Received>[]} films */
export function* oneAfterAnother(...films) {
  for (const one of films) yield* one;
}

/** All that a tape shows, oldest first. @param {Reel} reel */
export function allOf(reel) {
  return Array.from({ length: reel.length }, (_, at) => shownBy(reel.at(reel.first + at)));
}
