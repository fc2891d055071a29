/**
 * Compares what is shown with a picture that was kept, A: shows one, the other, both in turns or their
 * difference, and counts where they differ.
 */

import { lookedAt } from "./held.js";
import { Comparison, drawDifference, incomparable } from "../instruments/compare.js";
import { readPng } from "../instruments/png_reader.js";

/** @import { Engine, Filter, Run } from "../types.d.ts" */

/** ms of each in turns. */
const TURN = 500;

/** @typedef {"b" | "a" | "blink" | "difference"} Way */

/** @param {ImageData} image */
const words = ({ data }) => new Uint32Array(data.buffer, data.byteOffset, data.length >> 2);

class Compare {
  #engine;
  /** A. @type {ImageData | null} */
  #kept = null;
  /** Of the image compared. @type {{of: ImageData, drawn: ImageData, comparison: Comparison} | null} */
  #work = null;
  /** @type {{way: Way, gain: number}} */
  #shown = { way: "difference", gain: 1 };
  #isTurned = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #turning;
  /** The file that is being read. @type {Blob | null} */
  #awaited = null;

  /** @param {Engine} engine */
  constructor(engine) {
    this.#engine = engine;
  }

  /** Keeps what is shown. */
  take() {
    const shown = lookedAt(this.#engine);
    const { rgba } = this.#engine.screen;
    if (!shown || !rgba) throw new Error("there is no picture yet");
    const { width, height } = shown.picture;
    this.#keep(new ImageData(new Uint8ClampedArray(rgba.slice().buffer), width, height));
  }

  /** Keeps that of a file, unless another is wished meanwhile. @param {Blob} file */
  async load(file) {
    this.#awaited = file;
    const read = await readPng(file);
    if (this.#awaited !== file) return;
    const bytes = new Uint8ClampedArray(read.words.buffer);
    this.#keep(new ImageData(bytes, read.width, read.height));
  }

  /** @param {Way} way @param {number} gain of differences */
  show(way, gain) {
    this.#shown = { way, gain };
    clearInterval(this.#turning);
    if (way === "blink") this.#turning = setInterval(() => this.#turn(), TURN);
    this.#redraw();
  }

  close() {
    this.end();
  }

  end() {
    clearInterval(this.#turning);
    this.#kept = this.#work = this.#awaited = null;
    this.#engine.screen.filter = null;
  }

  /** @param {ImageData} image */
  #keep(image) {
    this.#awaited = null;
    this.#kept = image;
    this.#redraw();
  }

  #redraw() {
    this.#work = null;
    if (this.#kept) this.#engine.screen.filter = (image, runs) => this.#filter(image, runs);
  }

  #turn() {
    this.#isTurned = !this.#isTurned;
    this.#engine.screen.redraw();
  }

  /** @type {Filter} */
  #filter(image, runs) {
    const kept = this.#kept;
    const fault = kept && incomparable(kept, image);
    if (fault) this.#tell({ fault });
    if (!kept || fault) return null;
    /** @type {Run[]} */
    const whole = [[0, image.height]];
    const { way } = this.#shown;
    const due = this.#work?.of === image ? runs : whole;
    const drawn = this.#compare(kept, image, due);
    if (way === "difference") return { image: drawn, runs: due };
    const isA = way === "a" || (way === "blink" && this.#isTurned);
    return { image: isA ? kept : image, runs: whole };
  }

  /** Counts, and returns the difference. @param {ImageData} kept @param {ImageData} image @param {Run[]} due */
  #compare(kept, image, due) {
    const { width, height } = image;
    if (this.#work?.of !== image) {
      const drawn = new ImageData(width, height);
      this.#work = { of: image, drawn, comparison: new Comparison(image) };
    }
    const { drawn, comparison } = this.#work;
    const [a, b] = [kept, image].map(words);
    comparison.update(a, b, due);
    this.#tell(comparison.read());
    for (const [first, rows] of due) {
      drawDifference(a, b, this.#shown.gain, words(drawn), first * width, (first + rows) * width);
    }
    return drawn;
  }

  /** @param {object} said */
  #tell(said) {
    this.#engine.tell({ type: "news", tool: "compare", ...said });
  }
}

/** @param {Engine} engine */
export const start = (engine) => new Compare(engine);
