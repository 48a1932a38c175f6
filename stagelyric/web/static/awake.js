// A display that stays awake, fills its screen and survives being opened anew.

/** Keeps the screen on while the page is in front, as far as this browser lets a page do so. */
export function keepAwake(root = document) {
  let lock = null;
  async function hold() {
    if (root.visibilityState !== "visible" || lock) return;
    try {
      lock = await navigator.wakeLock.request("screen");
      lock.addEventListener("release", () => {
        lock = null;
      });
    } catch {
      lock = null; // refused (a low battery, say): it is asked for again when the page is next looked at
    }
  }
  if ("wakeLock" in navigator) {
    root.addEventListener("visibilitychange", hold);
    hold();
  } else {
    // On plain http a tablet offers no lock. A muted picture that plays keeps most of them awake.
    root.addEventListener("pointerdown", playSomething, { once: true });
  }
}

function playSomething() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 2, height: 2 });
  const brush = canvas.getContext("2d");
  const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, loop: true });
  if (!canvas.captureStream) return;
  video.srcObject = canvas.captureStream(1);
  video.className = "awake";
  video.setAttribute("aria-hidden", "true");
  document.body.append(video);
  video.play().catch(() => video.remove());
  setInterval(() => brush.fillRect(0, 0, 2, 2), 1000);
}

/** Fullscreen on a double click, and on the first touch: a phone has no other way to lose its bars. */
export function offerFullscreen(element = document.documentElement) {
  const enter = () => {
    if (!document.fullscreenElement) element.requestFullscreen?.({ navigationUI: "hide" }).catch(() => {});
  };
  element.addEventListener("dblclick", enter);
  element.addEventListener("touchend", enter, { once: true });
}

/** Keeps the page itself for when the server is away, where the browser lets a page do so: https or this machine. */
export async function keepPage() {
  if (!globalThis.isSecureContext || !navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register("/worker.js");
    (await navigator.serviceWorker.ready).active.postMessage({ keep: location.href });
  } catch {
    // A certificate that was only waved through, or a private window: the page works without.
  }
}
