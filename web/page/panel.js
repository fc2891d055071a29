/**
 * The panel beside the picture: a button for each thing one can do, then what is requested, and the open tools.
 */

import { button, renderButton } from "./actions.js";
import { make } from "./dom.js";
import { closeTools } from "./tools.js";

/** @import { Action } from "./actions.js" */

/** @type {[HTMLButtonElement, Action][]} */
const buttons = [];

/** @param {Element} place @param {Action[]} actions */
export function addButtons(place, actions) {
  for (const action of actions) {
    const element = button(action);
    buttons.push([element, action]);
    place.append(element);
  }
}

export function renderButtons() {
  for (const [element, action] of buttons) renderButton(element, action);
}

/** @param {HTMLElement} panel @param {[title: string, actions: Action[]][]} groups */
export function fillPanel(panel, groups) {
  for (const [title, actions] of groups) {
    const place = make("div", { className: "buttons" });
    addButtons(place, actions);
    panel.append(make("section", { aria: { label: title } }, make("h2", {}, title), place));
  }
}

/** @param {HTMLElement} panel */
export function togglePanel(panel) {
  panel.hidden = !panel.hidden;
  if (panel.hidden) closeTools();
  else panel.querySelector("button")?.focus();
}
