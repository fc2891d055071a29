/**
 * One stream's pictures on one canvas of their size, drawn as they come, at most once per refresh.
 */

/** @import { Stream } from "./stream.js" */
/** @import { Filter, Label, Look, Picture, Run } from "./types.d.ts" */

/** Of the pictures' own memory. @type {WeakMap<Picture, ImageData>} */
const images = new WeakMap();

/** @param {Picture} picture */
function imageOf(picture) {
  const known = images.get(picture);
  if (known) return known;
  const { buffer, byteOffset, byteLength } = picture.loops.rgba;
  const bytes = new Uint8ClampedArray(buffer, byteOffset, byteLength);
  const image = new ImageData(bytes, picture.width, picture.height);
  images.set(picture, image);
  return image;
}

/** @type {Promise<unknown> | null} */
let loading = null;

/** The next refreshes see whether it is there. */
function learn() {
  loading ??= import("./formats/raw.js").catch(() => {
    setTimeout(() => (loading = null), 1000);
  });
}

/** @param {Picture} picture @param {Run[]} runs @param {Look | null} look */
function convert({ loops, pixels, width, height, format }, runs, look) {
  const toRgba = look?.(format);
  return runs.every(([firstRow, rows]) => {
    const [first, end] = [firstRow * width, (firstRow + rows) * width];
    if (!toRgba) return loops.convert(first, end);
    toRgba(pixels, loops.rgba, first, end, { width, height });
    return true;
  });
}

/** These rows, or all where that is no more work. @param {Run[]} runs @param {number} height @returns {Run[]} */
const gathered = (runs, height) =>
  runs.reduce((sum, [, rows]) => sum + rows, 0) < height ? runs : [[0, height]];

export class Screen {
  /** The picture on the canvas. @type {Label | null} */
  drawn = null;

  #context;
  #stream;
  #closing = new AbortController();
  /** @type {{look: Look | null, filter: Filter | null}} */
  #ways = { look: null, filter: null };
  /** What is on the canvas. @type {ImageData | null} */
  #image = null;
  /** Of which picture. @type {Picture | null} */
  #painted = null;
  /** @type {{picture: Picture, runs: Run[], label: Label} | null} */
  #due = null;
  #isAwaiting = false;
  /** Shown instead of the stream's. @type {Picture | null} */
  #held = null;

  /**
   * Draws and acknowledges until it is closed.
   * @param {HTMLCanvasElement | OffscreenCanvas} canvas @param {Stream} stream
   */
  constructor(canvas, stream) {
    const context = /** @type {OffscreenCanvasRenderingContext2D | null} */ (
      canvas.getContext("2d", { alpha: false })
    );
    if (!context) throw new Error("this browser gives no 2D canvas");
    this.#context = context;
    this.#stream = stream;
    const { signal } = this.#closing;
    stream.addEventListener("frame", ({ picture, runs }) => this.#take(picture, runs), { signal });
    // A canvas may lose its content when the graphics driver restarts.
    canvas.addEventListener(
      "contextrestored",
      () => {
        if (this.#image) context.putImageData(this.#image, 0, 0);
      },
      { signal },
    );
  }

  /** What is shown, also before it is drawn. */
  get picture() {
    return this.#held ?? this.#stream.picture;
  }

  /** Shows this picture; the stream's go on unseen, until `null` brings them back. @param {Picture | null} picture */
  hold(picture) {
    const due = this.#due;
    this.#due = null;
    this.#held = picture;
    // It will not be drawn.
    if (due?.picture === this.#stream.picture) this.#stream.acknowledge(due.label);
    this.redraw();
  }

  /** The picture as it looks, without a filter: RGBA words, as of the last drawing; null before it. */
  get rgba() {
    return this.#painted && this.#painted === this.picture ? this.#painted.loops.rgba : null;
  }

  /** Another conversion of pixels; null for that of their format. @param {Look | null} look */
  set look(look) {
    this.#ways.look = look;
    this.redraw();
  }

  /** What is drawn instead of how the picture looks. @param {Filter | null} filter */
  set filter(filter) {
    this.#ways.filter = filter;
    this.redraw();
  }

  /** Draws all of the picture anew. */
  redraw() {
    if (this.picture?.number) this.#show(this.picture, [[0, this.picture.height]]);
  }

  /** Draws and acknowledges no more. */
  close() {
    this.#closing.abort();
    this.#due = null;
  }

  /** @param {Picture} picture @param {Run[]} runs */
  #take(picture, runs) {
    if (this.#held) this.#stream.acknowledge(picture);
    else this.#show(picture, runs);
  }

  /**
   * Draws these rows as they are by then: now, or at the display's next refresh if it drew since the
   * last one. A hidden page has no refreshes.
   * @param {Picture} picture @param {Run[]} runs
   */
  #show(picture, runs) {
    if (this.#closing.signal.aborted) return;
    const earlier = this.#due?.picture === picture ? this.#due.runs : [];
    const { epoch, number, time, meta } = picture;
    const all = gathered([...earlier, ...runs], picture.height);
    this.#due = { picture, runs: all, label: { epoch, number, time, meta } };
    if (!this.#isAwaiting) this.#draw();
  }

  #draw() {
    if (!this.#due) return;
    this.#isAwaiting = true;
    requestAnimationFrame(() => {
      this.#isAwaiting = false;
      this.#draw();
    });
    const { picture, label } = this.#due;
    // Number 0: a message was refused; the canvas stays as it is.
    if (globalThis.document?.hidden || !picture.number) return;
    if (!convert(picture, this.#due.runs, this.#ways.look)) return learn();
    const plain = { image: imageOf(picture), runs: this.#due.runs };
    const { image, runs } = this.#ways.filter?.(plain.image, plain.runs) ?? plain;
    this.#due = null;
    this.#painted = picture;
    this.#put(image, image === this.#image ? runs : [[0, image.height]]);
    this.drawn = label;
    // Held ones are none of the stream's.
    if (picture === this.#stream.picture) this.#stream.acknowledge(label);
  }

  /** @param {ImageData} image @param {Run[]} runs */
  #put(image, runs) {
    const { width, height } = image;
    const { canvas } = this.#context;
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height });
    }
    for (const [firstRow, rows] of runs) {
      this.#context.putImageData(image, 0, 0, 0, firstRow, width, rows);
    }
    this.#image = image;
  }
}
