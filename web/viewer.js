/**
 * The page: shows a stream and its state, acts on keys and buttons.
 *
 * For tests, `window.wsStream` holds the page's `stream` and `screen`.
 */

import { Screen } from "./screen.js";
import { Stream } from "./stream.js";
import { bytesPerSecond, describe, duration, notice as noticeOf, sideData } from "./words.js";

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

const screen = new Screen(canvas, (drawn) => stream.acknowledge(drawn));
const stream = follow();
/** While the user operates the device: how to end that. @type {(() => void) | null} */
let stopOperating = null;
Object.assign(window, { wsStream: { screen, stream } });

function follow() {
  // Without a name, the server gives its first stream.
  const name = query.get("stream");
  const url = new URL(name ? `stream/${encodeURIComponent(name)}` : "stream", location.href);
  for (const [key, value] of query) if (key !== "stream") url.searchParams.set(key, value);
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
  stream.request({ fps: document.hidden ? 0 : fps === null ? null : Number(fps) });
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
  if (!isOperable()) endOperating();
  const name = current();
  const { state, word, detail } = describe(stream, Date.now());
  write("name", name || "ws-stream");
  write("word", word);
  write("detail", stopOperating ? "operated; Ctrl+Alt+Enter ends it" : detail);
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
  find("operate").hidden = !stream.announced?.input;
  find("operate").setAttribute("aria-pressed", String(stopOperating !== null));
  stage.classList.toggle("operated", stopOperating !== null);
  renderFigures();
}

function endOperating() {
  stopOperating?.();
  stopOperating = null;
}

async function toggleOperating() {
  if (stopOperating) endOperating();
  else if (isOperable()) {
    const { operate } = await import("./operate.js"); // most pages never do
    const keyboard = /** @type {HTMLTextAreaElement} */ (find("keyboard"));
    stopOperating ??= operate(canvas, keyboard, stream, toggleOperating);
  }
  render();
}

/** Whether what the user does can reach the device. */
function isOperable() {
  return stream.announced?.input && ["live", "unchanged", "stale"].includes(stream.state);
}

/** Its place is made with its first value, and stays. @param {string} id @param {string} name @param {string} value */
function writeFigure(id, name, value) {
  if (!document.getElementById(id)) {
    if (!value) return;
    const [place, term, description] = ["div", "dt", "dd"].map((tag) =>
      document.createElement(tag),
    );
    Object.assign(place, { className: id });
    term.textContent = name;
    description.id = id;
    place.append(term, description);
    find("figures").append(place);
  }
  write(id, value || "–");
}

function renderFigures() {
  const { announced, mismatches } = stream;
  const { age, uncertainty, roundTrip, ...figures } = stream.statistics();
  writeFigure("size", "Picture", announced ? `${announced.width} × ${announced.height}` : "–");
  writeFigure("format", "Format", announced?.format ?? "–");
  writeFigure("rate", "Pictures/s", figures.picturesPerSecond.toFixed(1));
  writeFigure("data", "Data", bytesPerSecond(figures.bytesPerSecond));
  writeFigure("age", "Age, round trip", `${duration(age, uncertainty)}, ${duration(roundTrip)}`);
  writeFigure("limit", "Limited by", figures.limitedBy ?? "–");
  writeFigure("meta", "Of this picture", sideData(screen.drawn?.meta));
  writeFigure("mismatches", "Checksum mismatches", mismatches ? String(mismatches) : "");
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
  if (!screen.drawn) return;
  const link = document.createElement("a");
  link.href = canvas.toDataURL();
  link.download = `${current()}-${screen.drawn.number}.png`;
  link.click();
}

/** @type {Record<string, () => void>} */
const KEYS = { f: toggleFullscreen, i: toggleFigures, o: toggleOperating, s: save };
const BUTTONS = { full: toggleFullscreen, toggle: toggleFigures, operate: toggleOperating, save };

addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
  if (ctrlKey || metaKey || altKey) return;
  if (Object.hasOwn(KEYS, key)) KEYS[key]();
  else if (key >= "1" && key <= "9") nav.querySelectorAll("a")[Number(key) - 1]?.click();
});
for (const [id, act] of Object.entries(BUTTONS)) find(id).addEventListener("click", act);
stage.addEventListener("dblclick", () => {
  if (!stopOperating) toggleFullscreen();
});
document.addEventListener("visibilitychange", limitHidden);

find("full").hidden = !document.fullscreenEnabled;
document.body.className = "";
render();
setInterval(render, FIGURES_EVERY);
ask();
