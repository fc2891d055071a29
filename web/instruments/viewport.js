/**
 * Which part of a picture is seen, and how large: pure values, changed by pure functions.
 *
 * Places, rooms and scales are in pixels of the display. A picture that is enlarged is enlarged by a
 * whole number of them and begins at one, so each of its rows and columns is equally thick.
 */

import { toSourceBox } from "../source.js";

/** @import { Announcement, Crop } from "../types.d.ts" */
/** @import { Place, Size, Stage, View } from "./types.d.ts" */

const MOST = 64;
/** As large as the room allows, at the next `settle`. @type {View} */
export const FIT = { scale: 1, x: 0, y: 0, isFit: true };

/**
 * The room in display pixels; a hidden one has one.
 * @param {Size} room in CSS pixels @param {number} ratio display pixels for one of CSS @returns {Size}
 */
export const displayRoom = (room, ratio) => {
  // 100 * 1.15 is a little less than 115.
  const whole = (/** @type {number} */ side) => Math.max(Math.floor(side * ratio + 1e-3), 1);
  return { width: whole(room.width), height: whole(room.height) };
};

/** @param {Stage} stage */
export function fitScale({ picture, room }) {
  const largest = Math.min(room.width / picture.width, room.height / picture.height);
  return largest >= 1 ? Math.floor(largest) : largest;
}

/** The nearest scale that may be. @param {number} scale @param {Stage} stage */
function allowed(scale, stage) {
  const fit = fitScale(stage);
  return scale >= 1
    ? Math.min(Math.round(scale), Math.max(MOST, fit))
    : Math.max(scale, Math.min(fit, 1));
}

/**
 * The view after the picture or the room became another, or was moved: it stays in the middle of a
 * larger room, and fills a smaller one.
 * @param {View} view @param {Stage} stage @returns {View}
 */
export function settle({ scale, x, y, isFit }, stage) {
  const { picture, room } = stage;
  const settled = isFit ? fitScale(stage) : allowed(scale, stage);
  /** @param {number} at @param {number} pixels @param {number} space */
  const along = (at, pixels, space) => {
    const spare = space - pixels * settled;
    if (spare >= 0) return Math.floor(spare / 2);
    return Math.min(Math.max(Math.round(at), Math.ceil(spare)), 0) + 0; // no -0
  };
  return {
    scale: settled,
    x: along(x, picture.width, room.width),
    y: along(y, picture.height, room.height),
    isFit,
  };
}

/** The place of the picture, in its pixels, that is seen there. @param {View} view @param {Place} at @returns {Place} */
export const pictureAt = ({ scale, x, y }, at) => ({
  x: (at.x - x) / scale,
  y: (at.y - y) / scale,
});

/**
 * To another scale, while what is seen at a place stays there. For a pinch: its first scale times how
 * far the fingers went.
 * @param {View} view @param {number} scale 1 is 1:1 @param {Place} at @param {Stage} stage
 */
export function zoomTo(view, scale, at, stage) {
  const next = allowed(scale, stage);
  const fixed = pictureAt(view, at);
  const [x, y] = [at.x - fixed.x * next, at.y - fixed.y * next];
  return settle({ scale: next, x, y, isFit: false }, stage);
}

/**
 * In or out by about the factor, and by a whole step at least; it halts at 1:1, and where it fits.
 * @param {View} view @param {number} factor @param {Place} at @param {Stage} stage
 */
export function zoomBy(view, factor, at, stage) {
  const { scale } = view;
  const fit = fitScale(stage);
  const passes1 = (scale - 1) * (scale * factor - 1) < 0;
  const near = allowed(passes1 ? 1 : scale * factor, stage);
  const isStuck = near === scale && scale >= 1;
  const next = zoomTo(view, isStuck ? scale + Math.sign(factor - 1) : near, at, stage);
  return scale > fit && next.scale <= fit ? settle(FIT, stage) : next;
}

/** @param {View} view @param {number} right @param {number} down @param {Stage} stage */
export const pan = (view, right, down, stage) =>
  settle({ ...view, x: view.x + right, y: view.y + down }, stage);

/**
 * Where to put the canvas in its room, in CSS pixels. `origin` is where the room begins on the page:
 * it need not be at a pixel of the display.
 * @param {View} view @param {Size} picture @param {number} ratio @param {Place} [origin]
 */
export function placed({ scale, x, y }, picture, ratio, origin = { x: 0, y: 0 }) {
  const along = (/** @type {number} */ from, /** @type {number} */ at) =>
    (Math.round(from * ratio) + at) / ratio - from;
  const [left, top] = [along(origin.x, x), along(origin.y, y)];
  const [width, height] = [picture.width, picture.height].map((side) => (side * scale) / ratio);
  return { left, top, width, height, pixelated: scale >= 1 };
}

/** The picture's pixels of which anything is seen. @param {View} view @param {Stage} stage @returns {Crop} */
export function seen({ scale, x, y }, { picture, room }) {
  /** @param {number} at @param {number} pixels @param {number} space */
  const along = (at, pixels, space) => [
    Math.max(Math.floor(-at / scale), 0),
    Math.min(Math.ceil((space - at) / scale), pixels),
  ];
  const [first, end] = along(x, picture.width, room.width);
  const [firstRow, endRow] = along(y, picture.height, room.height);
  return [first, firstRow, end - first, endRow - firstRow];
}

const ORDINAL = new Intl.PluralRules("en", { type: "ordinal" });
/** @type {Record<string, string>} */
const ENDINGS = { one: "st", two: "nd", few: "rd", other: "th" };

/**
 * "107 × 67 of 1024 × 600, every 3rd, at 11×": of the source's pixels.
 * @param {Crop} part the picture's pixels that are seen @param {Announcement} announced @param {number} scale
 * @param {number} [step] that of a finer picture laid over it
 */
export function sayShown(part, announced, scale, step = announced.step) {
  const { source, average } = announced;
  const size = toSourceBox(part, announced).slice(2).join(" × ");
  const all = source.join(" × ");
  const every = average
    ? `means of ${step} × ${step}`
    : `every ${step}${ENDINGS[ORDINAL.select(step)]}`;
  const enlarged = (scale * step) / announced.step;
  const times = enlarged < 1 ? enlarged.toPrecision(2) : enlarged;
  return [
    size === all ? all : `${size} of ${all}`,
    ...(step > 1 ? [every] : []),
    `at ${times}×`,
  ].join(", ");
}
