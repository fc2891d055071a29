/**
 * The picture shown as a PNG: exactly the pixels that were received.
 */

import { lookedAt } from "./held.js";
import { aboutPicture, fileName, png } from "../instruments/png.js";

/** @import { Engine } from "../types.d.ts" */

/** @param {Engine} engine */
export function start(engine) {
  return {
    /** @param {string} name of the stream */
    async png(name) {
      const shown = lookedAt(engine);
      if (!shown) throw new Error("there is no picture yet");
      const { picture } = shown;
      const { pixels, format, width, height, time, number } = picture;
      const rgba = new Uint32Array(width * height);
      format.toRgba(pixels, rgba, 0, rgba.length);
      const blob = await png(rgba, width, height, aboutPicture(name, picture));
      return { blob, name: fileName(name, time, number, "png") };
    },
  };
}
