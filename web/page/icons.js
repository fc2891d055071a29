/**
 * Signs of the buttons, drawn in a square of 24.
 */

import { makeSvg } from "./dom.js";

/** @type {Record<string, string>} */
const PATHS = {
  freeze: "M8 5v14M16 5v14",
  operate: "M6 3l5 16 2.5-6.5L20 10z",
  save: "M12 4v11m-5-5 5 5 5-5M5 20h14",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
};

/** @param {string} name */
export const icon = (name) =>
  makeSvg(
    "svg",
    { viewBox: "0 0 24 24", "aria-hidden": "true" },
    makeSvg("path", { d: PATHS[name] }),
  );
