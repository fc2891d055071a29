/**
 * How often each level is in the picture as it is shown.
 */

import { histogram } from "../instruments/histogram.js";

/** @import { Crop, Engine } from "../types.d.ts" */

/** @param {Engine} engine */
export function start({ screen }) {
  return {
    /** Null before there is a picture. @param {Crop} [box] */
    read: (box) =>
      screen.rgba && screen.picture && histogram(screen.rgba, screen.picture.width, box),
  };
}
