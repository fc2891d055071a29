/**
 * The page: one stream and its state, or a wall of all streams; what the user can do with them.
 */

import { sayShown } from "./instruments/viewport.js";
import { listen } from "./page/actions.js";
import { find, styled, write } from "./page/dom.js";
import { renderFigures } from "./page/figures.js";
import { Gestures } from "./page/gestures.js";
import { renderOperating, isOperating, toggleOperating } from "./page/operating.js";
import { addButtons, fillPanel, renderButtons, togglePanel } from "./page/panel.js";
import { canvas, place, view } from "./page/start.js";
import { renderState } from "./page/state.js";
import { ask, go, goBy, renderStreams, streams } from "./page/streams.js";
import { toolActions } from "./page/tools.js";
import { printable } from "./words.js";

/** @import { Action } from "./page/actions.js" */
/** @import { Page } from "./page/types.d.ts" */

const SCALES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
/** Of the stage, for each key. */
const PAN = 1 / 8;
/** Where the picture needs the room. */
const SMALL = "(max-width: 50rem), (max-height: 34rem)";

const query = new URLSearchParams(location.search);
const [stage, panel, scale] = ["stage", "panel", "scale"].map(find);

/** What the user asked to be told, until he is here. */
let alarmed = "";
const gestures = new Gestures(stage, place);
/** A scale that is none of those. */
const other = new Option();
/** @type {Page} */
const page = { view, place, gestures, stage, panel, canvas, finer: null, current, render, alarm };

/** A hidden page requests no pictures. */
function limitHidden() {
  const fps = query.get("fps");
  view.request({ fps: document.hidden ? 0 : fps === null ? null : Number(fps) });
  if (!document.hidden) view.retry();
}

function current() {
  return query.get("stream") ?? view.status.announced?.name ?? streams[0]?.name ?? "";
}

/** What is said of the picture and of the part that is seen. */
function part() {
  const announced = view.shown?.announced;
  return announced
    ? sayShown(place.seenPart, announced, place.view.scale, place.grain * announced.step)
    : "";
}

/** @param {string} news */
function alarm(news) {
  alarmed = news;
  render();
}

function toggleFigures() {
  find("figures").hidden = !find("figures").hidden;
  render();
}

function toggleFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.();
}

/** What most pages never do. @param {"savePicture" | "copyFigures" | "copyPicture"} act */
const later = (act) => async () => (await import("./page/files.js"))[act](page);

async function showKeys() {
  (await import("./page/keys.js")).showKeys(ACTIONS);
}

async function freeze() {
  await view.call(view.held ? "release" : "freeze");
  render();
}

/** @param {Partial<import("./instruments/types.d.ts").Turn>} turn */
const rotate = (turn) => place.rotate({ ...place.turn, ...turn });

/** @type {Action[]} */
const BAR = [
  {
    key: "o",
    name: "Operate",
    icon: "operate",
    act: () => toggleOperating(page),
    isOn: isOperating,
    isThere: () => view.status.announced?.input === true,
  },
  { key: " ", name: "Freeze", icon: "freeze", act: freeze, isOn: () => view.held !== null },
  { key: "s", name: "Save as PNG", icon: "save", act: later("savePicture") },
  {
    key: "t",
    name: "Tools",
    icon: "more",
    act: () => togglePanel(panel),
    isOn: () => !panel.hidden,
  },
];
/** @type {[string, Action[]][]} */
const GROUPS = [
  ["Look closer", toolActions(page)],
  [
    "Show",
    [
      {
        key: "r",
        name: "Rotate",
        act: () => rotate({ quarters: /** @type {0} */ ((place.turn.quarters + 1) % 4) }),
      },
      {
        key: "m",
        name: "Mirror",
        act: () => rotate({ mirror: !place.turn.mirror }),
        isOn: () => place.turn.mirror,
      },
      {
        key: "f",
        name: "Full screen",
        act: toggleFullscreen,
        isThere: () => document.fullscreenEnabled,
      },
      { key: "j", name: "Copy figures", act: later("copyFigures") },
      {
        key: "k",
        name: "Copy picture",
        act: later("copyPicture"),
        isThere: () => "ClipboardItem" in window,
      },
      { key: "?", name: "Keys", act: showKeys },
    ],
  ],
];
/** @type {Action[]} */
const ACTIONS = [
  ...BAR,
  { key: "d", name: "Figures", act: toggleFigures },
  ...GROUPS.flatMap(([, actions]) => actions),
  { key: "0", name: "Fit", act: () => place.fit() },
  ...SCALES.filter((times) => times < 10).map((times) => ({
    key: String(times),
    name: `${times}:1`,
    act: () => place.zoomTo(times),
  })),
  { key: "+", name: "Larger", act: () => place.zoomBy(1.5) },
  { key: "-", name: "Smaller", act: () => place.zoomBy(1 / 1.5) },
  { key: "ArrowLeft", name: "Pan left", act: () => place.panBy(PAN, 0) },
  { key: "ArrowRight", name: "Pan right", act: () => place.panBy(-PAN, 0) },
  { key: "ArrowUp", name: "Pan up", act: () => place.panBy(0, PAN) },
  { key: "ArrowDown", name: "Pan down", act: () => place.panBy(0, -PAN) },
  { key: "[", name: "Previous stream", act: () => goBy(current(), -1) },
  { key: "]", name: "Next stream", act: () => goBy(current(), 1) },
];

function render() {
  const name = current();
  renderOperating(page);
  renderState(view, name, isOperating(), alarmed);
  renderStreams(name);
  write(find("name"), printable(name) || "ws-stream");
  renderFigures(view, part());
  renderButtons();
  find("light").setAttribute("aria-expanded", String(!find("figures").hidden));
  const { scale: shown, isFit } = place.view;
  const text = isFit ? "fit" : String(shown);
  const offered = SCALES.includes(shown) ? "" : text;
  Object.assign(other, {
    value: offered,
    text: `${Math.round(100 * shown)} %`,
    hidden: !offered || isFit,
  });
  scale.value = text;
}

scale.append(
  new Option("Fit", "fit"),
  ...SCALES.map((times) => new Option(times === 1 ? "1:1" : `${times}x`, String(times))),
  other,
);
scale.addEventListener("change", () => {
  if (scale.value === "fit") place.fit();
  else place.zoomTo(Number(scale.value));
});
styled("panel.css");
addButtons(find("tools"), BAR);
fillPanel(panel, GROUPS);
listen(ACTIONS);
find("light").addEventListener("click", toggleFigures);
find("again").addEventListener("click", () => view.retry());
find("streams").addEventListener("change", () => go(find("streams").value));
stage.addEventListener("dblclick", () => {
  if (!isOperating()) toggleFullscreen();
});
document.addEventListener("visibilitychange", limitHidden);
for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, () => alarmed && alarm(""));
const begin = () =>
  import("./page/later.js").then(
    (rest) => rest.begin(page, query),
    () => view.addEventListener("shown", begin, { once: true }), // the device was away
  );
if (view.shown) begin();
else view.addEventListener("shown", begin, { once: true });
view.addEventListener("status", render);
place.addEventListener("move", render);
find("figures").hidden = matchMedia(SMALL).matches || window !== top;
document.body.className = query.has("bare") ? "bare" : "";
render();
ask().then(render);
