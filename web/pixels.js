/**
 * The pixel formats: their names, how a pixel lies in memory, and what it looks like on a canvas.
 * Knows nothing of messages or screens.
 */

/**
 * Converts the pixels `first` to before `end` of a picture into RGBA words, at the same places of
 * `rgba`. `pixels` is the whole picture as on the wire, and begins at a multiple of 4 in its buffer.
 * @typedef {(pixels: Uint8Array, rgba: Uint32Array, first: number, end: number) => void} ToRgba
 */

/**
 * `code` is the format's number on the wire.
 * @typedef {{name: string, code: number, bytesPerPixel: number, toRgba: ToRgba}} PixelFormat
 */

// Words are little-endian, as is every machine that runs a browser.
const OPAQUE = 0xff000000;

/** @type {ToRgba} */
function fromRgbx8888(pixels, rgba, first, end) {
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length >> 2);
  for (let i = first; i < end; i++) rgba[i] = words[i] | OPAQUE;
}

/** @type {ToRgba} */
function fromBgrx8888(pixels, rgba, first, end) {
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length >> 2);
  for (let i = first; i < end; i++) {
    const word = words[i];
    rgba[i] = ((word >> 16) & 0xff) | (word & 0xff00) | ((word & 0xff) << 16) | OPAQUE;
  }
}

/** @param {number} red @param {number} blue where they lie @returns {ToRgba} */
const from888 = (red, blue) => (pixels, rgba, first, end) => {
  for (let i = first, at = 3 * first; i < end; i++, at += 3) {
    rgba[i] = pixels[at + red] | (pixels[at + 1] << 8) | (pixels[at + blue] << 16) | OPAQUE;
  }
};

/** @type {ToRgba} */
function fromRgb565(pixels, rgba, first, end) {
  const words = new Uint16Array(pixels.buffer, pixels.byteOffset, pixels.length >> 1);
  for (let i = first; i < end; i++) {
    const word = words[i];
    const red = word >> 11;
    const green = (word >> 5) & 63;
    const blue = word & 31;
    // The top bits fill the lower ones, so that full intensity stays full.
    rgba[i] =
      (red << 3) |
      (red >> 2) |
      (((green << 2) | (green >> 4)) << 8) |
      (((blue << 3) | (blue >> 2)) << 16) |
      OPAQUE;
  }
}

/** @type {ToRgba} */
function fromGray8(pixels, rgba, first, end) {
  for (let i = first; i < end; i++) rgba[i] = (pixels[i] * 0x010101) | OPAQUE;
}

/** @type {readonly PixelFormat[]} */
export const FORMATS = [
  { name: "rgbx8888", code: 1, bytesPerPixel: 4, toRgba: fromRgbx8888 },
  { name: "bgrx8888", code: 2, bytesPerPixel: 4, toRgba: fromBgrx8888 },
  { name: "rgb888", code: 3, bytesPerPixel: 3, toRgba: from888(0, 2) },
  { name: "bgr888", code: 4, bytesPerPixel: 3, toRgba: from888(2, 0) },
  { name: "rgb565", code: 5, bytesPerPixel: 2, toRgba: fromRgb565 },
  { name: "gray8", code: 6, bytesPerPixel: 1, toRgba: fromGray8 },
];

export const BY_CODE = new Map(FORMATS.map((format) => [format.code, format]));
export const BY_NAME = new Map(FORMATS.map((format) => [format.name, format]));
