/**
 * One WebSocket, and how long it is silent. Knows nothing of what messages mean.
 */

import { SUBPROTOCOL } from "./wire.js";

/** @import { ViewerMessage } from "./control.js" */

export class Connection {
  isClosed = false;
  #socket;
  #heardAt = performance.now();
  /** To be sent when the socket opens. @type {ViewerMessage[]} */
  #early = [];

  /**
   * @param {string} url @param {{onopen: () => void, onmessage: (data: string | ArrayBuffer) => void,
   *   onclose: (code: number, reason: string) => void}} events none after `close`
   */
  constructor(url, { onopen, onmessage, onclose }) {
    const socket = new WebSocket(url, [SUBPROTOCOL]);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      for (const message of this.#early) this.send(message);
      onopen();
    };
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
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** @param {ViewerMessage} message */
  send(message) {
    this.#socket.send(JSON.stringify(message));
  }

  /** Does nothing once the socket is open. @param {ViewerMessage} message */
  sendWhenOpened(message) {
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#early.push(message);
  }

  close() {
    const socket = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.isClosed = true;
  }
}
