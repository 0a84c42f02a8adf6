import { scope } from '../../../shared/service-worker/worker-scope.ts'

/** The files of this build except the page itself, and its version: inserted by the build. */
declare const __SHELL__: readonly string[]
declare const __VERSION__: string

/** Another page of the same site may have caches, too: names begin with the folder. */
const prefix = () => `shoal-share ${new URL(scope.registration.scope).pathname} `
const current = () => `${prefix()}${__VERSION__}`
const CONFIG = 'share.json'
const CONFIG_MS = 3000
const address = (path: string) => new URL(path, scope.registration.scope).href

/** Caches all files of the build at once, so that the page never mixes two builds. */
export async function keepShell(): Promise<void> {
  const cache = await caches.open(current())
  const anew = (path: string) => new Request(address(path), { cache: 'reload' })
  await cache.addAll(['', ...__SHELL__].map(anew))
  // The file is optional.
  await cache.add(anew(CONFIG)).catch(() => {})
}

export async function dropOldShells(): Promise<void> {
  const old = (await caches.keys()).filter(name => name.startsWith(prefix()) && name !== current())
  await Promise.all(old.map(name => caches.delete(name)))
}

/** Returns the cached file, or requests it from the host. */
export async function shellFile(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(current())
  if (path === CONFIG) return newestConfig(cache, request)
  const name = path === 'index.html' ? '' : path
  return (await cache.match(address(name))) ?? fetch(request)
}

async function newestConfig(cache: Cache, request: Request): Promise<Response> {
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(CONFIG_MS) })
    if (response.ok) await cache.put(address(CONFIG), response.clone())
    return response
  } catch {
    return (await cache.match(address(CONFIG))) ?? Response.error()
  }
}
