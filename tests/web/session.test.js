/**
 * What a session makes of messages: pictures, announcements, resynchronising, signs of life.
 */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { crc32 } from "node:zlib";

import { Session } from "../../web/session.js";
import { ChecksumError, ProtocolError, QUIET } from "../../web/wire.js";
import { every, message, random } from "./pictures.js";

const ANNOUNCEMENT = { type: "stream", name: "a", epoch: 7, format: "gray8", width: 2, height: 3 };
const RESYNC = { type: "resync" };

/** @type {Session} */
let session;

beforeEach(() => {
  session = new Session();
  session.saidAt = 0;
  say(ANNOUNCEMENT);
});

/** @param {object} control @param {number} now */
function say(control, now = 0) {
  return session.receive(JSON.stringify(control), now);
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function bring(bytes) {
  return session.receive(bytes.slice().buffer, 0);
}

/** All rows, with a checksum. @param {number} number @param {Uint8Array} pixels */
function whole(number, pixels = new Uint8Array(6).fill(number)) {
  const part = { firstRow: 0, rows: 3, kind: 0, payload: every(2, 3, pixels) };
  return message({ number, base: 0, checksum: crc32(pixels) }, [part]);
}

/** @param {number} number */
function draw(number) {
  return session.acknowledgements.draw(number);
}

/** No rows. @param {number} number @param {number} base */
function same(number, base) {
  return message({ number, base });
}

test("an announcement is news, and makes a blank picture of its size", () => {
  assert.deepEqual(say({ ...ANNOUNCEMENT, epoch: 8, format: "rgb888", width: 5 }), { news: true });
  assert.equal(session.picture?.pixels.length, 45);
  assert.deepEqual([session.picture.epoch, session.picture.number], [8, 0]);
});

test("a stream may change its format, and only pictures of the new one are taken", () => {
  bring(whole(4));
  say({ ...ANNOUNCEMENT, epoch: 8, format: "rgb565" });
  assert.equal(session.picture?.format.name, "rgb565");
  assert.equal(session.picture.pixels.length, 12);
  assert.deepEqual(bring(message({ epoch: 8, number: 1, base: 0 })).reply, RESYNC);
  assert.deepEqual(bring(message({ epoch: 8, code: 5, number: 1, base: 0 })).runs, [[0, 3]]);
});

test("a picture of an epoch that is over is refused", () => {
  bring(whole(4));
  say({ ...ANNOUNCEMENT, epoch: 8 });
  assert.deepEqual(bring(whole(5)).reply, RESYNC);
});

test("a picture that is not quiet is to be acknowledged once it is drawn", () => {
  bring(whole(4));
  assert.deepEqual(draw(4), { reply: { type: "acknowledge", number: 4 } });
  bring(message({ number: 5, base: 4, flags: QUIET }));
  assert.deepEqual(draw(5), {});
});

test("after a new announcement older pictures are not acknowledged", () => {
  bring(whole(4));
  say({ ...ANNOUNCEMENT, epoch: 8 });
  assert.equal(draw(4), null);
});

test("after a new announcement numbers may begin anew", () => {
  bring(whole(4));
  draw(4);
  say({ ...ANNOUNCEMENT, epoch: 8 });
  bring(message({ epoch: 8, number: 1, base: 0 }));
  assert.deepEqual(draw(1), { reply: { type: "acknowledge", number: 1 } });
});

test("a picture that was drawn may still be acknowledged after another was refused", () => {
  bring(whole(4));
  bring(same(6, 5));
  assert.deepEqual(draw(4), { reply: { type: "acknowledge", number: 4 } });
});

test("what is refused leaves a blank picture, and asks for a difference from blank", () => {
  bring(whole(4));
  const { error, reply } = bring(same(6, 5));
  assert.ok(error instanceof ProtocolError);
  assert.deepEqual(reply, RESYNC);
  assert.equal(session.picture?.number, 0);
  assert.deepEqual(session.picture.pixels, new Uint8Array(6));
});

test("what was on its way is refused without asking again, until a picture was right", () => {
  bring(whole(4));
  assert.deepEqual(bring(same(6, 5)).reply, RESYNC);
  for (const bytes of [same(7, 6), same(8, 4), whole(9).subarray(1)]) {
    const { error, reply } = bring(bytes);
    assert.ok(error);
    assert.equal(reply, undefined);
  }
  assert.deepEqual(bring(whole(8)), { runs: [[0, 3]] });
  assert.deepEqual(bring(same(10, 9)).reply, RESYNC);
});

for (const type of ["unchanged", "waiting"]) {
  test(`when the answer was refused too, '${type}' makes it ask again`, () => {
    bring(whole(4));
    bring(same(6, 5));
    bring(whole(6).subarray(1));
    const sign = { type, number: 6, time: 5 };
    assert.deepEqual(say(sign), { reply: RESYNC });
    assert.deepEqual(say(sign), { reply: RESYNC });
    bring(whole(6));
    assert.deepEqual(say(sign), {});
  });
}

for (const [type, acknowledged, expected] of /** @type {[string, boolean, object][]} */ ([
  ["unchanged", true, { type: "clock", viewer_time: 5000 }],
  ["waiting", true, { type: "acknowledge", number: 4 }],
  ["waiting", false, { type: "clock", viewer_time: 5000 }],
])) {
  const what = `${acknowledged ? "after" : "before"} an acknowledgement, '${type}'`;
  test(`${what} is answered once nothing was said for 5 s`, () => {
    bring(whole(4));
    if (acknowledged) draw(4);
    const sign = { type, number: 4, time: 5 };
    assert.deepEqual(say(sign, 4999), {});
    assert.deepEqual(say(sign, 5000), { reply: expected });
    session.saidAt = 5000;
    assert.deepEqual(say(sign, 9999), {});
  });
}

test("only signs of life are answered with one: pictures are acknowledged when they are drawn", () => {
  for (const now of [0, 60_000]) {
    assert.deepEqual(say({ type: "pace", published: 1, skipped: 0, device: false }, now), {});
  }
  assert.equal(session.pace?.published, 1);
});

test("a checksum that does not match is an error of its own", () => {
  const bytes = whole(4);
  bytes[28] ^= 1;
  const { error, reply } = bring(bytes);
  assert.ok(error instanceof ChecksumError);
  assert.deepEqual(reply, RESYNC);
});

test("without an announcement there is nothing to ask for", () => {
  session = new Session();
  const { error, reply } = bring(whole(4));
  assert.ok(error);
  assert.equal(reply, undefined);
});

/**
 * Brings a message by a bad way.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Uint8Array<ArrayBuffer>[]} late
 * @param {(limit: number) => number} next
 */
function bringBadly(bytes, late, next) {
  // Epoch, number, base and time are in no checksum: a change of them can go unnoticed.
  const place = 24 + next(bytes.length - 24);
  const garbled = bytes.map((byte, at) => (at === place ? byte ^ (1 << next(8)) : byte));
  const ways = [
    [bytes.slice(0, next(bytes.length))],
    [garbled],
    [bytes, bytes],
    [],
    [...late, bytes],
  ];
  const way = next(12);
  if (way === 3) late.push(bytes);
  return (ways[way] ?? [bytes]).map(bring);
}

test("cut, garbled, repeated and reordered messages never make a wrong picture", () => {
  const next = random(6);
  const truth = new Map([[0, new Uint8Array(6)]]);
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const late = [];
  let base = 0;
  let right = 0;
  let wrong = 0;
  for (let number = 1; number <= 5000; number++) {
    const pixels = Uint8Array.from({ length: 6 }, () => next(256));
    const old = truth.get(base);
    assert.ok(old && session.picture);
    for (const at of pixels.keys()) if (next(2)) pixels[at] = old[at];
    const changed = [...pixels.keys()].filter((at) => pixels[at] !== old[at]);
    const marks = [0, 0, 0];
    for (const at of changed) marks[at >> 1] |= 1 << (at % 2);
    const bits = marks.reduce((byte, mask, row) => byte | (Number(mask > 0) << row), 0);
    const held = marks.filter((mask) => mask);
    const payload = Uint8Array.of(bits, ...held, ...held, ...changed.map((at) => pixels[at]));
    const part = { firstRow: 0, rows: 3, kind: 0, payload };
    const bytes = message({ number, base, checksum: crc32(pixels) }, [part]);
    truth.set(number, pixels);
    base = number; // the server trusts that it arrives
    const outcomes = [...bringBadly(bytes, late, next), say({ type: "waiting", number, time: 5 })];
    if (outcomes.some(({ reply }) => reply)) base = 0;
    wrong += outcomes.filter(({ error }) => error).length;
    right += outcomes.filter(({ runs }) => runs).length;
    const { number: shown, pixels: made } = session.picture;
    if (shown) assert.deepEqual(made, truth.get(shown));
  }
  assert.ok(right > 1000 && wrong > 1000, `${right} right and ${wrong} wrong are too few`);
  bring(whole(6000));
  assert.equal(session.picture?.number, 6000);
});
