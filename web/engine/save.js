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
      const { rgbaOf } = await import("../formats/raw.js");
      const { width, height, time, number } = picture;
      const blob = await png(rgbaOf(picture), width, height, aboutPicture(name, picture));
      return { blob, name: fileName(name, time, number, "png") };
    },
  };
}
