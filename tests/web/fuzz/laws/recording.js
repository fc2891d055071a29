/**
 * Whatever a file holds, it is a recording, one up to some byte, or none: a RecordingError says which, and a
 * ProtocolError of a picture that it cannot be shown. Input:
 * see tests/fuzz/laws/recording.py.
 */

import assert from "node:assert/strict";
import { crc32 } from "node:zlib";

import { RecordingError, chunksOf } from "../../../../web/instruments/chunks.js";
import { tapeOf } from "../../../../web/instruments/reader.js";
import { ProtocolError } from "../../../../web/wire.js";
import { isPlayed } from "./session.js";

export const MOST_MEMORY = 64 * 2 ** 20;
const MAGIC = Uint8Array.of(0x89, 0x57, 0x53, 0x53, 0x0d, 0x0a, 0x1a, 0x0a);
const [HEAD, HEADER, CHECK] = [16, 28, 4];
const MOST_PICTURES = 64;

/** @param {Uint8Array<ArrayBuffer>} data */
export async function check(data) {
  if (data[0] !== MAGIC[0]) mend(data);
  try {
    if (![...chunksOf(data)].every(isSmall)) return;
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
  }
  try {
    const tape = await tapeOf(new Blob([data]));
    assert.ok(tape.length > 0);
    for (let id = tape.first; id < Math.min(tape.end, tape.first + MOST_PICTURES); id++) {
      assert.ok(tape.entry(id));
      show(tape, id);
    }
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    assert.match(error.message, /^this [^\n]{5,400}$/);
  }
}

/** @param {import("../../../../web/instruments/reel.js").Reel} tape @param {number} id */
function show(tape, id) {
  try {
    assert.ok(tape.at(id));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}

/** @param {import("../../../../web/instruments/chunks.js").Chunk} chunk */
const isSmall = ({ kind, payload }) => kind !== 1 || isPlayed(new TextDecoder().decode(payload));

/** @param {Uint8Array<ArrayBuffer>} data */
function mend(data) {
  data.set(MAGIC.subarray(0, data.length));
  const view = new DataView(data.buffer);
  /** @param {number} start @param {number} end @param {number} before */
  const put = (start, end, before) => {
    const sum = crc32(data.subarray(start, end), before);
    if (end + CHECK <= data.length) view.setUint32(end, sum, true);
    return sum;
  };
  let sum = put(0, HEAD - CHECK, 0);
  for (let at = HEAD; at + HEADER <= data.length;) {
    const [start, length] = [at + HEADER, view.getUint32(at + 4, true)];
    sum = put(at, start - CHECK, sum);
    if (start + length + CHECK > data.length) return;
    sum = put(start, start + length, sum);
    at = start + length + CHECK;
  }
}
