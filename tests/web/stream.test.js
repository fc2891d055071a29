/**
 * The life of a connection: states, reconnecting, acknowledging, resynchronising, figures.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Stream } from "../../web/stream.js";
import { ANNOUNCED, every, message } from "./pictures.js";
import { FakeSocket, makeWorld } from "./world.js";

/** @import { Run, State } from "../../web/types.d.ts" */

const PACE = { type: "pace", published: 60, skipped: 40, fps: 60, device: false };

/** @type {ReturnType<typeof makeWorld>} */
let world;
/** @type {Stream} */
let stream;
/** The states that were reported. @type {State[]} */
let states;
/** Numbers of the pictures that were reported, and which rows. @type {[number, Run[]][]} */
let pictures;

beforeEach(() => {
  world = makeWorld();
  states = [];
  pictures = [];
  stream = new Stream("ws://device/stream/a");
  stream.addEventListener("frame", ({ picture, runs }) => pictures.push([picture.number, runs]));
  stream.addEventListener("state", () => states.push(stream.state));
});

afterEach(() => {
  stream.close();
  world.end();
});

/** Opens the newest socket and announces. */
function open() {
  world.socket.open();
  world.socket.say(ANNOUNCED);
  return world.socket;
}

/** A whole picture of one value. @param {number} number @param {number} value */
function whole(number, value) {
  const payload = every(2, 3, new Uint8Array(6).fill(value));
  return message({ number, base: 0 }, [{ firstRow: 0, rows: 3, kind: 0, payload }]);
}

/** Row 1 becomes 8. @param {number} number @param {number} base */
function difference(number, base) {
  const payload = every(2, 1, [8, 8]);
  return message({ number, base }, [{ firstRow: 1, rows: 1, kind: 0, payload }]);
}

/** @param {number} number @param {number} [time] */
function acknowledge(number, time = 0) {
  stream.acknowledge({ epoch: 7, number, time });
}

/** @param {number} number */
function unchanged(number) {
  world.socket.say({ type: "unchanged", number, time: 5 });
}

test("it offers the subprotocol and takes binary messages as buffers", () => {
  const { socket } = world;
  assert.equal(socket.url, "ws://device/stream/a?formats=plain%2Craw");
  assert.deepEqual(socket.protocols, ["ws-stream.v1"]);
  assert.equal(socket.binaryType, "arraybuffer");
});

test("it is connecting until there is a picture, then live", () => {
  assert.deepEqual([stream.state, stream.announced], ["connecting", null]);
  open();
  assert.equal(stream.state, "connecting");
  assert.equal(stream.announced?.name, "a");
  assert.equal(stream.picture?.number, 0);
  world.socket.bring(whole(4, 9));
  assert.equal(stream.state, "live");
  assert.deepEqual(pictures, [[4, [[0, 3]]]]);
  world.socket.bring(difference(5, 4));
  assert.deepEqual(pictures[1], [5, [[1, 1]]]);
  assert.deepEqual([...(stream.picture?.pixels ?? [])], [9, 9, 8, 8, 9, 9]);
  assert.deepEqual(states, ["connecting", "live"]);
});

test("it is unchanged when the device says so for 3 s, and live with the next picture", () => {
  open().bring(whole(4, 9));
  for (let second = 1; second <= 3; second++) {
    assert.equal(stream.state, "live");
    world.pass(1000);
    unchanged(4);
  }
  assert.equal(stream.state, "unchanged");
  assert.equal(stream.unchangedFor, 3000);
  world.socket.bring(difference(5, 4));
  assert.equal(stream.state, "live");
  assert.deepEqual(states, ["connecting", "live", "unchanged", "live"]);
});

test("it is unchanged at once when the device has no picture yet", () => {
  open();
  unchanged(0);
  assert.equal(stream.state, "unchanged");
  assert.equal(stream.unchangedFor, Infinity);
});

test("a server that waits for an acknowledgement does not say unchanged", () => {
  open().bring(whole(4, 9));
  unchanged(4);
  world.socket.bring(difference(5, 4));
  for (let second = 1; second <= 5; second++) {
    world.pass(1000);
    world.socket.say({ type: "waiting", number: 5, time: 5 });
  }
  assert.equal(stream.state, "live");
});

