/**
 * What the user can do: a table that makes buttons, keys and the sheet that explains them.
 */

import { make } from "./dom.js";
import { icon } from "./icons.js";

/**
 * @typedef {object} Action
 * @property {string} name
 * @property {string} key
 * @property {() => unknown} act
 * @property {string} [icon] for the bar
 * @property {() => boolean} [isOn] of what stays on
 * @property {() => boolean} [isThere] of what not every stream has
 */

/** As keys are written on their caps. @type {Record<string, string>} */
const CAPS = { " ": "Space", "+": "+ =" };

/** @param {string} key */
export const cap = (key) => CAPS[key] ?? key;

/** @param {Action} action */
export function button({ name, key, act, ...action }) {
  const title = `${name} (${cap(key)})`;
  const face = action.icon
    ? [icon(action.icon), make("span", { className: "text" }, name)]
    : [make("span", {}, name), make("kbd", { aria: { hidden: true } }, cap(key))];
  const element = make("button", { type: "button", title }, ...face);
  // Where there is room for the sign alone.
  if (action.icon) element.ariaLabel = name;
  element.addEventListener("click", act);
  return element;
}

/** @param {HTMLButtonElement} element @param {Action} action */
export function renderButton(element, { isOn, isThere }) {
  element.hidden = isThere ? !isThere() : false;
  if (isOn) element.setAttribute("aria-pressed", String(isOn()));
}

/**
 * Keys act but where they are for something else: in what takes text, and on what is chosen or pressed.
 * @param {Action[]} actions
 */
export function listen(actions) {
  addEventListener("keydown", (event) => {
    const { key, target, ctrlKey, metaKey, altKey, repeat } = event;
    if (ctrlKey || metaKey || altKey || !(target instanceof HTMLElement)) return;
    if (document.querySelector("dialog[open]")) return;
    if (target.matches("input:not([type=checkbox]), select, textarea")) return;
    if (target.matches("button, input, a, summary") && [" ", "Enter"].includes(key)) return;
    const action = actions.find((one) => one.key === key || (one.key === "+" && key === "="));
    if (!action || action.isThere?.() === false) return;
    event.preventDefault();
    // A key held down zooms and pans on, and does nothing else again.
    if (!repeat || /^Arrow|^[-+=]$/.test(key)) action.act();
  });
}
