/**
 * The page: shows a stream and its state, acts on keys and buttons.
 *
 * For tests, `window.wsStream` holds the page's `stream` and `screen`.
 */

import { Screen } from "./screen.js";
import { Stream } from "./stream.js";
import { bytesPerSecond, describe, duration, notice as noticeOf } from "./words.js";

const FIGURES_EVERY = 500; // ms

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const stage = find("stage");
const nav = find("streams");
const canvas = /** @type {HTMLCanvasElement} */ (find("picture"));

const query = new URLSearchParams(location.search);
const fps = query.get("fps");
/** The device's streams. @type {string[]} */
let names = [];

// Seen only when it comes before the first `render`.
addEventListener("error", ({ error }) =>
  write("notice", `This page does not run in this browser: ${error?.message}.`),
);

const screen = new Screen(canvas, (number, time) => stream.acknowledge(number, time));
const stream = follow();
Object.assign(window, { wsStream: { screen, stream } });

function follow() {
  // Without a name, the server gives its first stream.
  const name = query.get("stream");
  const url = new URL(name ? `stream/${encodeURIComponent(name)}` : "stream", location.href);
  for (const key of ["step", "crop", "average", "fps"]) {
    const value = query.get(key);
    if (value !== null) url.searchParams.set(key, value);
  }
  url.protocol = url.protocol.replace("http", "ws");
  if (document.hidden) url.searchParams.set("fps", "0");
  return new Stream(url.href, {
    onpicture: (picture, runs) => screen.show(picture, runs),
    onchange: () => {
      render();
      if (stream.retryAt > performance.now()) ask();
    },
  });
}

/** A hidden page requests no pictures. */
function limitHidden() {
  stream.limit(document.hidden ? 0 : fps === null ? null : Number(fps));
  if (!document.hidden) stream.retry();
}

function current() {
  return query.get("stream") ?? stream.announced?.name ?? names[0] ?? "";
}

/** Asks for the device's streams. */
async function ask() {
  try {
    const streams = /** @type {{name: string}[]} */ (await (await fetch("streams")).json());
    names = streams.map(({ name }) => name);
    nav.replaceChildren(...names.map(linkTo));
  } catch {
    // The device is away, as the stream's state says.
  }
  render();
}

/** @param {string} name */
function linkTo(name) {
  const link = document.createElement("a");
  const other = new URLSearchParams(query);
  other.set("stream", name);
  link.href = `?${other}`;
  link.textContent = name;
  return link;
}

/** Screen readers speak each write. @param {string} id @param {string} text */
function write(id, text) {
  const element = find(id);
  if (element.textContent !== text) element.textContent = text;
}

function render() {
  const name = current();
  const { state, word, detail } = describe(stream, Date.now());
  write("name", name || "ws-stream");
  write("word", word);
  write("detail", detail);
  find("state").dataset.state = state;
  document.title = `${word} – ${name || "ws-stream"}`;
  stage.classList.toggle("old", ["stale", "lost", "absent", "refused"].includes(state));
  const notice = noticeOf(stream, Date.now());
  write("notice", notice);
  find("notice").hidden = !notice;
  nav.hidden = names.every((other) => other === name);
  find("name").hidden = !nav.hidden && names.includes(name);
  for (const link of nav.children) {
    link.setAttribute("aria-current", String(link.textContent === name));
  }
  renderFigures();
}

function renderFigures() {
  const { announced, mismatches } = stream;
  const figures = stream.statistics();
  write("size", announced ? `${announced.width} × ${announced.height}` : "–");
  write("format", announced?.format ?? "–");
  write("rate", figures.picturesPerSecond.toFixed(1));
  write("data", bytesPerSecond(figures.bytesPerSecond));
  write("age", `${duration(figures.age, figures.uncertainty)}, ${duration(figures.roundTrip)}`);
  write("limit", figures.limitedBy ?? "–");
  write("mismatches", String(mismatches));
  find("wrong").hidden = mismatches === 0;
}

function toggleFigures() {
  const figures = find("figures");
  figures.hidden = !figures.hidden;
  find("toggle").setAttribute("aria-pressed", String(!figures.hidden));
}

function toggleFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else stage.requestFullscreen?.();
}

function save() {
  const { drawnNumber } = screen;
  if (!drawnNumber) return;
  const link = document.createElement("a");
  link.href = canvas.toDataURL();
  link.download = `${current()}-${drawnNumber}.png`;
  link.click();
}

/** @type {Record<string, () => void>} */
const KEYS = { f: toggleFullscreen, i: toggleFigures, s: save };
const BUTTONS = { full: toggleFullscreen, toggle: toggleFigures, save };

addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
  if (ctrlKey || metaKey || altKey) return;
  if (Object.hasOwn(KEYS, key)) KEYS[key]();
  else if (key >= "1" && key <= "9") nav.querySelectorAll("a")[Number(key) - 1]?.click();
});
for (const [id, act] of Object.entries(BUTTONS)) find(id).addEventListener("click", act);
stage.addEventListener("dblclick", toggleFullscreen);
document.addEventListener("visibilitychange", limitHidden);

find("full").hidden = !document.fullscreenEnabled;
document.body.className = "";
render();
setInterval(render, FIGURES_EVERY);
ask();
