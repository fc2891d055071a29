/**
 * Where a view's engine runs, how often its worker is started, and what is left when it is closed; on
 * workers that only note what they are given. tests/browser has real ones.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { View } from "../../web/view.js";
import { makeCanvas, makeDisplay } from "./display.js";
import { makeWorld } from "./world.js";

/** A worker, played by the test. */
class FakeWorker {
  /** @type {(() => void) | null} */
  onmessage = null;
  /** @type {((event: {preventDefault: () => void}) => void) | null} */
  onerror = null;
  isTerminated = false;
  /** What it was given: a port, a canvas, an address. @type {any[]} */
  given = [];

  /** @param {string} script */
  constructor(script) {
    this.script = script;
    workers.push(this);
  }

  /** What an act is answered with. @param {any[]} act @returns {object} */
  answer([act]) {
    return { value: `${act}ed` };
  }

  /** @param {any[]} message */
  postMessage(message) {
    this.given.push(message);
    const [port] = message;
    port.onmessage = (/** @type {any} */ { data: [id, ...act] }) => {
      if (act[0] === "close") port.close();
      else port.postMessage({ type: "answer", id, ...this.answer(act) });
    };
  }

  terminate() {
    this.isTerminated = true;
  }

  runs() {
    this.onmessage?.();
  }

  fails() {
    const event = { isPrevented: false, preventDefault: () => (event.isPrevented = true) };
    this.onerror?.(event);
    return event.isPrevented;
  }
}

/** @type {FakeWorker[]} */
let workers;
/** @type {View[]} */
let views;
/** @type {ReturnType<typeof makeWorld>} */
let world;
/** @type {ReturnType<typeof makeDisplay>} */
let display;

beforeEach(() => {
  world = makeWorld();
  display = makeDisplay();
  workers = [];
  views = [];
  Object.assign(globalThis, { Worker: FakeWorker, location: { origin: "file://" } });
});
afterEach(async () => {
  for (const view of views) view.close();
  for (const worker of workers) worker.runs();
  for (const view of views) await view.give("glow", "off", /** @type {any} */ (null)); // has begun
  await rest();
  world.end();
  display.end();
  for (const name of ["Worker", "location"]) Reflect.deleteProperty(globalThis, name);
});