test("it is stale after 3 s of silence, and live again with any word", () => {
  open().bring(whole(4, 9));
  world.pass(2999);
  assert.equal(stream.state, "live");
  world.pass(201);
  assert.equal(stream.state, "stale");
  world.socket.say({ type: "of a later version" });
  assert.equal(stream.state, "live");
  assert.deepEqual(states, ["connecting", "live", "stale", "live"]);
});

test("after 10 s of silence it gives the connection up and heeds it no more", () => {
  const dead = open();
  dead.bring(whole(4, 9));
  world.pass(9999);
  assert.notEqual(stream.state, "lost");
  world.pass(100);
  assert.equal(stream.state, "lost");
  assert.ok(dead.isClosed);
  assert.equal(stream.picture?.number, 4);
  dead.bring(difference(5, 4));
  dead.break(1008);
  assert.equal(stream.state, "lost");
  assert.equal(stream.picture?.number, 4);
  assert.deepEqual(states, ["connecting", "live", "stale", "lost"]);
});

test("a picture that is long on its way arrives, in one connection or another", () => {
  for (const seconds of [9, 15, 35, 75, 155, 315]) {
    open(); // and then only parts of a picture, of which a browser tells nothing
    for (let attempt = 1; world.socket.sent && stream.state !== "live"; attempt++) {
      assert.ok(attempt < 3, "there are no outages for ever");
      const { socket } = world;
      world.pass(1000 * seconds);
      if (!socket.isClosed) socket.bring(whole(4, 9));
      else open();
    }
    world.socket.break();
    world.pass(1000);
  }
});

test("a device that is away is tried every few seconds, however long connections were waited for", () => {
  for (const patience of [10, 20, 40]) {
    open().bring(whole(4, 9));
    world.pass(1000 * patience + 100);
    assert.equal(stream.state, "lost");
    assert.equal(stream.reason, `nothing was heard for ${patience} s`);
    world.pass(600);
    world.pass(9_000);
    assert.equal(world.socket.isClosed, false);
    world.pass(1_100);
    assert.ok(world.socket.isClosed, "it never opened");
    world.pass(1_100);
  }
});

test("a server that says it was set to another time makes the ages of before void", () => {
  const socket = open();
  /** @param {number} ahead of our clock, in ms */
  const answer = (ahead) => {
    const viewer_time = 1000 * world.now;
    socket.say({ type: "clock", viewer_time, time: viewer_time + 1000 * ahead });
  };
  const bring = (/** @type {number} */ number, /** @type {number} */ time) => {
    const bytes = whole(number, number);
    new DataView(bytes.buffer).setBigUint64(16, BigInt(1000 * time), true);
    socket.bring(bytes);
    acknowledge(number, stream.picture?.time);
  };
  answer(5000);
  for (let number = 1; number <= 20; number++) bring(number, world.now + 5000 - 12);
  assert.equal(stream.statistics().age, 12);
  answer(3_605_000);
  assert.equal(stream.statistics().age, null);
  bring(21, world.now + 3_605_000 - 12);
  assert.equal(stream.statistics().age, 12);
});

test("a connection that never opens is given up as well", () => {
  world.pass(9999);
  assert.notEqual(stream.state, "lost");
  world.pass(100);
  assert.equal(stream.state, "lost");
});

test("it tries again later each time, up to 10 s, and at once quickly after a picture", () => {
  /** @type {number[]} */
  const delays = [];
  for (let failure = 0; failure < 7; failure++) {
    world.socket.break();
    assert.equal(stream.state, "lost");
    delays.push(stream.retryIn);
    const before = world.sockets.length;
    world.pass(delays[failure] - 1);
    assert.equal(world.sockets.length, before);
    world.pass(201);
    assert.equal(world.sockets.length, before + 1);
  }
  assert.deepEqual(delays, [500, 1000, 2000, 2000, 2000, 2000, 2000]);
  open().bring(whole(4, 9));
  assert.equal(stream.state, "live");
  world.socket.break();
  assert.equal(stream.retryIn, 500);
});

