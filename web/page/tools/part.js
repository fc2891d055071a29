/**
 * A part of the picture at full resolution, beside the overview.
 */

import { addressOf } from "../address.js";
import { make, write } from "../dom.js";
import { dragBox } from "../drag_box.js";
import { View } from "../../view.js";
import { toSourceBox } from "../../source.js";

/** @import { Crop } from "../../types.d.ts" */
/** @import { Page } from "../types.d.ts" */

/** @param {Page} page @param {HTMLElement} place */
export function open(page, place) {
  const { view, place: shown } = page;
  const words = make("p", {}, "Drag a box over the picture, or:");
  const seen = make("button", { type: "button" }, "Take what is seen");
  const frame = make("div", { className: "part" });
  place.append(words, seen, frame);
  /** @type {View | null} */
  let part = null;
  const boxes = dragBox(page, (box) => take(box));

  /** @param {Crop} box in the picture, as it is turned */
  function take(box) {
    const announced = view.shown?.announced;
    if (!announced) return;
    boxes.show(box);
    const crop = toSourceBox(shown.unturned(box), announced);
    write(words, `${crop[2]} × ${crop[3]} from ${crop[0]}, ${crop[1]}`);
    if (part) part.request({ crop });
    else begin(crop);
  }

  /** @param {Crop} crop */
  function begin(crop) {
    const canvas = make("canvas", { role: "img", ariaLabel: "The part at full resolution" });
    frame.append(canvas);
    part = new View(canvas, addressOf({ step: "1", crop: crop.join(",") }));
  }

  seen.addEventListener("click", () => take(shown.seen));
  return () => {
    boxes.close();
    part?.close();
  };
}
