// Keeps a display awake, fills the screen, and lets the page be reopened while the server is away.

/** Keeps the screen on while the page is in front, as far as this browser allows it. */
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
      lock = null; // refused (a low battery, for example): requested again when the page is next visible
    }
  }
  if ("wakeLock" in navigator) {
    root.addEventListener("visibilitychange", hold);
    hold();
  } else {
    // Over plain http a tablet has no wake lock. Playing a muted video keeps most of them awake.
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

/** Goes fullscreen on a double click and on the first touch: on a phone nothing else hides the browser's bars. */
export function offerFullscreen(element = document.documentElement) {
  const enter = () => {
    if (!document.fullscreenElement) element.requestFullscreen?.({ navigationUI: "hide" }).catch(() => {});
  };
  element.addEventListener("dblclick", enter);
  element.addEventListener("touchend", enter, { once: true });
}

/** Keeps the page available while the server is away, where the browser allows it: over https or on this machine. */
export async function keepPage() {
  if (!globalThis.isSecureContext || !navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register("/worker.js");
    (await navigator.serviceWorker.ready).active.postMessage({ keep: location.href });
  } catch {
    // With an untrusted certificate or in a private window the page works without this.
  }
}
