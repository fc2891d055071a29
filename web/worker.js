/**
 * Serves the canvases of a page beside the page's own thread.
 */

import "./acknowledgements.js";
import "./clock.js";
import "./codec.js";
import "./connection.js";
import "./control.js";
import "./crc32.js";
import "./engine/held.js";
import "./frame_event.js";
import "./loops.js";
import "./lz4.js";
import "./marks.js";
import "./outage.js";
import "./pixels.js";
import "./requests.js";
import "./screen.js";
import "./session.js";
import "./statistics.js";
import "./stream.js";
import "./wire.js";

import { serve } from "./engine.js";
import { loadKernel } from "./kernel/kernel.js";

// All that is needed is named above: one module does not wait for another.
const loading = loadKernel();
addEventListener("message", async ({ data: [port, canvas, url] }) => {
  serve(port, canvas, url, { kernel: await loading });
});
postMessage("ready");
