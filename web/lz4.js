/**
 * Unpacks LZ4 blocks into memory the caller owns. Takes those that keep the rules of docs/protocol.md
 * and no others: no message is a picture to one viewer and an error to another.
 */

/** The last match begins and ends at least so many bytes before the end of what is unpacked. */
const MATCH_START_LIMIT = 12;
const LAST_LITERALS = 5;
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
  let lastMatch = -Infinity;
  let lastMatchEnd = -Infinity;
  while (position < sourceEnd) {
    const token = source[position++];
    let length = token >> 4;
    for (let more = length === 15 ? 255 : 0; more === 255; length += more) {
      if (position >= sourceEnd) return -1;
      more = source[position++];
    }
    const literalsEnd = position + length;
    if (literalsEnd > sourceEnd || at + length > end) return -1;
    if (length < SHORT) while (position < literalsEnd) target[at++] = source[position++];
    else {
      target.set(source.subarray(position, literalsEnd), at);
      at += length;
      position = literalsEnd;
    }
    if (position === sourceEnd) {
      const isEnd = at - lastMatch >= MATCH_START_LIMIT && at - lastMatchEnd >= LAST_LITERALS;
      return isEnd ? at - start : -1;
    }

    if (position + 2 > sourceEnd) return -1;
    const offset = source[position] | (source[position + 1] << 8);
    position += 2;
    length = token & 15;
    for (let more = length === 15 ? 255 : 0; more === 255; length += more) {
      if (position >= sourceEnd) return -1;
      more = source[position++];
    }
    length += SHORTEST_MATCH;
    if (offset === 0 || at - offset < start || at + length > end) return -1;
    lastMatch = at;
    repeat(target, at, offset, length);
    at += length;
    lastMatchEnd = at;
  }
  return -1;
}

/**
 * Makes `length` bytes at `at` equal to those `offset` before each of them.
 * @param {Uint8Array} target @param {number} at @param {number} offset @param {number} length
 */
function repeat(target, at, offset, length) {
  const end = at + length;
  if (length < SHORT) {
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
