/**
 * Files that are dropped onto the page: a recording is played, a picture is compared.
 */

import { openTool } from "./tools.js";

/** @import { Page } from "./types.d.ts" */

/** @param {Page} page */
export function takeFiles(page) {
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", async (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    const place = await openTool(page, file.type.startsWith("image/") ? "compare" : "past");
    place?.dispatchEvent(new CustomEvent("given", { detail: file }));
  });
}
