/**
 * The types of what instruments take and say. Not served: a page runs without them.
 */

import type { Crop } from "../types.d.ts";

export interface Size {
  width: number;
  height: number;
}

export interface Place {
  x: number;
  y: number;
}

// viewport.js: all in pixels of the display

/** A picture, in its own pixels, and the room for it. A rotated one has its size as it is shown. */
export interface Stage {
  picture: Size;
  room: Size;
}

export interface View {
  /** Display pixels for one of the picture's. */
  scale: number;
  /** Where the picture begins in the room. */
  x: number;
  y: number;
  /** It stays as large as the room allows. */
  isFit: boolean;
}

// inspect.js

/** A field of a pixel's word. */
export interface Field {
  name: string;
  /** Its lowest bit, and how many it has. */
  low: number;
  bits: number;
}

export interface Pixel {
  /** The source's pixels that it stands for: their first, or their mean. */
  source: Crop;
  /** As stored, little-endian, without a padding byte. */
  word: number;
  /** The word in hex, decimal and bytes. */
  said: string;
  /** In their own bits, and in eight. */
  channels: (Field & { stored: number; shown: number })[];
}

// compare.js

export interface Difference {
  /** Pixels that differ. */
  count: number;
  /** Around them. */
  box: Crop | null;
  /** The largest of red, green and blue. */
  largest: number[];
}

// histogram.js

export interface Levels {
  /** How many pixels have each of the 256 levels. */
  bins: Uint32Array;
  mean: number;
  least: number;
  greatest: number;
}

export interface Histogram {
  /** Every so many-th pixel and row was looked at. */
  stride: number;
  /** Pixels that were. */
  count: number;
  /** Of red, green and blue. */
  channels: Levels[];
}

// probe.js

export interface Change {
  /** Levels of red, green and blue. */
  from: number[];
  to: number[];
  /** Those of the picture. */
  time: number;
  number: number;
}

// series.js

export interface Point {
  /** 0 is a span ago, 1 is now. */
  at: number;
  value: number;
}

// looks.js

/** Mirrored left to right first, then turned clockwise. */
export interface Turn {
  quarters: 0 | 1 | 2 | 3;
  mirror: boolean;
}
