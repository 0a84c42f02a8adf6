import { createHmac, randomBytes } from 'node:crypto'
import { sameText } from '@shoal/daemon/login'

const LIFETIME_SECONDS = 24 * 60 * 60

/**
 * Keys in URLs that give access to the files of one torrent, for a day or until the node stops: for
 * players, which cannot log in.
 */
export class FileKeys {
  readonly #secret = randomBytes(32)
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  make(torrent: string): string {
    const expires = (Math.floor(this.#now() / 1000) + LIFETIME_SECONDS).toString(36)
    return `${expires}.${this.#seal(torrent, expires)}`
  }

  opens(key: string, torrent: string): boolean {
    const [, expires, seal] = /^([0-9a-z]{1,10})\.([\w-]{43})$/.exec(key) ?? []
    if (expires === undefined || seal === undefined) return false
    return sameText(seal, this.#seal(torrent, expires)) && Number.parseInt(expires, 36) * 1000 > this.#now()
  }

  #seal(torrent: string, expires: string): string {
    return createHmac('sha256', this.#secret)
      .update(`${torrent.toLowerCase()}\n${expires}`)
      .digest('base64url')
  }
}
