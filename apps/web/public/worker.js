/**
 * Keeps the console itself at hand: it opens at once, and also while the node is away. What the node says (/api, /files, other APIs) is never
 * kept. Names under /assets/ carry a hash, so that what is kept of them is right forever; the page itself is asked for anew each time.
 */
const CACHE = 'console-1'
const SHELL = '/'
const FETCH_MS = 3000

self.addEventListener('install', event => {
  event.waitUntil(
    caches.open(CACHE).then(cache => cache.addAll([SHELL, '/icon.svg', '/manifest.webmanifest'])),
  )
  self.skipWaiting()
})

self.addEventListener('activate', event => {
  event.waitUntil(
    caches
      .keys()
      .then(names => Promise.all(names.filter(name => name !== CACHE).map(name => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})

self.addEventListener('fetch', event => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin) return
  if (request.mode === 'navigate' && isPage(pathname)) event.respondWith(page(request))
  else if (pathname.startsWith('/assets/')) event.respondWith(asset(request))
})

/** Paths of the console; all others are the node's own. */
const isPage = path => /^\/($|torrents|dashboard|search|feeds|settings|welcome)/.test(path)

async function page(request) {
  const cache = await caches.open(CACHE)
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(FETCH_MS) })
    if (response.ok) {
      await cache.put(SHELL, response.clone())
      await forgetOld(cache, await response.clone().text())
    }
    return response
  } catch {
    return (await cache.match(SHELL)) ?? Response.error()
  }
}

async function asset(request) {
  const cache = await caches.open(CACHE)
  const known = await cache.match(request)
  if (known) return known
  const response = await fetch(request)
  if (response.ok) await cache.put(request, response.clone())
  return response
}

/** A new build has a new entry: what belongs to the one before goes. */
let entry
async function forgetOld(cache, html) {
  const now = /\/assets\/[^"]+\.js/.exec(html)?.[0]
  if (now === undefined || now === entry) return
  const before = entry
  entry = now
  if (before === undefined && (await cache.match(now))) return
  for (const request of await cache.keys()) {
    if (new URL(request.url).pathname.startsWith('/assets/')) await cache.delete(request)
  }
}
