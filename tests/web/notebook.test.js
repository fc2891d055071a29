/**
 * The widget of a notebook, by nothing but what anywidget promises: a model that sends and is listened
 * to. tests/jupyter has real notebooks.
 */

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Connection } from "../../web/connection.js";
import { socketOf } from "../../web/notebook.js";

/** What a widget's front end has of it, played by the test. */
class FakeModel {
  /** @type {Record<string, any>[]} */
  sent = [];
  /** @type {Set<(message: any, buffers: any[]) => void>} */
  listeners = new Set();
  isDead = false;

  /** @param {string} _name @param {(message: any, buffers: any[]) => void} listener */
  on(_name, listener) {
    this.listeners.add(listener);
  }

  /** @param {string} _name @param {(message: any, buffers: any[]) => void} listener */
  off(_name, listener) {
    this.listeners.delete(listener);
  }

  /** @param {Record<string, any>} message */
  send(message) {
    if (this.isDead) throw new Error("the comm is closed");
    this.sent.push(message);
  }

  /** The kernel says this. @param {Record<string, any>} message @param {any[]} buffers */
  say(message, ...buffers) {
    for (const listener of [...this.listeners]) listener(message, buffers);
  }

  get() {}
}

/** @type {FakeModel} */
let model;
beforeEach(() => {
  model = new FakeModel();
});

/** A connection by the model, what it tells, and its name. */
function connect(query = "") {
  /** @type {any[]} */
  const told = [];
  const connection = new Connection(
    `ws://kernel.localhost/stream/a${query}`,
    /** @type {any} */ (socketOf(/** @type {any} */ (model))),
    {
      onopen: () => told.push("open"),
      onmessage: (data) => told.push(typeof data === "string" ? data : [...new Uint8Array(data)]),
      onclose: (code, reason) => told.push([code, reason]),
    },
  );
  return { connection, told, name: model.sent.at(-1)?.viewer };
}

test("it opens with what is requested, and is open when the kernel says so", () => {
  const { connection, told, name } = connect("?step=2&fps=5");
  assert.deepEqual(model.sent, [{ act: "open", viewer: name, query: "step=2&fps=5" }]);
  assert.equal(connection.isOpen, false);
  model.say({ act: "open", viewer: name });
  assert.equal(connection.isOpen, true);
  connection.send({ type: "resync" });
  assert.deepEqual(model.sent[1], { act: "say", viewer: name, message: '{"type":"resync"}' });
  assert.deepEqual(told, ["open"]);
});

test("words and pictures for it come as they are, and none of another's", () => {
  const { told, name } = connect();
  const other = connect();
  assert.notEqual(name, other.name);
  model.say({ act: "say", viewer: name, message: "before it is open" });
  for (const viewer of [name, other.name, "a stranger"]) {
    model.say({ act: "open", viewer });
    model.say({ act: "say", viewer, message: `to ${viewer}` });
  }
  const bytes = new Uint8Array([9, 1, 2, 3, 9]).buffer;
  model.say({ act: "picture", viewer: name }, new DataView(bytes, 1, 3));
  model.say({ act: "picture", viewer: name }, bytes);
  assert.deepEqual(told, ["open", `to ${name}`, [1, 2, 3], [9, 1, 2, 3, 9]]);
  assert.deepEqual(other.told, ["open", `to ${other.name}`]);
});

test("a kernel that hears nobody is listened to from its next beginning on, until it answers", () => {
  const { told, name } = connect();
  model.say({ act: "say", viewer: "", message: "in the middle" });
  model.say({ act: "open", viewer: "" });
  model.say({ act: "say", viewer: "", message: "to all" });
  model.say({ act: "open", viewer: name });
  model.say({ act: "say", viewer: name, message: "to it" });
  model.say({ act: "say", viewer: "", message: "to others" });
  assert.deepEqual(told, ["open", "to all", "to it"], "it was open all the time");
});

test("it ends as the kernel says, and tells the kernel when it ends itself", () => {
  const refused = connect();
  model.say({ act: "close", viewer: refused.name, code: 1008, reason: "no" });
  assert.deepEqual(refused.told, [[1008, "no"]]);
  const { connection, told, name } = connect();
  model.say({ act: "open", viewer: name });
  connection.close();
  assert.deepEqual(model.sent.at(-1), { act: "close", viewer: name });
  assert.deepEqual(told, ["open"]);
  assert.equal(model.listeners.size, 0);
  const all = connect();
  model.say({ act: "close", viewer: "", code: 4410, reason: "it was closed" });
  assert.deepEqual(all.told, [[4410, "it was closed"]]);
});

test("without a kernel behind the model it is over, in a sentence", async () => {
  model.isDead = true;
  const { told } = connect();
  await null;
  const gone = "there is no kernel behind it any more: run the cell again";
  assert.deepEqual(told, [[4410, gone]]);
  assert.equal(model.listeners.size, 0);
});
