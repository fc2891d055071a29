/**
 * Gray as colours: between two levels, by a map.
 */

import { byTable, colourTable } from "../instruments/looks.js";

/** @import { Engine, ToRgba } from "../types.d.ts" */
/** @import { MapName } from "../instruments/looks.js" */

/** @param {Engine} engine */
export function start({ screen }) {
  return {
    /** @param {MapName} name @param {number} low @param {number} high */
    show(name, low, high) {
      const levels = (/** @type {number} */ count) => byTable(colourTable(name, count, low, high));
      /** @type {Record<string, ToRgba>} */
      const looks = { gray8: levels(256), gray16: levels(65536) };
      // The next picture may be of another format.
      screen.look = ({ name: format }) => looks[format] ?? null;
    },
    end() {
      screen.look = null;
    },
  };
}
