/** Requests of a page to the worker that seals, with one worker for each, and its answers. */
import type { SealTo } from '@shoal/sealed'
import type { ChosenFile, PeerFailure } from '../../../shared/engine/protocol.ts'
import type { KeptKey } from '../../../shared/own-key/kept-key.ts'

export interface SealOrder {
  readonly kind: 'seal'
  readonly files: readonly ChosenFile[]
  readonly to: SealTo
  /**
   * Path in the origin private file system; null if it is unavailable: then the data stays in
   * memory.
   */
  readonly path: string | null
}

/** Requests the secret keys in a key file. */
interface ReadKeysOrder {
  readonly kind: 'read-keys'
  readonly bytes: Uint8Array
  readonly passphrase: string
}

interface MakeKeyOrder {
  readonly kind: 'make-key'
  readonly passphrase: string
}

/** Checks public keys in either format. */
interface CheckKeysOrder {
  readonly kind: 'check-keys'
  readonly keys: readonly string[]
}

export type Order = SealOrder | ReadKeysOrder | MakeKeyOrder | CheckKeysOrder

export interface Sealed {
  /** The key that opens the file, if it is sealed with a key: 32 bytes. */
  readonly key: Uint8Array | null
  /** The sealed file if there is no storage. */
  readonly blob: Blob | null
}

export interface Answers {
  readonly seal: Sealed
  readonly 'read-keys': readonly Uint8Array[]
  readonly 'make-key': KeptKey
  /** As `age1…`, without duplicates. */
  readonly 'check-keys': readonly string[]
}

export type OrderFrame = Order | { readonly kind: 'cancel' }

export type AnswerFrame =
  | { readonly kind: 'progress'; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly kind: 'done'; readonly value: Answers[Order['kind']] }
  | { readonly kind: 'failed'; readonly failure: PeerFailure }
