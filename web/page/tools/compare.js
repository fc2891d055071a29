/**
 * Compares with a picture that is kept, or with one of a file.
 */

import { buttons, chooser, menu, row } from "../controls.js";
import { make, write } from "../dom.js";

/** @import { Difference } from "../../instruments/types.d.ts" */
/** @import { Page } from "../types.d.ts" */

/** @type {[string, string][]} */
const WAYS = [
  ["difference", "the difference"],
  ["blink", "both in turns"],
  ["a", "A, the kept one"],
  ["b", "B, what comes"],
];
/** @type {[string, string][]} */
const GAINS = ["1", "2", "4", "8", "16", "64", "255"].map((gain) => [gain, `${gain} times`]);

/** @param {Page} page @param {HTMLElement} place */
export function open({ view }, place) {
  const words = make("p");
  const show = () => view.use("compare", "show", way.value, Number(gain.value));
  const way = menu("Shown", WAYS, show);
  const gain = menu("Gain", GAINS, show);
  /** @param {Promise<unknown>} work */
  const tell = (work) => work.then(show, ({ message }) => write(words, `${message}.`));
  const take = () => tell(view.use("compare", "take"));
  /** @param {Blob} blob */
  const load = (blob) => tell(view.use("compare", "load", blob));
  const file = chooser("image/png", "A PNG", load);
  const acts = buttons({ "Keep this one as A": take, "A from a PNG…": () => file.click() });
  place.append(acts, row("Shown", way), row("Gain", gain), words, file);
  place.addEventListener("given", (event) => load(/** @type {CustomEvent} */ (event).detail));
  const stop = view.hear("compare", (said) => write(words, said.fault ?? sayDifference(said)));
  take();
  return () => {
    stop();
    view.use("compare", "end");
  };
}

/** @param {Difference} difference */
function sayDifference({ count, box, largest }) {
  if (!box) return "A and B are equal, pixel by pixel.";
  const [x, y, width, height] = box;
  const levels = Math.max(...largest);
  return `${count} pixels differ, in ${width} × ${height} from ${x}, ${y}, by ${levels} levels at most.`;
}
