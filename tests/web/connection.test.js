/**
 * One WebSocket: what is sent when, silence, and quiet after its close.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Connection } from "../../web/connection.js";
import { FakeSocket, makeWorld } from "./world.js";

/** @type {ReturnType<typeof makeWorld>} */
let world;
/** @type {Connection} */
let connection;
/** @type {unknown[][]} */
let events;

beforeEach(() => {
  world = makeWorld();
  events = [];
  connection = new Connection("ws://device/stream/a", WebSocket, {
    onopen: () => events.push(["open"]),
    onmessage: (data) => events.push(["message", data]),
    onclose: (code, reason) => events.push(["close", code, reason]),
  });
});
afterEach(() => world.end());

test("it reports what the socket does", () => {
  assert.equal(connection.isOpen, false);
  world.socket.open();
  assert.equal(connection.isOpen, true);
  world.socket.say("hello");
  world.socket.break(1001, "going away");
  assert.deepEqual(events, [["open"], ["message", "hello"], ["close", 1001, "going away"]]);
  assert.deepEqual([connection.isOpen, connection.isClosed], [false, false]);
});

test("it is a socket of the class given, which need not be the platform's", () => {
  class Other extends FakeSocket {}
  /** @type {unknown[]} */
  const made = [];
  const Socket = /** @type {any} */ (
    class extends Other {
      /** @param {string} url @param {string[]} protocols */
      constructor(url, protocols) {
        super(url, protocols);
        made.push(url);
      }
    }
  );
  const nothing = { onopen() {}, onmessage() {}, onclose() {} };
  assert.equal(new Connection("ws://elsewhere", Socket, nothing).isOpen, false);
  assert.deepEqual([made, world.sockets.length], [["ws://elsewhere"], 1]);
});

test("a token behind the address is offered beside the protocol, and is not in the address", () => {
  const nothing = { onopen() {}, onmessage() {}, onclose() {} };
  assert.ok(new Connection("ws://device/stream?step=2#token=a-b_c", WebSocket, nothing));
  const { url, protocols } = world.socket;
  assert.equal(url, "ws://device/stream?step=2");
  assert.deepEqual(protocols, ["ws-stream.v1", "ws-stream.token.a-b_c"]);
});

test("silence counts from the attempt to connect, then from the last message", () => {
  world.pass(400);
  world.socket.open();
  assert.equal(connection.silentFor, 400);
  world.socket.say("hello");
  world.pass(50);
  assert.equal(connection.silentFor, 50);
});

test("once closed it reports nothing, and silence goes on", () => {
  const { socket } = world;
  socket.open();
  connection.close();
  assert.ok(socket.isClosed && connection.isClosed);
  socket.say("late");
  socket.break();
  world.pass(20);
  connection.close();
  assert.deepEqual(events, [["open"]]);
  assert.equal(connection.silentFor, 20);
});
