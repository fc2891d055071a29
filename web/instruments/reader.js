/**
 * Reads a recording as a tape that is fixed. docs/recordings.md is the authority.
 */

import { parseControl } from "../control.js";
import { formatOf } from "../pixels.js";
import { ProtocolError, check, checkSize, parse } from "../wire.js";
import {
  ANNOUNCEMENT,
  GAP,
  PICTURE,
  RecordingError,
  WHOLE,
  chunksOf,
  damage,
  endOf,
} from "./chunks.js";
import { Reel } from "./reel.js";

/** @import { Chunk } from "./chunks.js" */
/** @import { Told } from "./reel.js" */

/** Bytes of a file: all of it is held. */
const MAX_FILE = 2 ** 30;

class Reader {
  #reel;
  /** @type {Told | null} */
  #told = null;
  /** @type {string | null} */
  #gap = null;
  /** Of the last picture. */
  #number = 0;

  /** @param {Reel} reel takes the pictures */
  constructor(reel) {
    this.#reel = reel;
  }

  /** Throws RecordingError. @param {Chunk} chunk */
  take(chunk) {
    try {
      const { kind, payload } = chunk;
      if (kind === ANNOUNCEMENT) this.#announce(textOf(payload));
      else if (kind === GAP) this.#gap = textOf(payload);
      else if (kind === PICTURE) this.#show(chunk);
      else if (kind === WHOLE) this.#restart(payload);
    } catch (error) {
      if (error instanceof ProtocolError) throw damage(chunk.offset, error.message);
      throw error;
    }
  }

  /** @param {string} text */
  #announce(text) {
    const announced = parseControl(text);
    if (announced?.type !== "stream") {
      throw new ProtocolError("an announcement of something else than a stream");
    }
    checkSize(formatOf(announced), announced.width, announced.height);
    this.#told = { announced, text };
    this.#number = 0;
  }

  /** @param {Chunk} chunk */
  #show({ payload, position, received }) {
    const { told, base, number } = this.#parse(payload);
    check(base === 0 || base === this.#number, `a delta against ${base}, not ${this.#number}`);
    const entry = { message: payload, received, position: Math.max(position, this.#reel.until) };
    if (base === 0) this.#reel.begin(told, this.#gap, { whole: payload }, entry);
    else this.#reel.push(entry);
    this.#gap = null;
    this.#number = number;
  }

  /** @param {Uint8Array} message the newest picture once more */
  #restart(message) {
    const { base, number } = this.#parse(message);
    check(base === 0 && number === this.#number, "a whole picture of another one");
    this.#reel.restart(message);
  }

  /** @param {Uint8Array} bytes */
  #parse(bytes) {
    const told = this.#told;
    if (!told) throw new ProtocolError("a picture before the announcement");
    const { base, number, epoch, format, width, height } = parse(bytes);
    const { announced } = told;
    const isAnnounced =
      epoch === announced.epoch &&
      format.name === announced.format &&
      width === announced.width &&
      height === announced.height;
    check(isAnnounced, "a picture that was not announced");
    return { told, base, number };
  }
}

/**
 * The pictures of a recording. What is whole of one that was cut off, and what is before damage;
 * `problem` says then what follows. Throws RecordingError where there is no picture.
 * @param {Blob} file @param {{kernel?: import("../types.d.ts").Kernel | null}} [options] passed on to `blank`
 */
export async function tapeOf(file, options) {
  if (file.size > MAX_FILE) {
    const most = `and this page plays up to ${MAX_FILE}`;
    throw new RecordingError(
      `this file has ${file.size} bytes, ${most}; right would be a part of it, by ws-stream cut`,
    );
  }
  const bytes = new Uint8Array(await contentOf(file));
  const reel = new Reel(options);
  const reader = new Reader(reel);
  const end = endOf(bytes);
  try {
    for (const chunk of chunksOf(bytes)) reader.take(chunk);
  } catch (error) {
    if (!(error instanceof RecordingError) || !reel.length) throw error;
    // Where all pictures are there, what is damaged is not needed.
    if (reel.length !== end?.pictures) reel.problem = error.message;
  }
  if (!reel.length) {
    throw new RecordingError(
      "this recording holds no picture; right would be one that went on until there was one",
    );
  }
  if (end && !reel.problem) reel.until = Math.max(reel.until, end.position);
  return reel;
}

/** @param {Blob} file */
async function contentOf(file) {
  try {
    return await file.arrayBuffer();
  } catch (error) {
    throw new RecordingError(
      `this file cannot be read: ${String(error)}; right would be to choose it again`,
    );
  }
}

/** @param {Uint8Array} bytes */
function textOf(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ProtocolError("a text that is not UTF-8");
  }
}