test("a server that accepts and says nothing of use is not tried faster", () => {
  for (const delay of [500, 1000, 2000]) {
    open();
    world.socket.break();
    assert.equal(stream.retryIn, delay);
    world.pass(delay + 200);
  }
});

test("chance takes up to half of each delay", () => {
  world.setLuck(0.999);
  world.socket.break();
  assert.ok(Math.abs(stream.retryIn - 250) < 1);
});

test("while lost it keeps what it held, and a new connection begins with nothing", () => {
  open().bring(whole(4, 9));
  const { picture } = stream;
  world.socket.break();
  world.pass(700);
  assert.equal(stream.picture, picture);
  assert.equal(stream.state, "lost");
  open();
  assert.equal(stream.picture?.number, 0);
  assert.equal(stream.state, "lost");
  world.socket.bring(whole(4, 9));
  assert.equal(stream.state, "live");
});

for (const code of [1002, 1003, 1007, 1008, 1009, 1010, 4400, 4406, 4499]) {
  test(`after close code ${code} it does not try again`, () => {
    open();
    world.socket.break(code, "a sentence");
    assert.equal(stream.state, "refused");
    assert.equal(stream.reason, "a sentence");
    world.pass(60_000);
    assert.equal(world.sockets.length, 1);
    assert.equal(world.timers.size, 0);
  });
}

for (const code of [1000, 1001, 1006, 1011, 1013, 4000, 4001, 4500]) {
  test(`after close code ${code} it tries again`, () => {
    open();
    world.socket.break(code);
    assert.equal(stream.state, "lost");
    world.pass(1000);
    assert.equal(world.sockets.length, 2);
  });
}

test("a stream that the server does not have is absent, with its sentence, and asked for again until it comes", () => {
  const sentence = "there is no stream at /stream/a; there are: none yet";
  for (const delay of [500, 1000, 2000]) {
    world.socket.open();
    world.socket.break(4004, sentence);
    assert.deepEqual([stream.state, stream.reason], ["absent", sentence]);
    assert.equal(stream.retryIn, delay);
    world.pass(delay + 200);
  }
  open().bring(whole(4, 9));
  assert.equal(stream.state, "live");
  world.socket.break(1006);
  assert.equal(stream.state, "lost");
});

test("after which time it tries again is never less than none", () => {
  assert.equal(stream.retryIn, 0);
  world.socket.break();
  world.pass(300);
  assert.equal(stream.retryIn, 200);
  world.pass(700);
  assert.equal(stream.retryIn, 0);
});

test("told to retry, it asks for an absent stream at once", () => {
  world.socket.break(4004, "none");
  stream.retry();
  assert.equal(world.sockets.length, 2);
});

test("closed, it ends the connection and all timers", () => {
  const socket = open();
  stream.close();
  assert.equal(stream.state, "closed");
  assert.ok(socket.isClosed);
  assert.equal(world.timers.size, 0);
  socket.bring(whole(4, 9));
  assert.deepEqual(pictures, []);
});

test("a frame is told with its message as it came, and the picture held", () => {
  const socket = open();
  /** @type {import("../../web/frame_event.js").FrameEvent[]} */
  const frames = [];
  stream.addEventListener("frame", (event) => frames.push(event));
  socket.bring(whole(4, 9));
  socket.bring(difference(5, 4));
  socket.bring(difference(9, 8));
  assert.equal(frames.length, 2, "what is refused is no frame");
  assert.deepEqual(new Uint8Array(frames[1].message), difference(5, 4));
  assert.equal(frames[1].picture, stream.picture);
});

test("what was shown is told once for each picture, after it is known", () => {
  const socket = open();
  /** @type {(number | undefined)[]} */
  const shown = [];
  stream.addEventListener("shown", () => shown.push(stream.shown?.number));
  socket.bring(whole(4, 9));
  socket.bring(difference(5, 4));
  for (const number of [5, 5, 4, 6]) acknowledge(number);
  assert.deepEqual(shown, [5]);
});

test("it acknowledges what it is told was drawn, once, and only what came", () => {
  const socket = open();
  socket.bring(whole(4, 9));
  socket.bring(difference(5, 4));
  assert.deepEqual(socket.replies(), []);
  for (const number of [6, 5, 5, 4, 0, -1]) acknowledge(number);
  assert.deepEqual(socket.replies(), [{ type: "acknowledge", epoch: 7, number: 5 }]);
});

