/**
 * What the package `ws-stream` exports; `ws-stream/element.js` brings the element.
 */

export { rgbaOf } from "./formats/raw.js";
export { FrameEvent } from "./frame_event.js";
export { loadKernel } from "./kernel/kernel.js";
export { Screen } from "./screen.js";
export { Stream } from "./stream.js";
export { printable } from "./words.js";

/**
 * @typedef {import("./types.d.ts").Announcement} Announcement
 * @typedef {import("./types.d.ts").Granted} Granted
 * @typedef {import("./types.d.ts").InputEvent} InputEvent
 * @typedef {import("./types.d.ts").Kernel} Kernel
 * @typedef {import("./types.d.ts").Label} Label
 * @typedef {import("./types.d.ts").Options} Options
 * @typedef {import("./types.d.ts").Picture} Picture
 * @typedef {import("./types.d.ts").PixelFormat} PixelFormat
 * @typedef {import("./types.d.ts").Request} Request
 * @typedef {import("./types.d.ts").Run} Run
 * @typedef {import("./types.d.ts").Shown} Shown
 * @typedef {import("./types.d.ts").ShownPicture} ShownPicture
 * @typedef {import("./types.d.ts").State} State
 * @typedef {import("./types.d.ts").Statistics} Statistics
 * @typedef {import("./types.d.ts").Status} Status
 */
