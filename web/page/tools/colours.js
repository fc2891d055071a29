/**
 * Gray as colours: which map, between which levels.
 */

import { MAP_NAMES } from "../../instruments/looks.js";
import { menu, row } from "../controls.js";
import { make } from "../dom.js";

/** @import { Page } from "../types.d.ts" */

/** @param {Page} page @param {HTMLElement} place */
export function open({ view }, place) {
  const map = menu(
    "Colours",
    MAP_NAMES.map((name) => [name, name]),
    show,
  );
  const [low, high] = [0, 255].map((value) =>
    make("input", { type: "range", min: "0", max: "255", value: String(value) }),
  );
  for (const input of [low, high]) input.addEventListener("input", show);
  place.append(row("Colours", map), row("First level", low), row("Last level", high));

  function show() {
    view.use("colours", "show", map.value, Number(low.value), Number(high.value));
  }

  show();
  return () => view.use("colours", "end");
}
