/**
 * Boxes whose mean colour is watched: as lines of a minute, and told when they change.
 */

import { polyline } from "../../instruments/series.js";
import { chart } from "../chart.js";
import { buttons } from "../controls.js";
import { make, write } from "../dom.js";
import { dragBox } from "../drag_box.js";

/** @import { Change, Point } from "../../instruments/types.d.ts" */
/** @import { Crop } from "../../types.d.ts" */
/** @import { Page } from "../types.d.ts" */

const EVERY = 500;
const HEIGHT = 48;
/** Levels, unless the user says others. */
const THRESHOLD = 4;

/** @param {Page} page @param {HTMLElement} place */
export function open(page, place) {
  const { view, place: shown } = page;
  /** @type {Map<number, ReturnType<typeof probe>>} */
  const rows = new Map();
  let newest = 0;
  const middle = buttons({
    "Probe the middle": () => {
      const [x, y, width, height] = shown.seen;
      add([Math.floor(x + width / 2), Math.floor(y + height / 2), 1, 1]);
    },
  });
  place.append(make("p", {}, "Drag a box over the picture, or take a pixel:"), middle);
  const boxes = dragBox(page, add);

  /** @param {Crop} box in the picture, as it is turned */
  async function add(box) {
    const id = ++newest;
    const source = await view.use("probe", "add", id, shown.unturned(box));
    boxes.show(null);
    if (!source) return;
    const threshold = (/** @type {number} */ levels) => view.use("probe", "tell", id, levels);
    rows.set(id, probe(source, { threshold, remove: () => remove(id) }));
    place.append(rows.get(id)?.element ?? "");
  }

  /** @param {number} id */
  function remove(id) {
    view.use("probe", "remove", id);
    rows.get(id)?.element.remove();
    rows.delete(id);
  }

  const stop = hearOften(page, rows);
  return () => {
    stop();
    boxes.close();
    for (const id of rows.keys()) remove(id);
  };
}

/** @param {Page} page @param {Map<number, ReturnType<typeof probe>>} rows */
function hearOften({ view, alarm: tell }, rows) {
  const stop = view.hear("probe", ({ id, change }) => {
    rows.get(id)?.told(change);
    tell(`changed at ${timeOf(change.time)}`);
  });
  const draw = async () => {
    const read = await view.use("probe", "read").catch(() => []);
    for (const { id, levels, lines } of read) rows.get(id)?.draw(levels, lines);
  };
  const timer = setInterval(draw, EVERY);
  return () => {
    clearInterval(timer);
    stop();
  };
}

/** By the device's clock. @param {number} time in microseconds */
const timeOf = (time) => new Date(time / 1000).toISOString().slice(11, 23);

/** @param {Crop} source @param {{threshold: (levels: number) => void, remove: () => void}} acts */
function probe([x, y, width, height], acts) {
  const name = width * height === 1 ? `${x}, ${y}` : `${width} × ${height} from ${x}, ${y}`;
  const value = make("span");
  const { svg, lines } = chart(`The last minute of ${name}`, HEIGHT);
  const news = make("p");
  const remove = make("button", { type: "button" }, "Remove");
  const head = make("div", { className: "row" }, make("strong", {}, name), value);
  const element = make(
    "div",
    { className: "probe" },
    head,
    svg,
    alarm(acts.threshold),
    news,
    remove,
  );
  remove.addEventListener("click", acts.remove);
  return {
    element,
    /** @param {number[] | null} levels @param {Point[][]} read */
    draw(levels, read) {
      write(value, (levels ?? []).map((level) => level.toFixed(level % 1 ? 1 : 0)).join(" "));
      read.forEach((points, at) => {
        const line = points.length ? polyline(points, 256, HEIGHT, 255) : "";
        lines[at].setAttribute("points", line);
      });
    },
    /** @param {Change} change */
    told({ from, to, time, number }) {
      const levels = [from, to].map((means) => means.map(Math.round).join(" ")).join(" → ");
      write(news, `${timeOf(time)}, picture ${number}: ${levels}`);
    },
  };
}

/** @param {(levels: number) => void} onthreshold */
function alarm(onthreshold) {
  const isTold = make("input", { type: "checkbox" });
  const threshold = make("input", {
    type: "number",
    min: "0",
    max: "255",
    value: String(THRESHOLD),
    ariaLabel: "Levels",
  });
  const say = () => onthreshold(isTold.checked ? Number(threshold.value) : Infinity);
  for (const input of [isTold, threshold]) input.addEventListener("change", say);
  const label = make("label", {}, isTold, " Tell me when it changes by more than");
  return make("div", { className: "row" }, label, threshold);
}
