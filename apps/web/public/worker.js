/**
 * Keeps the console, or the page of a hub, at hand: it opens at once, and also while its server is away. What the server says (/api, /files, other APIs) is never
 * kept. Names under /assets/ carry a hash, so that what is kept of them is right forever; the page itself is asked for anew each time, and
 * when it is another one, the build that it belongs to takes the place of the one before. `/build.json` lists what belongs to a build.
 */
/** Whose worker this is: the console's, or that of the page of a hub, which registers it as `/worker.js?page=hub`. */
const PAGE = new URL(location.href).searchParams.get('page') ?? 'console'
/** Other pages of this origin, such as the one of share links, have caches too: names of this one's begin so. */
const PREFIX = `${PAGE}-`
const CACHE = `${PREFIX}2`
const SHELL = '/'
const BESIDES = ['/icon.svg', '/manifest.webmanifest']
const FETCH_MS = 3000

self.addEventListener('install', event => {
  event.waitUntil(keepBuild())
  self.skipWaiting()
})

self.addEventListener('activate', event => {
  event.waitUntil(
    caches
      .keys()
      .then(names => Promise.all(names.filter(isOld).map(name => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})

self.addEventListener('fetch', event => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin) return
  if (request.mode === 'navigate' && isPage(pathname)) event.respondWith(page(event))
  else if (pathname.startsWith('/assets/')) event.respondWith(asset(request))
  else if (BESIDES.includes(pathname)) event.respondWith(besides(request))
})

self.addEventListener('notificationclick', event => {
  const { notification } = event
  notification.close()
  event.waitUntil(openPath(notification.data?.path ?? SHELL))
})

/** Tabs of share links and of the chat app are on the same origin. */
const OTHERS = /^\/(share|chat-app)\//

async function openPath(path) {
  const tabs = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const tab = tabs.find(({ url }) => !OTHERS.test(new URL(url).pathname))
  if (!tab) return self.clients.openWindow(path)
  tab.postMessage({ open: path })
  await tab.focus()
}

const isOld = name => name.startsWith(PREFIX) && name !== CACHE

/** Paths of each page; all others are the server's own. */
const PATHS = {
  console: /^\/($|torrents|dashboard|search|feeds|settings|welcome)/,
  hub: /^\/($|(join|login|listings|publish|account|invitations|moderation|log|admin)(\/|$))/,
}
const isPage = path => PATHS[PAGE].test(path)

async function page(event) {
  const cache = await caches.open(CACHE)
  try {
    const response = await fetch(event.request, { signal: AbortSignal.timeout(FETCH_MS) })
    if (response.ok) event.waitUntil(keepIfNew(cache, response.clone()).catch(() => {}))
    return response
  } catch {
    return (await cache.match(SHELL)) ?? Response.error()
  }
}

async function keepIfNew(cache, response) {
  const before = await cache.match(SHELL)
  if ((await before?.text()) !== (await response.text())) await keepBuild()
}

/** Old files go last: whatever interrupts this, the page that is kept has all that it needs. */
async function keepBuild() {
  const cache = await caches.open(CACHE)
  const { files } = await (await fetch('/build.json', { cache: 'no-cache' })).json()
  const paths = async () => (await cache.keys()).map(({ url }) => new URL(url).pathname)
  const known = await paths()
  await cache.addAll(files.filter(path => !known.includes(path)))
  await cache.addAll([SHELL, ...BESIDES])
  const old = (await paths()).filter(path => path.startsWith('/assets/') && !files.includes(path))
  await Promise.all(old.map(path => cache.delete(path)))
}

/** What is kept is what a build consists of: others, such as those of a page that is still open, come from the server. */
async function asset(request) {
  return (await (await caches.open(CACHE)).match(request)) ?? fetch(request)
}

async function besides(request) {
  try {
    return await fetch(request)
  } catch {
    return (await (await caches.open(CACHE)).match(request)) ?? Response.error()
  }
}
