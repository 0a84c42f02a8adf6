/**
 * The releases in this browser: each has a cache with its files, and a record says which one is
 * installed.
 */
import {
  hashOf,
  idOf,
  isOlder,
  RELEASE,
  type Release,
  ReleaseError,
  type ReleaseName,
  readRelease,
} from './release.ts'

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  webmanifest: 'application/manifest+json; charset=utf-8',
}
/**
 * The policy of pages and workers, whatever the server sends. It is the same as in the page itself.
 * Hubs may have any address.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "worker-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  // Where pages cannot write files, a frame saves the files of shares.
  "frame-src 'self'",
  "connect-src 'self' http: https: ws: wss:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
/** Number of files that are downloaded at the same time. */
const AT_ONCE = 6
const MAX_FILE_BYTES = 16 << 20

export class Installed {
  readonly #folder: URL
  readonly #prefix: string
  #name: Promise<ReleaseName | null> | null = null
  /** Changes to the caches run one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  /** `folder`: the address of the app's folder. */
  constructor(folder: string) {
    this.#folder = new URL(folder)
    // Other pages of the same site have caches, too.
    this.#prefix = `shoal-chat ${this.#folder.pathname} `
  }

  /** Returns the installed release: null before the first one, or if the browser has deleted it. */
  name(): Promise<ReleaseName | null> {
    this.#name ??= this.#readName()
    return this.#name
  }

  /**
   * Returns a file of the installed release, or of the previous one, which a tab may still show.
   * Returns null if there is none.
   */
  async file(path: string): Promise<Response | null> {
    const name = await this.name()
    if (!name) return null
    const own = await (await caches.open(this.#cacheOf(name.id))).match(this.#address(path))
    if (own || !path.startsWith('assets/')) return own ?? null
    for (const cache of await this.#caches()) {
      const kept = await (await caches.open(cache)).match(this.#address(path))
      if (kept) return kept
    }
    return null
  }

  /**
   * Returns the release that the server offers, or null if it is installed. Rejects with a
   * `ReleaseError`; an older version is `bad-release`.
   */
  async offered(): Promise<ReleaseName | null> {
    const [{ id, version }, name] = [await this.#fetchList(), await this.name()]
    if (name?.id === id) return null
    if (name && isOlder(version, name.version))
      throw new ReleaseError('bad-release', `The server offers version ${version}, which is older.`)
    return { id, version }
  }

  /**
   * Installs the release that the server offers, after verifying every file. If its id differs from
   * `id`, rejects with `changed`. Rejects with a `ReleaseError`; in that case the installed release
   * stays.
   */
  install(id?: string): Promise<void> {
    return this.#inTurn(() => this.#install(id))
  }

  /** Deletes releases that are not installed. */
  dropOthers(): Promise<void> {
    return this.#inTurn(async () => {
      const name = await this.name()
      const kept = name && this.#cacheOf(name.id)
      for (const cache of await this.#caches()) if (cache !== kept) await caches.delete(cache)
    })
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => {})
    return result
  }

  async #install(id: string | undefined): Promise<void> {
    const release = await this.#fetchList()
    if (id !== undefined && release.id !== id)
      throw new ReleaseError('changed', 'The server offers another version by now.')
    const cacheName = this.#cacheOf(release.id)
    try {
      await this.#keep(await caches.open(cacheName), release)
    } catch (error) {
      await caches.delete(cacheName)
      throw error
    }
    const { version } = release
    const which = await caches.open(this.#prefix)
    // One record names the installed release: it is replaced atomically.
    await which.put(this.#folder, new Response(JSON.stringify({ id: release.id, version })))
    this.#name = null
  }

  async #keep(cache: Cache, { files }: Release): Promise<void> {
    const waiting = [...files]
    const keepSome = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const [path, hash] = next
        const bytes = await this.#fetch(path)
        if ((await hashOf(bytes)) !== hash)
          throw new ReleaseError('bad-file', `${path} is not the file that the release names.`)
        await cache.put(this.#address(path), new Response(bytes, { headers: headersOf(path) }))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, keepSome))
  }

  async #fetchList(): Promise<Release> {
    const list = await this.#fetch(RELEASE)
    return { id: await idOf(list), ...readRelease(list) }
  }

  async #fetch(path: string): Promise<Uint8Array<ArrayBuffer>> {
    const answer = await fetch(this.#address(path), {
      ...{ cache: 'no-store', credentials: 'omit', redirect: 'error' },
    }).catch(() => null)
    if (!answer) throw new ReleaseError('unreachable', 'The server of the app does not answer.')
    const bytes = answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null
    if (bytes && bytes.length <= MAX_FILE_BYTES) return bytes
    throw new ReleaseError('bad-file', `The server does not have ${path} (status ${answer.status}).`)
  }

  async #readName(): Promise<ReleaseName | null> {
    const kept = await caches.match(this.#folder, { cacheName: this.#prefix })
    if (!kept) return null
    const name = (await kept.json()) as ReleaseName
    // Browsers may delete single caches.
    return (await caches.has(this.#cacheOf(name.id))) ? name : null
  }

  async #caches(): Promise<readonly string[]> {
    return (await caches.keys()).filter(name => name.startsWith(this.#prefix) && name !== this.#prefix)
  }

  #cacheOf(id: string): string {
    return this.#prefix + id
  }

  #address(path: string): URL {
    return new URL(path, this.#folder)
  }
}

function headersOf(path: string): Record<string, string> {
  return {
    'content-type': TYPES[path.split('.').at(-1)!] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  }
}
