/**
 * One WebSocket: what is sent when, silence, and quiet after its close.
 */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Connection } from "../../web/connection.js";
import { makeWorld } from "./world.js";

/** @type {ReturnType<typeof makeWorld>} */
let world;
/** @type {Connection} */
let connection;
/** @type {unknown[][]} */
let events;

beforeEach(() => {
  world = makeWorld();
  events = [];
  connection = new Connection("ws://device/stream/a", {
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

test("messages for the opening are sent before the opening is reported, later ones not at all", () => {
  connection.sendWhenOpened({ type: "rate", fps: 5 });
  assert.deepEqual(world.socket.sent, []);
  world.socket.open();
  connection.sendWhenOpened({ type: "rate", fps: 6 });
  connection.send({ type: "resync" });
  assert.deepEqual(world.socket.sent, [{ type: "rate", fps: 5 }, { type: "resync" }]);
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
