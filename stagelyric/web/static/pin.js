// The rig's PIN: asked for if this device may only watch, and stored as long as its tab is open.

import { find } from "./elements.js";

const KEY = "stagelyric-pin";

/**
 * The PIN stored in this tab. If the address has one (`given`), it is stored and removed from the address bar, which
 * others can see and the browser remembers.
 */
export function takeAlong(given) {
  if (given) {
    sessionStorage.setItem(KEY, given);
    const clean = new URL(location.href);
    clean.searchParams.delete("pin");
    history.replaceState(null, "", clean);
  }
  return sessionStorage.getItem(KEY) ?? "";
}

/** Mounts the dialog. `send(message)`; `warn(text)`; `onAllowed()`. Returns `offer(send)` and `hear(message)`. */
export function mountPin({ given, send, warn, onAllowed }) {
  const dialog = find("pin");
  takeAlong(given);
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const pin = find("pin-field").value;
    sessionStorage.setItem(KEY, pin);
    send({ pin });
  });
  find("watch").addEventListener("click", () => dialog.close());
  return {
    offer(tell) {
      const pin = sessionStorage.getItem(KEY);
      if (pin) tell({ pin });
    },
    hear(message) {
      if (message.type !== "access") return;
      find("desk").classList.toggle("watching", !message.allowed);
      if (message.allowed) {
        if (dialog.open) dialog.close();
        onAllowed();
        return;
      }
      sessionStorage.removeItem(KEY);
      if (message.pin && !dialog.open) dialog.showModal();
      if (!message.pin) warn("This show has no PIN, so it can be changed from its own machine only; start it with --pin.");
      find("pin-field").value = "";
    },
  };
}
