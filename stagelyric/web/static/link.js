// The link to the show: always trying, honest about being lost, and never sending late what was pressed early.

import { backoff } from "./core.js";

const QUIET = 4000; // silence after which the page asks whether anybody is there
const LOST = 8000; // silence after which the link is taken for dead, whatever the browser thinks
const ASLEEP = 2500; // silence that a page just come back does not trust: it was asleep, and its socket may be dead

/**
 * Connects to `url()` and stays connected.
 *
 * `onMessage(message)`; `onStatus({up, since})` when the link comes or goes, `since` being the last sign of life.
 * Returns `{send, retry, close}`; `send` tells whether it could: nothing is kept for later, for a press that
 * arrives when nobody expects it any more is a ghost.
 */
export function connect({
  url,
  onMessage,
  onStatus,
  quiet = QUIET,
  lost = LOST,
  Socket = globalThis.WebSocket,
  clock = globalThis,
  now = () => Date.now(),
}) {
  let socket = null;
  let attempt = 0;
  let timer = null;
  let heard = now();
  let up = false;
  let closed = false;

  function open() {
    clearTimer();
    if (closed) return;
    const mine = new Socket(url());
    socket = mine;
    const opened = now();
    mine.onmessage = (event) => {
      if (socket !== mine) return;
      heard = now();
      if (!up) {
        up = true;
        attempt = 0;
        onStatus({ up, since: heard });
      }
      onMessage(JSON.parse(event.data));
    };
    mine.onclose = () => {
      if (socket === mine) lose();
    };
    mine.opened = opened;
  }

  function lose() {
    const old = socket;
    socket = null;
    if (old) {
      old.onmessage = old.onclose = null;
      old.close();
    }
    if (up) {
      up = false;
      onStatus({ up, since: heard });
    }
    clearTimer();
    if (!closed) timer = clock.setTimeout(open, backoff(attempt++));
  }

  function clearTimer() {
    if (timer !== null) clock.clearTimeout(timer);
    timer = null;
  }

  const watch = clock.setInterval(() => {
    if (!socket) return;
    const silent = now() - (up ? heard : socket.opened);
    if (silent > lost) lose();
    else if (up && silent > quiet) send({ ping: 1 });
  }, 1000);

  function send(message) {
    if (!up || !socket || socket.readyState !== 1) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  onStatus({ up, since: heard });
  open();
  return {
    send,
    /** Try now: the page has come back to the front, or the network is back. */
    retry() {
      if (up && now() - heard > ASLEEP) lose();
      if (!up && timer !== null) open();
    },
    close() {
      closed = true;
      clock.clearInterval(watch);
      lose();
    },
  };
}

/** The address of a show's socket: this page's own server, or `also`, a second one ("10.0.0.2:7740", a scheme before it or not). */
export function liveAddress(location, page, name, also = "") {
  const query = new URLSearchParams({ page, ...(name ? { name } : {}), ...(also ? { also: "1" } : {}) });
  const server = also ? new URL(also.includes("//") ? also : `${location.protocol}//${also}`) : location;
  return `${server.protocol === "https:" ? "wss:" : "ws:"}//${server.host}/live?${query}`;
}
