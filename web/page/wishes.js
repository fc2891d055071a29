/**
 * What the page requests of the pictures, as menus; the address keeps it.
 */

import { menu } from "./controls.js";
import { make } from "./dom.js";

/** @import { Page } from "./types.d.ts" */

/** @typedef {[value: string, text: string]} Choice */

/** @type {(values: number[], text?: (value: number) => string) => Choice[]} */
const choices = (values, text = String) => values.map((value) => [String(value), text(value)]);

/** @type {[name: string, label: string, options: Choice[]][]} */
const MENUS = [
  ["step", "Step", choices([1, 2, 3, 4, 6, 8, 12, 16])],
  ["fps", "Pictures/s", choices([1, 2, 5, 10, 15, 30, 60])],
  ["depth", "Bits of a pixel", choices([24, 16, 12, 8])],
  ["tolerance", "Tolerance", choices([0, 2, 4, 8, 16])],
];

/** @param {Page} page @param {URLSearchParams} query of the page */
export function wishes(page, query) {
  const rows = MENUS.map(([name, label, options]) => {
    const select = menu(label, [["", "default"], ...options], (value) => {
      page.view.request({ [name]: value === "" ? null : Number(value) });
      if (value) query.set(name, value);
      else query.delete(name);
      history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
    });
    const wished = query.get(name) ?? "";
    if (![...select.options].some(({ value }) => value === wished)) {
      select.append(new Option(wished));
    }
    select.value = wished;
    select.id = `wish-${name}`;
    return make("label", { className: "row" }, make("span", {}, label), select);
  });
  return make(
    "section",
    { aria: { label: "What is sent" } },
    make("h2", {}, "What is sent"),
    ...rows,
  );
}
