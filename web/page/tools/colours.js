/**
 * Gray as colours: which map, between which levels.
 */

import { MAP_NAMES } from "../../instruments/looks.js";
import { menu, row } from "../controls.js";
import { make, write } from "../dom.js";

/** @import { Page } from "../types.d.ts" */

/** @param {Page} page @param {HTMLElement} place */
export function open({ view }, place) {
  const map = menu(
    "Colours",
    MAP_NAMES.map((name) => [name, name]),
    show,
  );
  /** The highest level of the format that is shown. */
  let most = 255;
  place.append(row("Colours", map));
  const ends = [0, most].map((value, at) => {
    const input = make("input", { type: "range", max: String(most), value: String(value) });
    const level = make("span", { aria: { hidden: "true" } });
    input.addEventListener("input", show);
    const line = row(["First level", "Last level"][at], input);
    line.append(level);
    place.append(line);
    return { input, level };
  });

  function fit() {
    const now = view.shown?.announced.format === "gray16" ? 65535 : 255;
    if (now === most) return;
    for (const { input } of ends) {
      const value = Math.round((Number(input.value) / most) * now);
      Object.assign(input, { max: String(now), value: String(value) });
    }
    most = now;
    show();
  }

  function show() {
    for (const { input, level } of ends) write(level, input.value.padStart(5, "\u2007"));
    view.use("colours", "show", map.value, ...ends.map(({ input }) => Number(input.value)), most);
  }

  show();
  fit();
  view.addEventListener("shown", fit);
  return () => {
    view.removeEventListener("shown", fit);
    view.use("colours", "end");
  };
}
