// Keeps the pages for when the server is away, so that a tablet that was restarted still has its teleprompter. The
// server's own response is always preferred; the show's messages are not affected.

const SHELF = "stagelyric";
const PATIENCE = 2000; // ms to wait for a server that neither answers nor refuses

addEventListener("install", (event) => event.waitUntil(stock().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const page = event.request.mode === "navigate";
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (page || url.pathname.startsWith("/static/")) event.respondWith(serve(event.request));
});

// Each page is stored under its full address, since its security policy depends on that.
addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(keep(event.data.keep));
});

const keyOf = (address) => {
  const url = new URL(address, location.origin);
  url.searchParams.delete("pin");
  return url.pathname + url.search;
};

async function keep(address) {
  const shelf = await caches.open(SHELF);
  const answer = await fetch(address);
  if (answer.ok && !answer.redirected) await shelf.put(keyOf(address), answer);
}

async function stock() {
  const shelf = await caches.open(SHELF);
  const shell = await (await fetch("/static/shell.json", { cache: "no-cache" })).json();
  await shelf.addAll(shell);
}

async function serve(request) {
  const shelf = await caches.open(SHELF);
  const key = keyOf(request.url);
  try {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    const answer = await fetch(request, { signal: patience.signal });
    clearTimeout(timer);
    if (answer.ok && !answer.redirected) await shelf.put(key, answer.clone());
    return answer;
  } catch (fault) {
    const kept = (await shelf.match(key)) ?? (await shelf.match(new URL(request.url).pathname));
    if (kept) return kept;
    throw fault;
  }
}
