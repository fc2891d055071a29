/**
 * Lines of red, green and blue.
 */

import { makeSvg } from "./dom.js";

/** @param {string} label @param {number} height of 256 wide */
export function chart(label, height) {
  const lines = ["red", "green", "blue"].map((colour) => makeSvg("polyline", { class: colour }));
  const attributes = {
    viewBox: `0 0 256 ${height}`,
    preserveAspectRatio: "none",
    class: "chart",
    role: "img",
    "aria-label": label,
  };
  return { svg: makeSvg("svg", attributes, ...lines), lines };
}
