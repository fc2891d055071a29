/**
 * Zoomed into a picture of which pixels were left out, the part that is seen is fetched in full and laid
 * over it.
 */

import { finer } from "../instruments/finer.js";
import { partOf } from "../source.js";
import { View } from "../view.js";
import { addressOf } from "./address.js";
import { make } from "./dom.js";
import { isPaintedOver } from "./tools.js";

/** @import { Crop } from "../types.d.ts" */
/** @import { Page } from "./types.d.ts" */

/** ms that the view rests before more is fetched. */
const REST = 200;

/** @param {Page} page */
export function refine(page) {
  const { view, place, canvas } = page;
  /** @type {{crop: Crop, part: View, cover: HTMLCanvasElement} | null} */
  let now = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function look() {
    const { announced } = view.status;
    const isOff = view.held || document.hidden || isPaintedOver() || !announced;
    const crop = isOff
      ? null
      : finer(place.seenPart, announced, place.view.scale, now?.crop ?? null);
    if (!crop) return end();
    if (crop === now?.crop) return;
    if (now) now.part.request({ crop });
    else now = begin(crop);
    now.crop = crop;
  }

  /** @param {Crop} crop */
  function begin(crop) {
    const cover = make("canvas", { className: "cover", hidden: true, aria: { hidden: true } });
    canvas.after(cover);
    const part = new View(cover, addressOf({ step: "1", crop: crop.join(",") }));
    part.addEventListener("shown", () => {
      if (now?.part !== part) return;
      place.grain = lay(cover, view, part);
      page.finer = part;
    });
    return { crop, part, cover };
  }

  function end() {
    now?.part.close();
    now?.cover.remove();
    now = page.finer = null;
    place.grain = 1;
  }

  function rest() {
    clearTimeout(timer);
    timer = setTimeout(look, REST);
  }

  place.addEventListener("move", rest);
  view.addEventListener("status", rest);
}

/** Lays the part's picture where it belongs; returns how large its pixels are there. @param {HTMLCanvasElement} cover @param {View} view @param {View} part */
function lay(cover, view, part) {
  const all = view.shown?.announced;
  if (!all || !part.shown) return 1;
  const { step, width, height } = part.shown.announced;
  const [[x, y], [left, top]] = [part.shown.announced, all].map(partOf);
  /** @param {number} pixels @param {number} of */
  const share = (pixels, of) => `${(100 * pixels) / (of * all.step)}%`;
  Object.assign(cover.style, {
    left: share(x - left, all.width),
    top: share(y - top, all.height),
    width: share(width * step, all.width),
    height: share(height * step, all.height),
  });
  cover.hidden = false;
  return step / all.step;
}
