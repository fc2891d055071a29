/**
 * Gray as colours: between two levels, by a map.
 */

import { byTable, colourTable } from "../instruments/looks.js";

/** @import { Engine } from "../types.d.ts" */
/** @import { MapName } from "../instruments/looks.js" */

/** @param {Engine} engine */
export function start({ screen }) {
  return {
    /** @param {MapName} name @param {number} low @param {number} high */
    show(name, low, high) {
      const toRgba = byTable(colourTable(name, 256, low, high));
      // The next picture may be of another format.
      screen.look = (format) => (format.name === "gray8" ? toRgba : null);
    },
    end() {
      screen.look = null;
    },
  };
}
