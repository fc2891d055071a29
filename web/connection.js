/**
 * One WebSocket, and how long it is silent. Knows nothing of what messages mean.
 */

import { SUBPROTOCOL } from "./wire.js";

/** @import { ViewerMessage } from "./types.d.ts" */

export class Connection {
  isClosed = false;
  #socket;
  #heardAt = performance.now();

  /**
   * @param {string} url @param {typeof WebSocket} Socket
   * @param {{onopen: () => void, onmessage: (data: string | ArrayBuffer) => void,
   *   onclose: (code: number, reason: string) => void}} events none after `close`
   */
  constructor(url, Socket, { onopen, onmessage, onclose }) {
    const socket = new Socket(url, [SUBPROTOCOL]);
    socket.binaryType = "arraybuffer";
    socket.onopen = onopen;
    socket.onmessage = ({ data }) => {
      this.#heardAt = performance.now();
      onmessage(data);
    };
    socket.onclose = ({ code, reason }) => onclose(code, reason);
    this.#socket = socket;
  }

  get silentFor() {
    return performance.now() - this.#heardAt;
  }

  get isOpen() {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** @param {ViewerMessage} message */
  send(message) {
    this.#socket.send(JSON.stringify(message));
  }

  close() {
    const socket = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.isClosed = true;
  }
}
