/**
 * Signs of the buttons, drawn in a square of 24.
 */

const SVG = "http://www.w3.org/2000/svg";

/** @type {Record<string, string>} */
const PATHS = {
  freeze: "M8 5v14M16 5v14",
  go: "M7 5l12 7-12 7z",
  operate: "M6 3l5 16 2.5-6.5L20 10z",
  save: "M12 4v11m-5-5 5 5 5-5M5 20h14",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  close: "M6 6l12 12M18 6 6 18",
};

/** @param {string} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
