/**
 * Unpacks LZ4 blocks into memory the caller owns.
 *
 * Accepts and makes exactly what liblz4's LZ4_decompress_safe does for the same room, so that no
 * message is a picture to one viewer and an error to another.
 */

/** A match begins and ends at least so many bytes before the end of the room. */
const MATCH_START_LIMIT = 12;
const LAST_LITERALS = 5;
/** What follows literals before a match: offset, token, last literals. */
const SHORTEST_TAIL = 2 + 1 + LAST_LITERALS;
const SHORTEST_MATCH = 4;
/** For fewer bytes a loop beats a built-in function. */
const SHORT = 24;

/**
 * Unpacks the block `source[position..sourceEnd]` into `target[start..end]` and nowhere else. How
 * many bytes it made, or -1: it is broken or has more.
 * @param {Uint8Array} source @param {number} position @param {number} sourceEnd
 * @param {Uint8Array} target @param {number} start @param {number} end @returns {number}
 */
export function unpack(source, position, sourceEnd, target, start, end) {
  let at = start;
  while (position < sourceEnd) {
    const token = source[position++];
    // Where any sequence without length bytes fits, liblz4 does not look for the end.
    const roomy = token < 0xf0 && at <= end - 32 && position < sourceEnd - 16;

    let length = token >> 4;
    for (let more = length === 15 ? 255 : 0; more === 255; length += more) {
      if (position >= sourceEnd) return -1;
      more = source[position++];
    }
    const literalsEnd = position + length;
    const isLast =
      !roomy && (at + length > end - MATCH_START_LIMIT || literalsEnd > sourceEnd - SHORTEST_TAIL);
    if (isLast && (literalsEnd !== sourceEnd || at + length > end)) return -1;
    if (length < SHORT) while (position < literalsEnd) target[at++] = source[position++];
    else {
      target.set(source.subarray(position, literalsEnd), at);
      at += length;
      position = literalsEnd;
    }
    if (isLast) return at - start;

    const offset = source[position] | (source[position + 1] << 8);
    position += 2;
    if (at - offset < start) return -1;
    length = token & 15;
    const unchecked = roomy && length < 15 && offset >= 8;
    for (let more = length === 15 ? 255 : 0; more === 255; length += more) {
      if (position >= sourceEnd) return -1;
      more = source[position++];
    }
    length += SHORTEST_MATCH;
    if (!unchecked && at + length > end - LAST_LITERALS) return -1;
    repeat(target, at, offset, length);
    at += length;
  }
  return -1;
}

/**
 * Makes `length` bytes at `at` equal to those `offset` before each of them.
 * @param {Uint8Array} target @param {number} at @param {number} offset @param {number} length
 */
function repeat(target, at, offset, length) {
  const end = at + length;
  if (offset === 0) {
    target.fill(0, at, end); // not valid, but liblz4 makes zeros
  } else if (length < SHORT) {
    for (let from = at - offset; at < end;) target[at++] = target[from++];
  } else {
    // An overlapping match repeats itself: what it made is copied too, twice as much each time.
    const from = at - offset;
    while (at < end) {
      const ready = Math.min(at - from, end - at);
      target.copyWithin(at, from, from + ready);
      at += ready;
    }
  }
}
