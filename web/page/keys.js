/**
 * The sheet that explains the keys.
 */

import { cap } from "./actions.js";
import { make } from "./dom.js";

/** @import { Action } from "./actions.js" */

/** @param {Action[]} actions */
export function showKeys(actions) {
  if (document.getElementById("keys")) return;
  const close = make("button", { type: "button", autofocus: true }, "Close");
  const rows = actions.flatMap(({ key, name }) => [
    make("dt", {}, make("kbd", {}, cap(key))),
    make("dd", {}, name),
  ]);
  const pointer = "Wheel or pinch zooms, a drag pans, a double click fills the screen.";
  const sheet = make(
    "dialog",
    { id: "keys", aria: { labelledby: "keys-title" } },
    make("h2", { id: "keys-title" }, "Keys"),
    make("dl", {}, ...rows),
    make("p", {}, pointer),
    close,
  );
  close.addEventListener("click", () => sheet.close());
  sheet.addEventListener("close", () => sheet.remove());
  document.body.append(sheet);
  sheet.showModal();
}
