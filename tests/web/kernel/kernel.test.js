/**
 * The loops in WebAssembly do what those in JavaScript do, to the byte; and where there are none, nothing
 * is amiss.
 */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { crc32 } from "node:zlib";

import { decode } from "../../../web/codec.js";
import { loadKernel } from "../../../web/kernel/kernel.js";
import { FORMATS } from "../../../web/pixels.js";
import { Session } from "../../../web/session.js";
import { ChecksumError, MARKED_LZ4, ProtocolError, contentLengths } from "../../../web/wire.js";
import { ANNOUNCED, KERNELS, format, held, message, random, randomParts } from "../pictures.js";

/** @import { Kernel, Picture } from "../../../web/types.d.ts" */

const { JavaScript, WebAssembly: compiled } = KERNELS;
/** Whole groups, parts of them, one row, one column. */
const SIZES = [
  [1, 1],
  [7, 3],
  [8, 2],
  [65, 9],
  [16384, 1],
  [1, 300],
  [200, 61],
];
const real = globalThis.WebAssembly;
afterEach(() => {
  globalThis.WebAssembly = real;
});

/** The same picture twice. @param {{format: string, width: number, height: number}} of */
const twins = (of) => [held({ ...of, kernel: JavaScript }), held({ ...of, kernel: compiled })];

/** @param {{pixels: Uint8Array}} one @param {{pixels: Uint8Array}} other @param {string} what */
function assertEqual({ pixels }, { pixels: others }, what) {
  assert.equal(Buffer.compare(pixels, others), 0, what);
}

/** What becomes of a message. @param {Uint8Array} bytes @param {Picture} picture */
function verdict(bytes, picture) {
  try {
    return JSON.stringify(decode(bytes, picture));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return error.message;
  }
}

/**
 * Content as a block of LZ4: matches are taken wherever there are any.
 * @param {Uint8Array} content
 */
function packed(content) {
  /** @type {number[]} */
  const block = [];
  /** @param {number} length */
  const more = (length) => {
    for (let left = length - 15; left >= 0; left -= 255) block.push(Math.min(left, 255));
  };
  const found = new Map();
  let from = 0;
  for (let at = 0; at + 12 <= content.length;) {
    const key = content.subarray(at, at + 4).join();
    const earlier = found.get(key);
    found.set(key, at);
    let length = 0;
    while (at + length < content.length - 5 && content[earlier + length] === content[at + length]) {
      length++;
    }
    if (earlier === undefined || length < 4 || at - earlier > 65535) at++;
    else {
      block.push((Math.min(at - from, 15) << 4) | Math.min(length - 4, 15));
      more(at - from);
      block.push(...content.subarray(from, at), (at - earlier) & 255, (at - earlier) >> 8);
      more(length - 4);
      at += length;
      from = at;
    }
  }
  block.push(Math.min(content.length - from, 15) << 4);
  more(content.length - from);
  return Uint8Array.from([...block, ...content.subarray(from)]);
}

test("the loops run in a memory of the picture's own, no larger than its size explains", () => {
  for (const { name } of FORMATS) {
    for (const [width, height] of SIZES) {
      const [, { loops, pixels, format: known }] = twins({ format: name, width, height });
      const { byteLength } = pixels.buffer;
      assert.equal(loops.rgba.buffer, pixels.buffer);
      const most = contentLengths(known, width, height)[1];
      assert.ok(byteLength <= pixels.length + 2 * most + 4 * width * height + 3 * 65536);
      const [, other] = twins({ format: name, width, height });
      assert.notEqual(other.pixels.buffer, pixels.buffer);
    }
  }
});

for (const { name, code } of FORMATS) {
  test(`${name}: messages, harmed ones too, have the same verdict and make the same picture`, () => {
    const next = random(code + 100);
    const seen = { taken: 0, refused: 0 };
    for (let round = 0; round < 150; round++) {
      const [width, height] = [1 + next(70), 1 + next(12)];
      const [one, other] = twins({ format: name, width, height });
      for (let number = 7; number < 12; number++) {
        const made = one.pixels.slice();
        const parts = randomParts(next, made, width, height, one.format).map((part) => {
          const block = packed(part.payload);
          const isShort = block.length < contentLengths(one.format, width, part.rows)[1];
          const isPacked = part.kind === 0 && isShort && next(2);
          return isPacked ? { ...part, kind: MARKED_LZ4, payload: block } : part;
        });
        const checksum = next(4) ? undefined : crc32(made);
        const bytes = message({ code, width, height, number, base: number - 1, checksum }, parts);
        for (let harm = next(3); harm > 0; harm--) {
          // Anywhere behind the segment table, most of the time.
          const least = next(9) ? 36 + 12 * parts.length : 0;
          if (bytes.length > least) bytes[least + next(bytes.length - least)] ^= 1 << next(8);
        }
        const [said, twin] = [verdict(bytes, one), verdict(bytes, other)];
        assert.equal(twin, said);
        assertEqual(one, other, `${width}x${height}, round ${round}: ${said}`);
        seen[one.number ? "taken" : "refused"]++;
        if (!one.number) break;
      }
    }
    assert.ok(seen.taken > 150 && seen.refused > 75, JSON.stringify(seen));
  });

  test(`${name}: any run of pixels is converted, and no other`, () => {
    const next = random(code);
    for (const [width, height] of SIZES) {
      const [one, other] = twins({ format: name, width, height });
      one.pixels.forEach((_, at) => (one.pixels[at] = other.pixels[at] = next(256)));
      for (let round = 0; round < 20; round++) {
        const first = next(width * height);
        const end = round ? first + next(width * height - first + 1) : width * height;
        for (const { loops } of [one, other]) loops.convert(round && first, end);
        assert.deepEqual(
          other.loops.rgba,
          one.loops.rgba,
          `${width}x${height}, ${first} to ${end}`,
        );
      }
    }
  });
}

