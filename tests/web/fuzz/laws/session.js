/**
 * Whatever a server sends, the page has the picture that was sent, a blank one, or no connection; and so it
 * has by the loops in JavaScript and in WebAssembly. Input: see tests/fuzz/laws/events.py.
 */

import assert from "node:assert/strict";

import { parseControl } from "../../../../web/control.js";
import { loadKernel } from "../../../../web/kernel/kernel.js";
import { BY_NAME } from "../../../../web/pixels.js";
import { Session } from "../../../../web/session.js";
import { MAX_PICTURE_BYTES, ProtocolError } from "../../../../web/wire.js";

export const MOST_MEMORY = 16 * 2 ** 20;
/** Pixels of a picture that is played: a larger one is right, and slow. */
const MOST_PIXELS = 2 ** 16;
const KERNELS = [null, await loadKernel()];
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @param {Uint8Array<ArrayBuffer>} data */
export function check(data) {
  const sessions = KERNELS.map((kernel) => new Session(kernel));
  for (let at = 0; at + 3 <= data.length;) {
    const length = data[at + 1] | (data[at + 2] << 8);
    const bytes = data.slice(at + 3, at + 3 + length);
    const message = data[at] & 1 ? bytes.buffer : textOf(bytes);
    if (message === null || !(typeof message !== "string" || isPlayed(message))) return;
    const [one, other] = sessions.map((session) => session.receive(message, 0));
    assert.equal(Boolean(one.error), Boolean(other.error));
    assert.deepEqual(one.reply, other.reply);
    if (one.error && !one.isOver) assert.equal(sessions[0].picture?.number, 0);
    if (one.isOver) return;
    assert.deepEqual(sessions[0].picture?.pixels, sessions[1].picture?.pixels);
    at += 3 + length;
  }
}

/** Null for what is none: a WebSocket ends there. @param {Uint8Array} bytes */
function textOf(bytes) {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** Whether pictures that are announced are small, or none at all. @param {string} text */
export function isPlayed(text) {
  try {
    const told = parseControl(text);
    if (told?.type !== "stream") return true;
    const { width, height, format } = told;
    const bytes = width * height * (BY_NAME.get(format)?.bytesPerPixel ?? 0);
    return bytes > MAX_PICTURE_BYTES || width * height <= MOST_PIXELS;
  } catch (error) {
    assert.ok(error instanceof ProtocolError);
    return true;
  }
}
