import type { MediaKind } from './kinds.ts'

/** A file as the viewers want it. */
export interface ShownFile {
  readonly index: number
  readonly name: string
  /** In the torrent. */
  readonly path: string
  readonly kind: MediaKind
  readonly mediaType: string
  readonly lengthBytes: number
  readonly haveBytes: number
  /** Where the browser reads it. */
  readonly url: string
}
