/**
 * What the first picture needs: where it lies, and what it comes from. The rest of the page follows.
 *
 * For tests, `window.wsStream` holds the page's `view` and `place`.
 */

import { quartersOf } from "../instruments/turn.js";
import { View, warm } from "../view.js";
import { addressOf } from "./address.js";
import { find } from "./dom.js";
import { Place } from "./place.js";
import { ask, streams } from "./streams.js";

/** ms that the rest of the page waits for a picture. */
const LATE = 400;

// Seen only before the page is there.
addEventListener("error", ({ error }) => {
  find("sentence").textContent = `This page does not run in this browser: ${error?.message}.`;
});

const query = new URLSearchParams(location.search);
const mayWork = query.get("worker") !== "off";
if (mayWork) warm();
if (/[#&]token=/.test(location.hash)) await (await import("./signin.js")).signInByAddress();
// Several streams and none named: this page is a wall of them, for as long as it lasts.
if (!query.has("stream") && (await ask()).length > 1) {
  const { showWall } = await import("./wall.js");
  await showWall(streams);
}

/** @type {HTMLCanvasElement} */
export const canvas = find("picture");
export const place = new Place(find("stage"), find("sheet"), find("seen"));
const quarters = quartersOf(Number(query.get("rotate")));
const mirror = /^(1|yes|true)$/.test(query.get("mirror") ?? "");
place.turn = { quarters, mirror };
export const view = new View(canvas, addressOf(), mayWork);
Object.assign(window, { wsStream: { view, place } });

view.addEventListener("shown", () => {
  const announced = view.shown?.announced;
  if (announced) place.resize(announced);
});
// The rest would hold up the picture.
const follow = () =>
  import("../viewer.js").catch(() => view.addEventListener("shown", follow, { once: true }));
view.addEventListener("shown", follow, { once: true });
setTimeout(follow, LATE);
