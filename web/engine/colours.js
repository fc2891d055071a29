/**
 * Gray as colours: between two levels, by a map.
 */

import { byTable, colourTable } from "../instruments/looks.js";

/** @import { Engine, ToRgba } from "../types.d.ts" */
/** @import { MapName } from "../instruments/looks.js" */

/** @type {Record<string, number>} */
const LEVELS = { gray8: 256, gray16: 65536 };

/** @param {Engine} engine */
export function start({ screen }) {
  return {
    /** All levels in gray are as ever. @param {MapName} name @param {number} low @param {number} high @param {number} [most] the highest there is */
    show(name, low, high, most = 255) {
      /** @type {Record<string, ToRgba>} */
      const looks = {};
      const isPlain = name === "gray" && low === 0 && high === most;
      /** @param {number} count */
      const table = (count) => {
        const [first, last] = [low, high].map((level) => (level * (count - 1)) / most);
        return byTable(colourTable(name, count, first, last));
      };
      // The next picture may be of another format.
      screen.look = ({ name: format }) =>
        isPlain || !LEVELS[format] ? null : (looks[format] ??= table(LEVELS[format]));
    },
    end() {
      screen.look = null;
    },
  };
}