/** What is under way between ports and promises is done. */
async function rest() {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

/** Files are read meanwhile, however long that takes. @param {() => boolean} isSo */
async function until(isSo) {
  while (!isSo()) await new Promise(setImmediate);
}

/** @param {boolean} [mayWork] */
function makeView(mayWork = true) {
  const canvas = Object.assign(makeCanvas(), { given: 0, transferControlToOffscreen });
  function transferControlToOffscreen() {
    canvas.given++;
    return { of: canvas };
  }
  const view = new View(/** @type {any} */ (canvas), "ws://device/stream/a", mayWork);
  views.push(view);
  return { view, canvas };
}

test("views share a worker, which is given each one's canvas and address", async () => {
  const [one, other] = [makeView(), makeView()];
  assert.equal(workers.length, 1);
  assert.match(workers[0].script, /\/web\/worker\.js$/);
  assert.equal(one.view.isFallback, null);
  workers[0].runs();
  await rest();
  assert.deepEqual([one.view.isFallback, other.view.isFallback], [false, false]);
  const canvases = workers[0].given.map(([, canvas]) => canvas.of);
  assert.deepEqual(canvases, [one.canvas, other.canvas]);
  assert.equal(workers[0].given[0][2], "ws://device/stream/a");
  assert.equal(world.sockets.length, 0, "the page has no connection of its own");
});

test("what was asked before the worker ran is answered, and errors are sentences", async () => {
  const { view } = makeView();
  const asked = view.call("resync");
  workers[0].runs();
  assert.equal(await asked, "resynced");
  workers[0].answer = () => ({ error: "there is no picture yet" });
  await assert.rejects(view.use("save", "png", "a"), /^Error: there is no picture yet$/);
});

test("what the engine says is the view's, and told", async () => {
  const { view } = makeView();
  workers[0].runs();
  await rest();
  const [[port]] = workers[0].given;
  /** @type {string[]} */
  const told = [];
  for (const type of ["status", "shown", "news"]) {
    view.addEventListener(type, () => told.push(type));
  }
  const stop = view.hear("glow", ({ changed }) => told.push(`${changed} changed`));
  port.postMessage({ type: "status", status: { state: "live" }, statistics: { age: 5 } });
  port.postMessage({ type: "status", held: { number: 4 } });
  port.postMessage({ type: "shown", shown: { number: 4 } });
  port.postMessage({ type: "news", tool: "glow", changed: 3 });
  port.postMessage({ type: "news", tool: "probe", changed: 9 });
  await rest();
  stop();
  port.postMessage({ type: "news", tool: "glow", changed: 4 });
  await rest();
  assert.deepEqual(told, ["status", "status", "shown", "news", "3 changed", "news", "news"]);
  assert.deepEqual([view.status.state, view.held?.number, view.shown?.number], ["live", 4, 4]);
});

test("a worker that does not run is ended, tried once for all views, and the page does the work", async () => {
  const all = [makeView(), makeView()];
  assert.ok(workers[0].fails(), "it is no error of the page");
  await rest();
  all.push(makeView());
  await until(() => world.sockets.length === 3);
  assert.deepEqual([workers.length, workers[0].isTerminated], [1, true]);
  assert.deepEqual(
    all.map(({ view, canvas }) => [view.isFallback, canvas.given]),
    Array(3).fill([true, 0]),
  );
  assert.equal(all[2].view.status.state, "connecting");
});

test("where there are no workers, or none is wished, the page does the work", async () => {
  makeView(false);
  Object.assign(globalThis, {
    Worker: class {
      constructor() {
        throw new Error("forbidden");
      }
    },
  });
  makeView();
  await until(() => world.sockets.length === 2);
  assert.equal(workers.length, 0);
});

test("calls reach an engine on the page's own thread, those made before it runs too", async () => {
  const { view } = makeView(false);
  await assert.rejects(view.use("save", "png", "a"), /^Error: there is no picture yet$/);
  assert.equal(await view.call("resync"), undefined);
});

test("the worker ends with the last view, and the next view has a new one", async () => {
  const [one, other] = [makeView(), makeView()];
  workers[0].runs();
  await rest();
  one.view.close();
  one.view.close();
  await rest();
  assert.equal(workers[0].isTerminated, false);
  other.view.close();
  await rest();
  assert.ok(workers[0].isTerminated);
  makeView();
  assert.equal(workers.length, 2);
});

test("closed before it began, nothing begins", async () => {
  const { view, canvas } = makeView();
  view.close();
  workers[0].runs();
  await rest();
  assert.deepEqual([workers[0].given, canvas.given, workers[0].isTerminated], [[], 0, true]);
  const fallback = makeView(false);
  fallback.view.close();
  await rest();
  assert.deepEqual([world.sockets.length, world.timers.size], [0, 0]);
});

test("closed before a worker fails, a view takes nothing from those that come later", async () => {
  makeView().view.close();
  workers[0].fails();
  const later = makeView();
  await until(() => later.view.isFallback !== null);
  const last = workers[workers.length - 1];
  last.runs();
  await rest();
  assert.equal(last.isTerminated, later.view.isFallback);
});

test("closed, it leaves nothing on the page's own thread", async () => {
  const { view } = makeView(false);
  await view.call("resync");
  view.close();
  await rest();
  assert.ok(world.socket.isClosed);
  assert.equal(world.timers.size, 0);
});

test("what was not answered at the end, and what is asked after it, is answered with null", async () => {
  const { view } = makeView();
  const asked = view.request({ step: 2 });
  view.close();
  assert.equal(await asked, null);
  assert.equal(await view.use("save", "png", "a"), null);
  const cover = Object.assign(makeCanvas(), { transferControlToOffscreen: assert.fail });
  workers[0].runs();
  assert.equal(await view.give("glow", "on", /** @type {any} */ (cover)), null);
  view.retry();
});

test("a canvas that cannot be drawn on, or an address that is none, is told of, and nothing waits for it", async () => {
  const { view, canvas } = makeView(false);
  canvas.getContext = /** @type {any} */ (() => null);
  const asked = view.call("freeze");
  await until(() => view.status.failure !== null);
  assert.deepEqual([view.status.failure, await asked], ["this browser gives no 2D canvas", null]);
  const other = makeView().view;
  workers[0].runs();
  await rest();
  workers[0].given[0][0].postMessage({ type: "failure", message: "no address" });
  await rest();
  assert.deepEqual([other.status.failure, await other.call("freeze")], ["no address", null]);
  other.close();
  view.close();
  await rest();
  assert.ok(workers[0].isTerminated);
});

test("of another origin, the worker is loaded by a script of the page's own, which is not kept", async () => {
  Object.assign(globalThis, { location: { origin: "http://dashboard" } });
  /** @type {Blob[]} */
  const blobs = [];
  const make = mock.method(URL, "createObjectURL", (/** @type {Blob} */ blob) => {
    blobs.push(blob);
    return "blob:1";
  });
  const revoke = mock.method(URL, "revokeObjectURL", () => {});
  makeView();
  assert.equal(workers[0].script, "blob:1");
  assert.equal(blobs[0].type, "text/javascript");
  assert.match(await blobs[0].text(), /^import "file:.*\/web\/worker\.js"$/);
  assert.equal(revoke.mock.callCount(), 0, "not before it was read");
  workers[0].fails();
  await rest();
  assert.deepEqual([make.mock.callCount(), revoke.mock.calls[0].arguments], [1, ["blob:1"]]);
});

test("glow's canvas is given to where the engine is", async () => {
  const { view } = makeView();
  workers[0].runs();
  await rest();
  const cover = new MessageChannel().port1; // can be transferred
  workers[0].answer = (act) => ({ value: act.slice(0, 3).join(" ") });
  const canvas = { transferControlToOffscreen: () => cover };
  assert.equal(await view.give("glow", "on", /** @type {any} */ (canvas)), "use glow on");
});
