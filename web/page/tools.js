/**
 * The tools: what looks closer at a picture. Each has a place in the panel while it is open, and is
 * loaded when it is first opened.
 */

import { make } from "./dom.js";

/** @import { Action } from "./actions.js" */
/** @import { Page } from "./types.d.ts" */

/** @typedef {{open: (page: Page, place: HTMLElement) => () => void}} Tool closed by what it returns */

/**
 * Each is a file of `tools/`. Some paint over the picture's pixels, so nothing may lie over those.
 * @type {{id: string, key: string, name: string, paints?: boolean}[]}
 */
const TOOLS = [
  { id: "inspect", key: "i", name: "Inspect pixels" },
  { id: "part", key: "x", name: "Part in full" },
  { id: "glow", key: "c", name: "What changed", paints: true },
  { id: "past", key: "b", name: "Back in time" },
  { id: "compare", key: "a", name: "Compare", paints: true },
  { id: "probe", key: "p", name: "Probe" },
  { id: "levels", key: "h", name: "Histogram" },
  { id: "colours", key: "g", name: "Gray as colours", paints: true },
];

/** Those that are open: where, and how to close them. @type {Map<string, {place: HTMLElement, close: () => void}>} */
const open = new Map();

/** @param {Page} page @param {string} id */
function toggleTool(page, id) {
  const known = open.get(id);
  if (known) known.close();
  else openTool(page, id);
}

/** @param {Page} page @param {string} id @returns {Promise<HTMLElement | null>} its place, once it is there */
export async function openTool(page, id) {
  const known = open.get(id);
  const tool = TOOLS.find((one) => one.id === id);
  if (known || !tool) return known?.place ?? null;
  const place = make("section", { aria: { label: tool.name } }, make("h2", {}, tool.name));
  const ending = new AbortController();
  const close = () => {
    open.delete(id);
    ending.abort();
    place.remove();
    page.render();
  };
  open.set(id, { place, close });
  page.panel.firstElementChild?.after(place); // below the buttons that open them
  page.panel.hidden = false;
  /** @type {Tool | null} */
  const loaded = await import(`./tools/${id}.js`).catch(() => null);
  if (ending.signal.aborted) return null;
  if (!loaded) {
    place.append("The device does not give this tool now. Close it and try again.");
    return null;
  }
  const end = loaded.open(page, place);
  ending.signal.addEventListener("abort", end);
  place.scrollIntoView({ block: "nearest" });
  page.render();
  return place;
}

export const isPaintedOver = () => TOOLS.some(({ id, paints }) => paints && open.has(id));

export function closeTools() {
  for (const { close } of [...open.values()]) close();
}

/** @param {Page} page @returns {Action[]} */
export const toolActions = (page) =>
  TOOLS.map(({ id, key, name }) => ({
    name,
    key,
    act: () => toggleTool(page, id),
    isOn: () => open.has(id),
    isThere: () =>
      id !== "colours" || page.view.status.announced?.format.startsWith("gray") === true,
  }));
