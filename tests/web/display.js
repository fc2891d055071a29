/**
 * A display that is refreshed by hand, and canvases that note what they are told, in the place of real
 * ones: a canvas's content is that of the image drawn last, as far as its rows were.
 */

/** What a platform with a display has. */
const NAMES = ["ImageData", "document", "requestAnimationFrame"];

/** As browsers have it. */
class FakeImageData {
  /** @param {number | Uint8ClampedArray} first @param {number} second @param {number} [third] */
  constructor(first, second, third) {
    const [width, height] =
      typeof first === "number" ? [first, second] : [second, third ?? first.length / 4 / second];
    this.width = width;
    this.height = height;
    this.data = typeof first === "number" ? new Uint8ClampedArray(4 * width * height) : first;
    if (this.data.length !== 4 * width * height) throw new Error("no image of this size");
  }
}

/** Notes what it is told; `context.words` is what it shows, as RGBA words. */
export function makeCanvas() {
  const context = {
    /** The rows that were drawn: the first, and how many. @type {[number, number][]} */
    rows: [],
    words: new Uint32Array(),
    /** @type {unknown} */
    canvas: null,
    /** @param {ImageData} image @param {number[]} where */
    putImageData(image, ...where) {
      const [, , , first = 0, width = image.width, rows = image.height] = where;
      const { data } = image;
      const words = new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
      if (context.words.length !== words.length) context.words = new Uint32Array(words.length);
      const [start, end] = [first * width, (first + rows) * width];
      context.words.set(words.subarray(start, end), start);
      context.rows.push([first, rows]);
    },
  };
  const canvas = Object.assign(new EventTarget(), {
    width: 0,
    height: 0,
    context,
    getContext: () => context,
  });
  context.canvas = canvas;
  return canvas;
}

/** In the place of the real one, until `end`. */
export function makeDisplay() {
  const page = { hidden: false };
  /** @type {(() => void)[]} */
  const asked = [];
  Object.assign(globalThis, {
    ImageData: FakeImageData,
    document: page,
    requestAnimationFrame: (/** @type {() => void} */ call) => asked.push(call),
  });
  return {
    page,
    /** What waits for the next refresh. */
    asked,
    refresh() {
      for (const call of asked.splice(0)) call();
    },
    end() {
      for (const name of NAMES) Reflect.deleteProperty(globalThis, name);
    },
  };
}
