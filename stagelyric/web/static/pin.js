// The rig's PIN: asked for if this device may only watch. When it is right, each server gives this page a token, which is
// stored as long as the tab is open. The PIN itself is not stored.

import { find } from "./elements.js";

const KEY = "stagelyric-token ";

let pin = ""; // in memory alone, for a second server that comes up later
const tried = new Set(); // the servers that it was sent to

/** Takes a PIN in the address (`given`) and removes it from the address bar, which others can see and the browser
 * remembers. */
export function takeAlong(given) {
  if (!given) return;
  pin = given;
  const clean = new URL(location.href);
  clean.searchParams.delete("pin");
  history.replaceState(null, "", clean);
}

/** Takes a PIN that was typed in. */
export function typed(given) {
  pin = given;
  tried.clear();
}

/** How `listen` joins each server: `address` is empty for this page's own. */
export const joined = {
  tokenOf: (address) => sessionStorage.getItem(KEY + address) ?? "",
  onAccess(message, address) {
    if (message.token) sessionStorage.setItem(KEY + address, message.token);
    if (!message.allowed) sessionStorage.removeItem(KEY + address);
  },
  onUp(send, address) {
    if (!pin || tried.has(address) || joined.tokenOf(address)) return;
    tried.add(address);
    send({ pin });
  },
};

/** Mounts the dialog. `send(message)`; `warn(text)`; `onAllowed()`. Returns `hear(message)`. */
export function mountPin({ given, send, warn, onAllowed }) {
  const dialog = find("pin");
  takeAlong(given);
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    typed(find("pin-field").value);
    send({ pin });
  });
  find("watch").addEventListener("click", () => dialog.close());
  return {
    hear(message) {
      if (message.type !== "access") return;
      find("desk").classList.toggle("watching", !message.allowed);
      if (message.allowed) {
        if (dialog.open) dialog.close();
        onAllowed();
        return;
      }
      if (message.pin && !dialog.open) dialog.showModal();
      if (message.why) warn(message.why);
      else if (!message.pin) warn("This show has no PIN, so it can be changed from its own machine only; start it with --pin.");
      find("pin-field").value = "";
    },
  };
}
