/**
 * The histogram of what is seen.
 */

import { chart } from "../chart.js";
import { make, write } from "../dom.js";

/** @import { Levels } from "../../instruments/types.d.ts" */
/** @import { Page } from "../types.d.ts" */

const EVERY = 500;
const HEIGHT = 100;

/** @param {Page} page @param {HTMLElement} place */
export function open({ view, place: shown }, place) {
  const { svg, lines } = chart("How many pixels have each level, from 0 to 255", HEIGHT);
  const readings = make("dl", { className: "readings" });
  const values = ["Red", "Green", "Blue"].map((name) => {
    const value = make("dd");
    readings.append(make("dt", {}, name), value);
    return value;
  });
  place.append(svg, readings);

  async function draw() {
    const read = await view.use("levels", "read", shown.seenPart);
    if (!read) return;
    /** @type {Levels[]} */
    const channels = read.channels;
    const most = Math.max(...channels.map(({ bins }) => Math.max(...bins)));
    channels.forEach(({ bins, mean, least, greatest }, at) => {
      // By the square root: what is rare is seen beside what is frequent.
      const points = Array.from(bins, (count, level) => {
        return `${level},${(HEIGHT * (1 - Math.sqrt(count / most))).toFixed(1)}`;
      });
      lines[at].setAttribute("points", points.join(" "));
      write(values[at], `${least} to ${greatest}, mean ${mean.toFixed(1)}`);
    });
  }

  draw();
  const timer = setInterval(draw, EVERY);
  return () => clearInterval(timer);
}
