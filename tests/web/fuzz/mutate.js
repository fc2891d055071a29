/**
 * Inputs made of others at random.
 */

/** Values at which something begins or ends. */
const EDGES = [
  0, 1, 2, 7, 8, 15, 16, 127, 128, 255, 256, 0x1000, 0x4000, 0x7fff, 0x8000, 0xffff, 0x7fffffff,
  0xffffffff,
];

/** Chance by a seed: a whole number below the limit. @typedef {(limit: number) => number} Next */

/**
 * Mulberry32 (Tommy Ettinger, public domain).
 * @param {number} seed @returns {Next}
 */
export function chance(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) % limit;
  };
}

/** @typedef {(bytes: Uint8Array, next: Next, other: Uint8Array) => Uint8Array} Mutation */

/** @param {Uint8Array} bytes @param {number} start @param {number} end @param {Uint8Array} by */
function replaced(bytes, start, end, by) {
  const made = new Uint8Array(bytes.length - (end - start) + by.length);
  made.set(bytes.subarray(0, start));
  made.set(by, start);
  made.set(bytes.subarray(end), start + by.length);
  return made;
}

/** @param {Uint8Array} bytes @param {Next} next */
function part(bytes, next) {
  const start = next(bytes.length + 1);
  return bytes.subarray(start, start + next(Math.min(bytes.length - start, 1 << next(8)) + 1));
}

/** @type {Mutation[]} */
const MUTATIONS = [
  (bytes, next) => {
    const made = bytes.slice();
    made[next(bytes.length)] ^= 1 << next(8);
    return made;
  },
  (bytes, next) => {
    const made = bytes.slice();
    made[next(bytes.length)] = next(256);
    return made;
  },
  (bytes, next) => {
    // A number of 1, 2 or 4 bytes, of either order.
    const made = bytes.slice();
    const size = Math.min(1 << next(3), made.length);
    const at = next(made.length - size + 1);
    const value = EDGES[next(EDGES.length)] + next(3) - 1;
    const isBig = next(2);
    for (let i = 0; i < size; i++) made[at + (isBig ? size - 1 - i : i)] = value >>> (8 * i);
    return made;
  },
  (bytes, next) => {
    const start = next(bytes.length);
    return replaced(
      bytes,
      start,
      start + 1 + next(Math.min(bytes.length - start, 16)),
      bytes.subarray(0, 0),
    );
  },
  (bytes, next) => {
    const start = next(bytes.length + 1);
    return replaced(
      bytes,
      start,
      start,
      Uint8Array.from({ length: 1 + next(8) }, () => next(256)),
    );
  },
  (bytes, next) => {
    const start = next(bytes.length + 1);
    return replaced(bytes, start, start, part(bytes, next));
  },
  (bytes, next, other) => {
    const start = next(bytes.length + 1);
    return replaced(bytes, start, start + next(bytes.length - start + 1), part(other, next));
  },
  (bytes, next, other) => {
    const by = part(other, next);
    const start = next(bytes.length + 1);
    return replaced(bytes, start, Math.min(bytes.length, start + by.length), by);
  },
  (bytes, next) => {
    // A decimal number in a text.
    const text = Buffer.from(bytes).toString("latin1");
    const numbers = [...text.matchAll(/[0-9]+/g)];
    if (!numbers.length) return bytes.slice();
    const { 0: digits, index } = numbers[next(numbers.length)];
    const value = next(2) ? EDGES[next(EDGES.length)] : Number(digits) + next(5) - 2;
    return replaced(bytes, index, index + digits.length, Buffer.from(String(value)));
  },
];

/** @param {Uint8Array[]} corpus not empty @param {Next} next @param {number} most bytes */
export function mutated(corpus, next, most) {
  // Half of the time a late one: what reached something new leads further.
  const late = Math.max(0, corpus.length - 32);
  let made = corpus[next(2) ? next(corpus.length) : late + next(corpus.length - late)];
  for (let times = 1 + next(4); times > 0; times--) {
    const bytes = made.length ? made : Uint8Array.of(next(256));
    made = MUTATIONS[next(MUTATIONS.length)](bytes, next, corpus[next(corpus.length)]);
  }
  return made.subarray(0, most);
}
