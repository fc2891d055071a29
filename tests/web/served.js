/**
 * A canvas that the engine serves, on a display, a clock and a socket of the test's own, spoken to by a
 * real MessageChannel as a page does.
 */

import assert from "node:assert/strict";
import { once } from "node:events";

import { serve } from "../../web/engine.js";
import { makeCanvas, makeDisplay } from "./display.js";
import { ANNOUNCED, every, format, message } from "./pictures.js";
import { makeWorld } from "./world.js";

/** @import { Announcement, Kernel } from "../../web/types.d.ts" */

/** @param {{kernel?: Kernel | null}} [options] */
export function makeServed({ kernel = null } = {}) {
  const world = makeWorld();
  const display = makeDisplay();
  const canvas = makeCanvas();
  const { port1, port2 } = new MessageChannel();
  /** All that the page was told. @type {any[]} */
  let told = [];
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  const calls = new Map();
  port1.onmessage = ({ data }) => {
    if (data.type !== "answer") return told.push(data);
    const call = calls.get(data.id);
    if (data.error !== undefined) call?.reject(new Error(data.error));
    else call?.resolve(data.value);
  };
  const acts = serve(port2, /** @type {any} */ (canvas), "ws://device/stream/a", { kernel });
  assert.ok(acts);
  const closed = once(port1, "close");
  /** What is announced last. @type {Announcement} */
  let announced = ANNOUNCED;
  let id = 0;

  /** What the page asks, and is answered. @param {string} act @param {...unknown} given @returns {Promise<any>} */
  const ask = (act, ...given) =>
    new Promise((resolve, reject) => {
      calls.set(++id, { resolve, reject });
      port1.postMessage([id, act, ...given]);
    });

  return {
    world,
    display,
    canvas,
    acts,
    ask,
    /** Fulfilled when the engine closed its end. */
    closed,
    /** @param {string} tool @param {string} act @param {...unknown} given */
    use: (tool, act, ...given) => ask("use", tool, act, ...given),
    /** What the page was told since this was last asked. @param {string} type @param {string} [tool] */
    async news(type, tool) {
      await ask("input", [], null); // does nothing; all that was said before has come then
      const now = told;
      told = [];
      return now.filter((one) => one.type === type && one.tool === tool);
    },
    /** Another announcement; opens the socket at first. @param {Partial<Announcement>} [values] */
    announce(values = {}) {
      if (world.socket.readyState === 0) world.socket.open();
      announced = { ...ANNOUNCED, ...values };
      world.socket.say(announced);
    },
    /** A whole picture: of one level, or of these bytes. @param {number} number @param {number | number[]} colours @param {number} [time] */
    bring(number, colours, time = 1e15) {
      const { epoch, width, height } = announced;
      const { code, colourBytes } = format(announced.format);
      const bytes =
        typeof colours === "number" ? Array(width * height * colourBytes).fill(colours) : colours;
      const payload = every(width, height, bytes);
      const head = { code, epoch, number, base: 0, time, width, height };
      world.socket.bring(message(head, [{ firstRow: 0, rows: height, kind: 0, payload }]));
    },
    /** Row 1 becomes of one level. @param {number} number @param {number} level */
    change(number, level) {
      const { epoch, width, height } = announced;
      const payload = every(width, 1, Array(width).fill(level));
      const head = { epoch, number, base: number - 1, width, height };
      world.socket.bring(message(head, [{ firstRow: 1, rows: 1, kind: 0, payload }]));
    },
    /** All that is due is drawn, and the next picture may be at once. */
    rest() {
      display.refresh();
      display.refresh();
    },
    /** The red of each pixel on the canvas. */
    shown: () => [...canvas.context.words].map((word) => word & 255),
    end() {
      acts.close();
      port1.close();
      world.end();
      display.end();
    },
  };
}
