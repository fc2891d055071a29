/**
 * The device's streams, and the menu of them.
 */

import { held } from "./address.js";
import { find } from "./dom.js";

/** @typedef {{name: string, width: number | null, height: number | null}} Listed */

/** More are not shown. */
const MOST = 256;
/** No longer is a picture kept waiting by the list. */
const PATIENCE = 3000;

/** @type {Listed[]} */
export let streams = [];

/** Asks the device. */
export const ask = () =>
  fetch("streams", {
    headers: held.token ? { Authorization: `Bearer ${held.token}` } : {},
    signal: AbortSignal.timeout(PATIENCE),
  })
    .then((answer) => answer.json())
    .then(checked)
    // The device is away, as the stream's state says.
    .catch(() => streams)
    .then((listed) => (streams = listed));

/** What is no list says nothing. @param {any} listed @returns {Listed[]} */
const checked = (listed) =>
  listed.filter((/** @type {any} */ { name }) => typeof name === "string").slice(0, MOST);

/** "" is the wall of all. @param {string} name */
export function go(name) {
  const query = new URLSearchParams(location.search);
  if (name) query.set("stream", name);
  else query.delete("stream");
  location.search = `?${query}`;
}

/** The stream so many further on. @param {string} current @param {number} by */
export function goBy(current, by) {
  const names = streams.map(({ name }) => name);
  const at = names.indexOf(current) + by + names.length;
  if (names.length > 1) go(names[at % names.length]);
}

/** One stream has a name, several have a menu. @param {string} current */
export function renderStreams(current) {
  const select = find("streams");
  const names = streams.map(({ name }) => name);
  select.hidden = names.every((name) => name === current);
  find("name").hidden = !select.hidden;
  const offered = [...select.options].map(({ value }) => value);
  if (offered.join("\n") !== [...names, ""].join("\n")) {
    select.replaceChildren(
      ...names.map((name) => new Option(name, name)),
      new Option("All streams", ""),
    );
  }
  select.value = current;
}
