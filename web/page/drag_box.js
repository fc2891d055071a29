/**
 * A box that the user drags over the picture, or takes from what is seen.
 */

import { make } from "./dom.js";

/** @import { Crop } from "../types.d.ts" */
/** @import { Page } from "./types.d.ts" */

/**
 * Until it is closed, drags over the picture make boxes.
 * @param {Page} page @param {(box: Crop) => void} onbox in the picture's pixels, as it is turned
 */
export function dragBox({ gestures, place, stage }, onbox) {
  const frame = make("div", { className: "box", hidden: true });
  stage.append(frame);
  /** @type {Crop | null} */
  let box = null;
  const put = () => {
    if (box) Object.assign(frame.style, place.boxOf(box));
  };
  /** @type {import("./gestures.js").Drag} */
  const drag = (from, to, isEnd) => {
    const along = (/** @type {"x" | "y"} */ axis, /** @type {number} */ most) => {
      const ends = [from[axis], to[axis]].sort((one, other) => one - other);
      const first = Math.min(Math.max(Math.floor(ends[0]), 0), most - 1);
      return [first, Math.min(Math.max(Math.ceil(ends[1]), first + 1), most) - first];
    };
    const [, , width, height] = place.all;
    const [x, across] = along("x", width);
    const [y, down] = along("y", height);
    show([x, y, across, down]);
    if (isEnd) onbox([x, y, across, down]);
  };
  /** @param {Crop | null} wanted */
  function show(wanted) {
    box = wanted;
    frame.hidden = !box;
    put();
  }
  gestures.drags.push(drag);
  stage.classList.add("boxing");
  place.addEventListener("move", put);
  return {
    show,
    close() {
      gestures.drags = gestures.drags.filter((one) => one !== drag);
      stage.classList.toggle("boxing", gestures.drags.length > 0);
      place.removeEventListener("move", put);
      frame.remove();
    },
  };
}
