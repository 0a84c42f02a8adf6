/**
 * Signals, which two devices exchange as sealed notes to connect directly. The device with the
 * lower hash makes offers, so that they do not cross; the other one calls. Deterministic CBOR:
 *
 *   call:   [0]                make an offer
 *   offer:  [1, id, SDP]
 *   answer: [2, id, SDP]       to the offer with this id
 */
import { type Cbor, decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { ChatError } from '../chat-error.ts'

export const OFFER_ID_BYTES = 16
/** A browser with many networks sends some 4,000. */
const MAX_SDP_CHARACTERS = 8192
const KINDS = ['call', 'offer', 'answer'] as const

export type Signal =
  | { readonly kind: 'call' }
  | { readonly kind: 'offer' | 'answer'; readonly id: Uint8Array; readonly sdp: string }

export function encodeSignal(signal: Signal): Uint8Array {
  const number: Cbor = KINDS.indexOf(signal.kind)
  return encodeCbor(signal.kind === 'call' ? [number] : [number, signal.id, signal.sdp])
}

/** Throws `bad-message`. The SDP is passed through as received. */
export function decodeSignal(bytes: Uint8Array): Signal {
  const value = decodeCbor(bytes)
  const [number, id, sdp] = Array.isArray(value) ? value : []
  const kind = KINDS[number as number]
  const length = Array.isArray(value) ? value.length : 0
  if (kind === 'call' && length === 1) return { kind }
  const isId = id instanceof Uint8Array && id.length === OFFER_ID_BYTES
  const isSdp = typeof sdp === 'string' && sdp.length <= MAX_SDP_CHARACTERS
  if (!kind || kind === 'call' || length !== 3 || !isId || !isSdp)
    throw new ChatError('bad-message', 'This is not a signal of another device.')
  return { kind, id, sdp }
}