test("the checksum is zlib's, for pictures of any size", () => {
  for (const bytes of [1, 7, 16, 4799, 4800, 4801, 9599, 9600, 9616, 14400, 16384]) {
    for (const kernel of Object.values(KERNELS)) {
      const { pixels, loops } = held({ width: bytes, height: 1, kernel });
      assert.equal(loops.crc32(), crc32(pixels), `${bytes} bytes`);
    }
  }
  const { pixels, loops } = held({ format: "rgbx8888", width: 640, height: 480, kernel: compiled });
  assert.equal(loops.crc32(), crc32(pixels));
});

test("a match repeats what is offset bytes before it, whatever offset and length", () => {
  const tail = Array.from({ length: 12 }, (_, at) => 200 + at);
  const start = Array.from({ length: 70 }, (_, at) => at + 1);
  for (const offset of [...Array(34).keys(), 63, 64, 70].slice(1)) {
    for (const length of [4, 5, 15, 16, 17, 18, 19, 31, 32, 48, 255, 256, 257, 274, 529, 5000]) {
      const colours = [...start];
      for (let n = 0; n < length; n++) colours.push(colours[colours.length - offset]);
      colours.push(...tail);
      const width = colours.length;
      const marks = new Uint8Array(contentLengths(format("gray8"), width, 1)[1] - width).fill(255);
      const perRow = Math.ceil(width / 8);
      /** @param {number} count */
      const rest = (count) => 2 ** (count % 8 || 8) - 1;
      marks[Math.ceil(perRow / 8) - 1] = rest(perRow);
      marks[marks.length - 1] = marks[marks.length - 1 - perRow] = rest(width);
      const literals = [...marks, ...start];
      /** @param {number} count @returns {number[]} */
      const more = (count) =>
        count < 15 ? [] : [...Array(Math.floor((count - 15) / 255)).fill(255), (count - 15) % 255];
      const block = Uint8Array.from([
        (Math.min(literals.length, 15) << 4) | Math.min(length - 4, 15),
        ...[
          ...more(literals.length),
          ...literals,
          offset,
          0,
          ...more(length - 4),
          12 << 4,
          ...tail,
        ],
      ]);
      for (const kernel of Object.values(KERNELS)) {
        const { pixels, loops } = held({ width, height: 2, kernel }); // there is room for longer blocks
        const made = loops.unpack(block, 0, block.length, marks.length + width);
        assert.equal(made, marks.length + width);
        assert.ok(loops.draw({ firstRow: 0, rows: 1 }, made));
        assert.deepEqual(
          [...pixels.subarray(0, width)],
          colours,
          `offset ${offset}, length ${length}`,
        );
      }
    }
  }
});

test("a session holds its pictures by the kernel that it is given", () => {
  const session = new Session(compiled);
  session.receive(JSON.stringify(ANNOUNCED), 0);
  assert.equal(session.picture?.pixels.buffer, session.picture?.loops.rgba.buffer);
});

test("a wrong checksum is found", () => {
  const picture = held({ kernel: compiled });
  assert.throws(() => decode(message({ checksum: 1 }), picture), ChecksumError);
});

for (const [why, stub] of /** @type {[string, any][]} */ ([
  ["there is no WebAssembly", undefined],
  ["the page may not compile it", { compile: () => Promise.reject(new real.CompileError()) }],
  ["SIMD is unknown", { compile: async () => real.compile(Uint8Array.of(0, 97, 115, 109, 9)) }],
])) {
  test(`no kernel is loaded, and nothing thrown, where ${why}`, async () => {
    globalThis.WebAssembly = stub;
    assert.equal(await loadKernel(), null);
  });
}

test("a picture is held in JavaScript where there is no room for one more memory", async () => {
  const kernel = /** @type {Kernel} */ (await loadKernel());
  globalThis.WebAssembly = /** @type {any} */ ({
    Memory: class {
      constructor() {
        throw new RangeError("could not allocate memory");
      }
    },
  });
  const picture = held({ kernel });
  assert.notEqual(picture.loops.rgba.buffer, picture.pixels.buffer);
  assert.deepEqual(decode(message(), picture), []);
});