test("what it is told of another epoch is not acknowledged", () => {
  const socket = open();
  socket.bring(whole(4, 9));
  socket.say({ ...ANNOUNCED, epoch: 8 });
  acknowledge(4);
  socket.bring(message({ epoch: 8, number: 5, base: 0 }));
  acknowledge(4);
  assert.deepEqual(socket.replies(), []);
  stream.acknowledge({ epoch: 8, number: 5, time: 0 });
  assert.deepEqual(socket.replies(), [{ type: "acknowledge", epoch: 8, number: 5 }]);
});

test("it says nothing of a no-ack picture, and counts it", () => {
  const socket = open();
  socket.bring(message({ number: 4, base: 0, flags: 2 }));
  acknowledge(4);
  assert.deepEqual(socket.replies(), []);
  assert.notEqual(stream.statistics().age, undefined);
});

for (const [what, wrong] of Object.entries({
  "no width": { ...ANNOUNCED, width: 0 },
  "more than a canvas takes": { ...ANNOUNCED, width: 16385 },
  "more than 64 MiB": { ...ANNOUNCED, format: "rgbx8888", width: 16384, height: 16384 },
  "half a row": { ...ANNOUNCED, height: 0.5 },
  "a format there is not": { ...ANNOUNCED, format: "jpeg" },
  "a text for a number": { ...ANNOUNCED, epoch: "7" },
  "no source": { ...ANNOUNCED, source: undefined },
  "what is not JSON": "{",
})) {
  test(`a server that announces ${what} is left, and tried again later`, () => {
    const socket = open();
    socket.bring(whole(4, 9));
    socket.say(wrong);
    assert.equal(stream.state, "lost");
    assert.notEqual(stream.reason, "");
    assert.equal(stream.picture?.number, 4);
    assert.ok(socket.isClosed);
    assert.equal(stream.retryIn, 500);
  });
}

test("a picture before its announcement is a reason to leave", () => {
  world.socket.open();
  world.socket.bring(whole(4, 9));
  assert.equal(stream.state, "lost");
});

test("what an earlier connection brought is not acknowledged on a later one", () => {
  open().bring(whole(4, 9));
  world.socket.break();
  acknowledge(4);
  world.pass(700);
  acknowledge(4);
  const socket = open();
  acknowledge(4);
  assert.deepEqual(socket.replies(), []);
});

test("what is refused is asked for again and does not end the connection; wrong checksums are counted", () => {
  const socket = open();
  socket.bring(whole(4, 9));
  socket.bring(difference(6, 5));
  assert.deepEqual(socket.replies(), [{ type: "resync" }]);
  assert.deepEqual([stream.mismatches, stream.state], [0, "live"]);
  socket.bring(message({ number: 7, base: 0, checksum: 1 }));
  assert.equal(stream.mismatches, 1);
  assert.equal(pictures.length, 1);
});

test("it asks for the time as soon as it is connected", () => {
  assert.deepEqual(world.socket.sent, []);
  world.socket.open();
  assert.deepEqual(world.socket.sent, [{ type: "clock", viewer_time: 1000 * world.now }]);
});

test("a source that cannot be read is not unchanged, and not silent", () => {
  const socket = open();
  socket.bring(whole(4, 9));
  for (let second = 1; second <= 9; second++) {
    world.pass(1000);
    if (second < 4) unchanged(4);
    else socket.say({ type: "problem", reason: "the memory is gone" });
    assert.equal(stream.state, second === 3 ? "unchanged" : "live");
  }
  assert.equal(stream.problem, "the memory is gone");
});

test("a problem before the first picture is a sign of a stream", () => {
  open().say({ type: "problem", reason: "the memory is gone" });
  assert.equal(stream.state, "live");
  world.socket.break();
  assert.equal(stream.retryIn, 500);
});

test("a problem of the source is told until it is over", () => {
  const socket = open();
  socket.say({ type: "problem", reason: "the memory is gone" });
  assert.equal(stream.problem, "the memory is gone");
  socket.say({ type: "problem", reason: null });
  assert.equal(stream.problem, null);
  assert.equal(states.length, 3);
});

