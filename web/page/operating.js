/**
 * The user operates the device: what is done on the picture goes there, and not to the page.
 */

import { find } from "./dom.js";

/** @import { Page } from "./types.d.ts" */

/** How to end it, while it lasts. @type {(() => void) | null} */
let stop = null;

export const isOperating = () => stop !== null;

/** Whether what the user does can reach the device. @param {Page} page */
function isOperable({ view }) {
  const { announced, state } = view.status;
  return announced?.input === true && ["live", "unchanged", "stale"].includes(state);
}

/** @param {Page} page */
export async function toggleOperating(page) {
  if (stop) endOperating(page);
  else if (isOperable(page)) {
    const { operate } = await import("../operate.js"); // most pages never do
    const { canvas, view } = page;
    const at = (/** @type {MouseEvent} */ event) => shareAt(page, event);
    stop ??= operate({ canvas, keyboard: find("keyboard"), view, at }, () => endOperating(page));
    page.gestures.areOff = true;
    page.render();
  }
}

/** Where on the picture: left or top is 0, right or bottom is 1. @param {Page} page @param {MouseEvent} event */
function shareAt({ place, view }, event) {
  const { x, y } = place.at(event);
  const { width, height } = view.shown?.announced ?? { width: 1, height: 1 };
  return { x: x / width, y: y / height };
}

/** @param {Page} page */
function endOperating(page) {
  stop?.();
  stop = null;
  page.gestures.areOff = false;
  page.render();
}

/** Ends where the device hears no longer. @param {Page} page */
export function renderOperating(page) {
  if (stop && !isOperable(page)) endOperating(page);
  page.stage.classList.toggle("operated", isOperating());
}
