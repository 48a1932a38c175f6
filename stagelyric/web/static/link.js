// The connection to the show: always reconnects, shows when it is lost, and never sends a press late.

import { backoff } from "./core.js";

const QUIET = 4000; // ms of silence after which the page asks whether the server is there
const LOST = 8000; // ms of silence after which the connection counts as lost, whatever the browser reports
// ms of silence after which a page that has just come back to the front reconnects: it slept, and its socket may be
// dead
const ASLEEP = 2500;

/**
 * Connects to `url()` and stays connected.
 *
 * `onMessage(message)`; `onStatus({up, since})` is called when the connection comes or goes, with the time of the last
 * sign of life in `since`. Returns `{send, retry, close}`. `send` returns whether the message could be sent; nothing is
 * kept for later, since nobody expects a press that arrives late.
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
    /** Tries now: the page has come back to the front, or the network is back. */
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

/**
 * The address of a show's WebSocket: on this page's own server, or on `also`, a second one ("10.0.0.2:7740", with or
 * without a scheme); `token`: the one that it gave this page.
 */
export function liveAddress(location, page, name, also = "", token = "") {
  const query = new URLSearchParams({ page });
  if (name) query.set("name", name);
  if (also) query.set("also", "1");
  if (token) query.set("token", token);
  const server = also ? new URL(also.includes("//") ? also : `${location.protocol}//${also}`) : location;
  return `${server.protocol === "https:" ? "wss:" : "ws:"}//${server.host}/live?${query}`;
}
