/**
 * What lies under the pointer.
 */

import { lookedAt } from "./held.js";
import { inspect, magnify } from "../instruments/inspect.js";

/** @import { Engine } from "../types.d.ts" */

/** @param {Engine} engine */
export function start(engine) {
  return {
    /** The pixel at x, y and the square around it; null outside. @param {number} x @param {number} y @param {number} size */
    at(x, y, size) {
      const shown = lookedAt(engine);
      const pixel = shown && inspect(shown.picture, shown.announced, x, y);
      return pixel && { ...pixel, x, y, square: magnify(shown.picture, x, y, size) };
    },
  };
}
