/**
 * Runs in a page before its own scripts and notes when pictures with a painted number are seen, as
 * bench/latency_device.py paints them. Knows nothing of servers.
 *
 * A number is read from one row that is drawn on a small canvas of the probe's own, so that the
 * page's canvas is never read itself: browsers keep canvases that are read elsewhere.
 */

const WIDTH = 1024; // of the device's pictures
const MARK = 32;
const BITS = 18;

const latency = { drawn: [], shown: [] };
window.latency = latency;

/** Milliseconds since 1970, finer than Date.now(). */
const now = () => performance.timeOrigin + performance.now();

const row = new OffscreenCanvas((BITS + 2) * MARK, 1).getContext("2d", {
  alpha: false,
  willReadFrequently: true,
});

/** The number in a canvas or an image; 0 when there is none. */
function read(source) {
  const size = MARK / (WIDTH / (source.naturalWidth ?? source.width));
  if (!(size >= 1)) return 0;
  const width = (BITS + 2) * size;
  row.drawImage(source, 0, size >> 1, width, 1, 0, 0, width, 1);
  const { data } = row.getImageData(0, 0, width, 1);
  const bit = (place) => Number(data[4 * (place * size + (size >> 1)) + 1] > 127);
  if (!bit(0) || bit(1)) return 0;
  let number = 0;
  for (let place = 2; place < BITS + 2; place++) number = 2 * number + bit(place);
  return number;
}

/** Notes what is seen, if it is seen for the first time. */
function note(notes, source, more) {
  const number = read(source);
  if (number && number !== notes.at(-1)?.number) notes.push({ number, at: now(), ...more });
}

/** After each refresh, what it shows. */
latency.watchRefreshes = (source) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => note(latency.shown, source);
  const wait = () =>
    requestAnimationFrame(() => {
      port2.postMessage(null);
      wait();
    });
  wait();
};

/** Looks at an image about once a millisecond; a browser does not tell when a part has come. */
latency.watchImage = (image) => {
  const look = () => {
    note(latency.drawn, image);
    scheduler.postTask(look, { delay: 1 });
  };
  look();
  latency.watchRefreshes(image);
};

/** By how much now() is ahead of the system's clock, which Date.now() shows in whole milliseconds. */
latency.ahead = () => {
  let least = Infinity;
  for (const until = now() + 20; now() < until;) least = Math.min(least, now() - Date.now());
  return least;
};

// The viewer page, on its own thread: when a message is handed to it, and when it has put all its rows on its canvas.
let arrived = 0;
let taken = 0;
window.WebSocket = class extends WebSocket {
  constructor(...rest) {
    super(...rest);
    this.addEventListener("message", ({ data }) => {
      if (typeof data === "string") return;
      arrived = now();
      taken = Number(new DataView(data).getBigUint64(16, true)) / 1000;
    });
  }
};
let put = 0;
const { prototype } = CanvasRenderingContext2D;
const { putImageData } = prototype;
prototype.putImageData = function (...rest) {
  putImageData.apply(this, rest);
  if (!put) {
    queueMicrotask(() => {
      note(latency.drawn, this.canvas, { taken, arrived, at: put });
      put = 0;
    });
  }
  put = now();
};
