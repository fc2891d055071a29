/**
 * Lays what changed over the picture, on a canvas of its own.
 */

import { Glow } from "../instruments/glow.js";

/** @import { Engine, Run } from "../types.d.ts" */

class Layer {
  #engine;
  /** @type {OffscreenCanvasRenderingContext2D | null} */
  #context = null;
  /** While it is on: of the picture of this size. @type {{glow: Glow, image: ImageData} | null} */
  #now = null;
  /** What messages touched since the last drawing. @type {Run[]} */
  #due = [];
  #isFading = false;

  /** @param {Engine} engine */
  constructor(engine) {
    this.#engine = engine;
  }

  /** @param {HTMLCanvasElement | OffscreenCanvas} canvas to lie over the picture */
  on(canvas) {
    this.#context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.look();
  }

  off() {
    this.#context = this.#now = null;
    this.#due = [];
  }

  close() {
    this.off();
  }

  /** @param {Run[]} runs that a message touched @param {number} height */
  note(runs, height) {
    if (!this.#context) return;
    const due = [...this.#due, ...runs];
    // While another picture is held, nothing is looked at.
    this.#due = due.length > height ? [[0, height]] : due;
  }

  look() {
    const { stream, screen, tell } = this.#engine;
    const { rgba, picture } = screen;
    if (!this.#context || !rgba || !picture || picture !== stream.picture) return;
    const { width, height } = picture;
    const { image } = this.#now ?? {};
    if (image?.width !== width || image.height !== height) {
      const glow = new Glow(rgba, width);
      const bytes = new Uint8ClampedArray(glow.overlay.buffer);
      this.#now = { glow, image: new ImageData(bytes, width, height) };
      Object.assign(this.#context.canvas, { width, height });
    }
    if (!this.#due.length) return;
    const { glow } = /** @type {{glow: Glow}} */ (this.#now);
    glow.update(rgba, this.#due, performance.now());
    this.#due = [];
    tell({ type: "news", tool: "glow", changed: glow.changed, repeats: repeated(glow.repeats) });
    if (!this.#isFading) this.#fade();
  }

  #fade() {
    const { glow, image } = this.#now ?? {};
    const runs = glow?.fade(performance.now()) ?? [];
    for (const [first, rows] of runs) {
      if (image) this.#context?.putImageData(image, 0, 0, 0, first, image.width, rows);
    }
    this.#isFading = runs.length > 0;
    if (this.#isFading) requestAnimationFrame(() => this.#fade());
  }
}

/** @param {Engine} engine */
export function start(engine) {
  const { stream } = engine;
  const layer = new Layer(engine);
  stream.addEventListener("frame", ({ runs, picture }) => {
    layer.note(runs, picture.height);
    // The screen, which hears of it first, may have drawn it.
    if (stream.shown?.number === picture.number) layer.look();
  });
  stream.addEventListener("shown", () => layer.look());
  return layer;
}

/** Which rows most often: the first, how many, how often. @param {Uint32Array} repeats */
function repeated(repeats) {
  const most = repeats.reduce((one, other) => Math.max(one, other), 0);
  if (!most) return null;
  const first = repeats.indexOf(most);
  return [first, repeats.lastIndexOf(most) - first + 1, most];
}
