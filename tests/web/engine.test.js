/**
 * What the page and the engine of a canvas say to each other.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";

import { serve } from "../../web/engine.js";
import { makeServed } from "./served.js";

/** @type {ReturnType<typeof makeServed>} */
let served;
beforeEach(() => {
  served = makeServed();
});
afterEach(() => served.end());

const WHOLE = Array(6).fill(0);

test("the state is told at once, with each change, and with the figures twice a second", async () => {
  const states = async () => (await served.news("status")).map(({ status }) => status.state);
  assert.deepEqual(await states(), ["connecting"]);
  served.announce();
  served.bring(1, 9);
  assert.deepEqual(await states(), ["connecting", "live"]);
  served.world.pass(499);
  assert.deepEqual(await states(), []);
  served.world.pass(1001);
  assert.deepEqual(await states(), ["live", "live", "live"]);
  served.world.socket.break(4001, "going away");
  const [{ status, statistics }] = await served.news("status");
  assert.deepEqual([status.state, status.reason, status.retryIn], ["lost", "going away", 500]);
  assert.equal(status.announced.name, "a");
  assert.equal(statistics.picturesPerSecond, 0.5);
});

test("what is shown is told with its announcement, also while a new epoch is on its way", async () => {
  served.announce();
  served.bring(1, 9, 5e15);
  served.announce({ epoch: 8, width: 3, height: 2, source: [3, 2] });
  const told = await served.news("shown");
  assert.equal(told.length, 1);
  const { announced, ...label } = told[0].shown;
  assert.deepEqual(label, { epoch: 7, number: 1, time: 5e15, meta: null });
  assert.deepEqual([announced.epoch, announced.width], [7, 2]);
  served.rest();
  served.bring(1, 9);
  const [{ shown }] = await served.news("shown");
  assert.deepEqual([shown.epoch, shown.announced.epoch, shown.announced.width], [8, 8, 3]);
});

test("frozen, the picture stays, and is what is said to be shown, while the server hears of each that comes", async () => {
  served.announce();
  served.bring(1, 9);
  served.rest();
  await served.ask("freeze");
  served.world.socket.replies();
  served.announce({ epoch: 8, width: 3, height: 2, source: [3, 2] });
  for (const number of [1, 2, 3]) served.bring(number, 50 + number);
  served.rest();
  assert.deepEqual(served.world.socket.replies(), [
    { type: "acknowledge", epoch: 8, number: 1 },
    { type: "acknowledge", epoch: 8, number: 2 },
    { type: "acknowledge", epoch: 8, number: 3 },
  ]);
  assert.deepEqual(served.shown(), Array(6).fill(9));
  for (const { shown } of await served.news("shown")) {
    assert.deepEqual([shown.epoch, shown.number, shown.announced.width], [7, 1, 2]);
  }
  await served.ask("release");
  served.rest();
  assert.deepEqual([served.canvas.width, served.shown()], [3, Array(6).fill(53)]);
  const last = (await served.news("shown")).at(-1).shown;
  assert.deepEqual([last.epoch, last.number, last.announced.width], [8, 3, 3]);
});

test("which picture is held is told, and when it is none", async () => {
  served.announce();
  served.bring(4, 9);
  await served.news("status");
  await served.ask("freeze");
  await served.ask("release");
  const held = (await served.news("status")).filter((told) => "held" in told);
  assert.deepEqual(held, [
    { type: "status", held: { epoch: 7, number: 4, time: 1e15, meta: null } },
    { type: "status", held: null },
  ]);
});

test("before the first picture there is nothing to freeze", async () => {
  served.announce();
  await served.ask("freeze");
  served.bring(1, 9);
  assert.deepEqual(served.shown(), Array(6).fill(9));
});

test("what the page requests, the server hears, and its answer comes back", async () => {
  served.announce({ input: true });
  served.bring(1, 9);
  served.world.socket.replies();
  const granted = served.ask("request", { step: 2 });
  const events = [{ kind: "text", text: "a" }];
  const shown = { announced: { epoch: 7 }, number: 1 };
  await served.ask("input", events, shown);
  assert.deepEqual(served.world.socket.replies(), [
    { type: "request", id: 1, step: 2 },
    { type: "input", epoch: 7, number: 1, events },
  ]);
  served.world.socket.say({ type: "granted", id: 1, fps: 12 });
  assert.equal((await granted).fps, 12);
  served.world.socket.break();
  await served.ask("retry");
  assert.equal(served.world.sockets.length, 2);
});

test("what goes wrong is answered in a sentence, and the next question as well", async () => {
  await assert.rejects(served.use("save", "png", "a"), /^Error: there is no picture yet$/);
  await assert.rejects(served.use("compare", "take"), /^Error: there is no picture yet$/);
  await assert.rejects(served.use("past", "step", -1), /^Error: no picture is kept yet$/);
  assert.equal(await served.use("inspect", "at", 0, 0, 3), null);
});

test("closed, it leaves nothing: no timer, no socket, no drawing, no port", async () => {
  served.announce();
  served.bring(1, 9);
  served.bring(2, 8);
  await served.use("compare", "take");
  await served.use("compare", "show", "blink", 1);
  await served.use("past", "situation");
  served.bring(3, 7);
  await served.use("past", "play", 0.1);
  const { socket, timers } = served.world;
  served.canvas.context.rows = [];
  served.ask("close");
  await served.closed;
  assert.ok(socket.isClosed);
  served.rest();
  served.world.pass(10_000);
  assert.deepEqual([served.canvas.context.rows, timers.size], [[], 0]);
});

test("what is asked of a tool while the engine closes changes nothing afterwards", async () => {
  served.announce();
  served.bring(1, 9);
  served.rest();
  served.use("compare", "show", "blink", 1);
  served.use("glow", "off");
  served.ask("close");
  await served.closed;
  await new Promise(setImmediate);
  served.canvas.context.rows = [];
  served.rest();
  served.world.pass(5000);
  assert.deepEqual([served.canvas.context.rows, served.world.timers.size], [[], 0]);
});

test("where the canvas cannot be drawn on, that is told, and there is no connection either", async () => {
  const before = served.world.timers.size;
  const without = { ...served.canvas, getContext: () => null };
  const { port1, port2 } = new MessageChannel();
  assert.equal(serve(port2, /** @type {any} */ (without), "ws://device/stream/a", {}), null);
  const [told] = await once(port1, "message");
  assert.deepEqual(told, { type: "failure", message: "this browser gives no 2D canvas" });
  assert.ok(served.world.socket.isClosed);
  assert.equal(served.world.timers.size, before);
  port1.close();
});

test("each connection begins anew, and the canvas keeps its picture meanwhile", async () => {
  served.announce();
  served.bring(1, 9);
  served.rest();
  served.world.socket.break();
  served.world.pass(1000);
  served.announce();
  served.rest();
  assert.deepEqual(served.shown(), Array(6).fill(9));
  assert.equal(await served.use("levels", "read"), null, "of a picture that was not drawn");
  served.bring(1, WHOLE.with(0, 3));
  assert.deepEqual(served.shown(), [3, 0, 0, 0, 0, 0]);
});
