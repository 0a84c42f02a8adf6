import { kindOf, type MediaKind } from './kinds.ts'

/** A file that a viewer can show. */
export interface ShownFile {
  readonly index: number
  readonly name: string
  /** Path in the torrent. */
  readonly path: string
  readonly kind: MediaKind
  readonly mediaType: string
  readonly lengthBytes: number
  readonly haveBytes: number
  /** The address from which the browser reads it. */
  readonly url: string
}

/** `makeUrl` is called when the address is first used: a torrent can have 100,000 files. */
export function shownFile(file: Omit<ShownFile, 'kind' | 'url'>, makeUrl: () => string): ShownFile {
  let url: string | undefined
  return {
    ...file,
    kind: kindOf(file),
    get url() {
      url ??= makeUrl()
      return url
    },
  }
}
