/**
 * One picture on one canvas, drawn as it comes, at most once per display refresh, and as large as its
 * place allows.
 */

/** @import { Label, Picture, Run } from "./types.d.ts" */

/** @typedef {{width: number, height: number}} Size */

/**
 * The picture's size in CSS pixels; `ratio` is the display's pixels per CSS pixel. An enlarged pixel
 * covers a whole number of the display's: no row looks thicker than others.
 * @param {Size} picture @param {Size} room @param {number} ratio
 */
export function fit(picture, room, ratio) {
  const largest = Math.min(room.width / picture.width, room.height / picture.height) * ratio;
  const pixelated = largest >= 1;
  const scale = (pixelated ? Math.floor(largest) : largest) / ratio;
  return { width: picture.width * scale, height: picture.height * scale, pixelated };
}

/** Fills the canvas's parent element, if there is one. */
export class Screen {
  /** The picture on the canvas. @type {Label | null} */
  drawn = null;

  #canvas;
  #context;
  #ondrawn;
  /** @type {ImageData | null} */
  #image = null;
  /** The image's pixels. */
  #rgba = new Uint32Array();
  /** @type {{picture: Picture, runs: Run[], drawn: Label} | null} */
  #due = null;
  #isAwaiting = false;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(drawn: Label) => void} [ondrawn]
   */
  constructor(canvas, ondrawn = () => {}) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("this browser gives no 2D canvas");
    this.#canvas = canvas;
    this.#context = context;
    this.#ondrawn = ondrawn;
    // A canvas may lose its content when the graphics driver restarts.
    canvas.addEventListener("contextrestored", () => {
      if (this.#image) context.putImageData(this.#image, 0, 0);
    });
    if (canvas.parentElement) new ResizeObserver(() => this.#fit()).observe(canvas.parentElement);
    addEventListener("resize", () => this.#fit()); // the ratio may have changed alone
  }

  /**
   * Draws these rows as they are by then: now, or at the display's next refresh if it drew since the
   * last one. A hidden page has no refreshes.
   * @param {Picture} picture @param {Run[]} runs
   */
  show(picture, runs) {
    const earlier = this.#due?.picture === picture ? this.#due.runs : [];
    const { epoch, number, time, meta } = picture;
    this.#due = { picture, runs: [...earlier, ...runs], drawn: { epoch, number, time, meta } };
    if (!this.#isAwaiting) this.#draw();
  }

  #draw() {
    if (!this.#due) return;
    this.#isAwaiting = true;
    requestAnimationFrame(() => {
      this.#isAwaiting = false;
      this.#draw();
    });
    const { picture, runs, drawn } = this.#due;
    // Number 0: a message was refused; the canvas stays as it is.
    if (document.hidden || !picture.number) return;
    this.#due = null;
    const { pixels, format, width, height } = picture;
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#image = new ImageData(width, height);
      this.#rgba = new Uint32Array(this.#image.data.buffer);
      Object.assign(this.#canvas, { width, height });
      this.#fit();
    }
    for (const [firstRow, rows] of runs) {
      format.toRgba(pixels, this.#rgba, firstRow * width, (firstRow + rows) * width);
      this.#context.putImageData(this.#image, 0, 0, 0, firstRow, width, rows);
    }
    this.drawn = drawn;
    this.#ondrawn(drawn);
  }

  #fit() {
    const { parentElement: place, width, height, style } = this.#canvas;
    if (!place || !width || !height) return;
    const room = { width: place.clientWidth, height: place.clientHeight };
    const size = fit({ width, height }, room, devicePixelRatio);
    style.width = `${size.width}px`;
    style.height = `${size.height}px`;
    style.imageRendering = size.pixelated ? "pixelated" : "auto";
  }
}
