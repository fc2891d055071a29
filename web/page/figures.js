/**
 * The strip of figures: a cell for each, the age large, rate and data as lines of a minute.
 */

import { Series, polyline, roundUp } from "../instruments/series.js";
import { bytesPerSecond, duration, sideData } from "../words.js";
import { find, make, makeSvg, write } from "./dom.js";

/** @import { View } from "../view.js" */
/** @import { ShownPicture, Statistics, Status } from "../types.d.ts" */

const WIDTH = 120;
const HEIGHT = 24;

/** In their order. What is "" has no cell. @type {[id: string, name: string, text: (all: {figures: Statistics, status: Status, shown: ShownPicture | null, part: string}) => string][]} */
const CELLS = [
  ["age", "Age", ({ figures }) => duration(figures.age, figures.uncertainty)],
  ["rate", "Pictures/s", ({ figures }) => figures.picturesPerSecond.toFixed(1)],
  ["data", "Data", ({ figures }) => bytesPerSecond(figures.bytesPerSecond)],
  ["trip", "Round trip", ({ figures }) => duration(figures.roundTrip)],
  ["part", "Picture", ({ part }) => part || "–"],
  ["format", "Format", ({ status }) => status.announced?.format ?? "–"],
  ["limit", "Limited by", ({ figures }) => figures.limitedBy ?? ""],
  ["mismatches", "Checksum mismatches", ({ status }) => String(status.mismatches || "")],
  [
    "meta",
    "Of this picture",
    ({ shown }) => sideData(shown?.meta) || (find("meta").textContent && "–"),
  ],
];

const rate = new Series();
const data = new Series();

/** What is kept is kept while the strip is closed. @param {View} view @param {string} part what is seen of the picture */
export function renderFigures({ statistics, status, shown }, part) {
  if (!statistics) return;
  const now = performance.now();
  rate.add(statistics.picturesPerSecond, now);
  data.add(statistics.bytesPerSecond, now);
  const strip = find("figures");
  if (strip.hidden) return;
  if (!strip.firstChild) strip.append(...CELLS.map(([id, name]) => cell(id, name)));
  for (const [id, , text] of CELLS) {
    const value = text({ figures: statistics, status, shown, part });
    write(find(id), value);
    find(id).parentElement.hidden = !value;
  }
  draw("rate", rate, now);
  draw("data", data, now);
}

/** @param {string} id @param {string} name */
function cell(id, name) {
  return make("div", { className: id }, make("dt", {}, name), make("dd", { id }));
}

/** @param {string} id @param {Series} series @param {number} now */
function draw(id, series, now) {
  const place = find(id).parentElement;
  let line = place.querySelector("polyline");
  if (!line) {
    const viewBox = `0 0 ${WIDTH} ${HEIGHT}`;
    line = makeSvg("polyline", {});
    const still = { viewBox, preserveAspectRatio: "none", "aria-hidden": "true" };
    place.append(makeSvg("svg", still, line));
  }
  const points = series.read(now);
  const top = roundUp(Math.max(...points.map(({ value }) => value)));
  line.setAttribute("points", polyline(points, WIDTH, HEIGHT - 1, top));
}