test("figures are of the last two seconds; the age is by the device's clock", () => {
  const socket = open();
  const { age, uncertainty, roundTrip, limitedBy, ...others } = stream.statistics();
  assert.deepEqual([age, uncertainty, roundTrip, limitedBy], [null, null, null, null]);
  assert.deepEqual(new Set(Object.values(others)), new Set([0]));
  const [{ viewer_time }] = socket.sent;
  world.pass(10);
  // Half way, at 1005 here, it was 50 s there.
  socket.say({ type: "clock", viewer_time, time: 50_000_000 });
  for (let number = 1; number <= 100; number++) {
    const bytes = whole(number, number);
    // The first was 2 ms on its way, the others 12 ms.
    const taken = world.now + 48_995 - (number === 1 ? 2 : 12);
    new DataView(bytes.buffer).setBigUint64(16, BigInt(taken * 1000), true);
    socket.bring(bytes);
    world.pass(30);
    acknowledge(number, stream.picture?.time);
    world.pass(20);
    if (number === 1) assert.equal(stream.statistics().transit, 0);
  }
  socket.say(PACE);
  const figures = stream.statistics();
  // Half of the round trip, and what two clocks may drift apart in the five seconds since.
  assert.ok(Math.abs((figures.uncertainty ?? 0) - 6.25) < 0.01);
  figures.age = Math.round((figures.age ?? 0) * 1e6) / 1e6;
  figures.uncertainty = null;
  assert.deepEqual(figures, {
    picturesPerSecond: 20 - 0.5, // the one of exactly two seconds ago no longer counts
    bytesPerSecond: 19.5 * 64,
    age: 42,
    uncertainty: null,
    transit: 10,
    drawing: 30,
    delay: 0,
    late: 0,
    roundTrip: 10,
    limitedBy: "this browser",
  });
});

test("timers that fire late are noticed, and nothing limits a stream that is not live", () => {
  open().bring(whole(4, 9));
  world.socket.say(PACE);
  world.pass(2500, 7);
  assert.equal(stream.statistics().delay, 7);
  assert.equal(stream.statistics().limitedBy, "this browser");
  world.pass(1000);
  assert.deepEqual([stream.state, stream.statistics().limitedBy], ["stale", null]);
});

test("a request says what was given, and later connections hear it by their address", () => {
  const socket = open();
  stream.request({ fps: 0 });
  stream.request({ crop: [1, 2, 30, 40] });
  stream.request({ step: 1 });
  stream.request({ crop: null });
  assert.deepEqual(socket.replies(), [
    { type: "request", id: 1, fps: 0 },
    { type: "request", id: 2, crop: [1, 2, 30, 40] },
    { type: "request", id: 3, step: 1 },
    { type: "request", id: 4, crop: null },
  ]);
  socket.break();
  world.pass(1000);
  assert.equal(world.socket.url, "ws://device/stream/a?formats=plain%2Craw&fps=0&step=1");
});

test("a request resolves with what was granted for it, or for a later one", async () => {
  const socket = open();
  const [first, second, third] = [1, 2, 3].map((step) => stream.request({ step }));
  socket.say({ ...ANNOUNCED, step: 2 });
  socket.say({ type: "granted", id: 2, fps: 12.5 });
  const expected = { fps: 12.5, step: 2, input: false };
  for (const request of [first, second]) {
    const granted = await request;
    assert.deepEqual(
      { fps: granted?.fps, step: granted?.announced?.step, input: granted?.announced?.input },
      expected,
    );
  }
  socket.say({ type: "granted", id: null, fps: 1 });
  socket.say({ type: "granted", id: 3, fps: 60 });
  assert.equal((await third)?.fps, 60);
});

test("what was not answered before the connection broke is answered on the next", async () => {
  const before = open();
  const request = stream.request({ step: 2 });
  before.break();
  const other = stream.request({ average: true });
  world.pass(1000);
  assert.equal(world.socket.url, "ws://device/stream/a?formats=plain%2Craw&step=2&average=true");
  const socket = open();
  assert.deepEqual(socket.replies(), [{ type: "request", id: 2 }]);
  socket.say({ type: "granted", id: 2, fps: 30 });
  assert.deepEqual([(await request)?.fps, (await other)?.fps], [30, 30]);
  socket.break();
  world.pass(1000);
  assert.deepEqual(open().replies(), []);
});

