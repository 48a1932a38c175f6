// Keeps the pages for when the server is away: a tablet that was restarted then still has its teleprompter.
// The server's own answer is always preferred; what the show says goes past this untouched.

const SHELF = "stagelyric";
const PATIENCE = 2000; // ms for a server that neither answers nor refuses

addEventListener("install", (event) => event.waitUntil(stock().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const page = event.request.mode === "navigate";
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (page || url.pathname.startsWith("/static/")) event.respondWith(serve(event.request));
});

async function stock() {
  const shelf = await caches.open(SHELF);
  const shell = await (await fetch("/static/shell.json", { cache: "no-cache" })).json();
  await shelf.addAll(shell);
}

async function serve(request) {
  const shelf = await caches.open(SHELF);
  const { pathname } = new URL(request.url);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok && !answer.redirected) await shelf.put(pathname, answer.clone());
    return answer;
  } catch (fault) {
    const kept = await shelf.match(pathname);
    if (kept) return kept;
    throw fault;
  }
}
