import type { Magnet } from '@shoal/torrent/magnet'

/**
 * How to open a sealed share: with the key in the link, with a passphrase, or with the recipient's
 * own key.
 */
export type Seal =
  | { readonly by: 'key'; readonly key: Uint8Array }
  | { readonly by: 'passphrase' }
  | { readonly by: 'recipient' }

/** Name of a sealed share's only file, the only name that others see. */
export const SEALED_NAME = 'sealed.age'

/** Number of bytes of the key of a seal, and of the secret of a room. */
export const SECRET_BYTES = 32

/** The contents of a share link. */
export interface ShareLink {
  /** The torrent and its sources, as in a magnet link. */
  readonly magnet: Pick<Magnet, 'infoHashes'> & Partial<Magnet>
  /** Total bytes of the content, which can be shown before any peer responds. */
  readonly lengthBytes?: number
  /** BEP 27: peers come only from the trackers, all of which the link then has. */
  readonly isPrivate?: boolean
  /** Absent if the content is not encrypted. */
  readonly seal?: Seal
  /**
   * The secret of the share's chat room (decision 021), 32 bytes. A link with the key of its seal
   * needs none: see `roomSecretOf`.
   */
  readonly room?: Uint8Array
  /**
   * Origin of the hub at which the room is, `https://hub.example`, if it lets in whoever has the
   * link, without an account. Only for a link with a room.
   */
  readonly roomHub?: string
}

/** Returns whether the hub of a link is an origin, and the link has a room. */
export function isRoomHub({ room, seal, roomHub = '' }: ShareLink): boolean {
  return (
    (room !== undefined || seal?.by === 'key') &&
    /^https?:/.test(roomHub) &&
    URL.parse(roomHub)?.origin === roomHub
  )
}