test("requests made while it connects are said once it is open", () => {
  stream.request({ fps: 5 });
  stream.request({ step: 2, fps: 6 });
  assert.deepEqual(world.socket.sent, []);
  assert.deepEqual(open().replies(), [{ type: "request", id: 2, step: 2, fps: 6 }]);
});

test("a request that is never answered resolves with null at the end", async () => {
  open();
  const request = stream.request({ step: 2 });
  stream.close();
  assert.equal(await request, null);
  assert.equal(await stream.request({ step: 3 }), null);
});

test("the query of its address is kept: limits of what it decodes, too", () => {
  stream.close();
  stream = new Stream("ws://device/stream/a?fps=10&acknowledge=no&formats=rgb565&max_segment=8192");
  stream.request({ step: 2 });
  world.socket.break();
  world.pass(1000);
  assert.equal(
    world.socket.url,
    "ws://device/stream/a?fps=10&acknowledge=no&formats=rgb565&max_segment=8192&step=2",
  );
});

test("a whole picture can be asked for, while it is connected", () => {
  const socket = open();
  socket.bring(whole(4, 9));
  stream.resync();
  assert.deepEqual(socket.replies(), [{ type: "resync" }]);
  socket.bring(whole(4, 9));
  socket.break();
  stream.resync();
  assert.equal(stream.picture?.number, 4, "what it shows while it is lost stays");
});

test("what the user did is said of the picture shown, where that is heard", () => {
  const events = /** @type {import("../../web/types.d.ts").InputEvent[]} */ ([
    { kind: "custom", name: "a", data: "" },
  ]);
  const socket = open();
  socket.bring(whole(4, 9));
  acknowledge(4);
  socket.replies();
  stream.input(events);
  assert.deepEqual(socket.replies(), []);
  socket.say({ ...ANNOUNCED, epoch: 8, input: true });
  stream.input(events);
  assert.deepEqual(socket.replies(), [{ type: "input", epoch: 7, number: 4, events }]);
  assert.equal(stream.shown?.announced.epoch, 7);
  socket.break();
  stream.input(events);
  world.pass(1000);
  const again = open();
  again.say({ ...ANNOUNCED, input: true });
  assert.equal(stream.shown, null);
  stream.input(events);
  assert.deepEqual(again.replies(), []);
});

test("where the platform has no WebSocket, one can be given", () => {
  stream.close();
  /** @type {FakeSocket[]} */
  const made = [];
  const Socket = /** @type {any} */ (
    class extends FakeSocket {
      /** @param {string} url @param {string[]} protocols */
      constructor(url, protocols) {
        super(url, protocols);
        made.push(this);
      }
    }
  );
  const before = world.sockets.length;
  stream = new Stream("ws://device/stream/b", { WebSocket: Socket });
  made[0].open();
  made[0].break();
  world.pass(1000);
  assert.deepEqual([made.length, world.sockets.length], [2, before]);
});

test("told to retry, it connects at once when it is lost, and otherwise does nothing", () => {
  open().break(4001);
  stream.retry();
  assert.equal(world.sockets.length, 2);
  stream.retry();
  open();
  stream.retry();
  assert.equal(world.sockets.length, 2);
  stream.close();
  stream.retry();
  assert.equal(world.sockets.length, 2);
});

test("however long nothing happens, it gives a sign of life at least every 6 s, without timers", () => {
  const socket = open();
  socket.bring(whole(4, 9));
  acknowledge(4);
  let saidAt = world.now;
  world.timers.clear(); // those of a hidden page may come once a minute
  for (let second = 1; second <= 60; second++) {
    world.pass(1000);
    socket.sent = [];
    socket.say({ type: second % 2 ? "unchanged" : "waiting", number: 4, time: 5 });
    if (socket.sent.length) saidAt = world.now;
    assert.ok(world.now - saidAt < 6000);
  }
});
