/**
 * Proofs that a hub showed different logs of a room: two heads that it signed for one number
 * (`proveEquivocation`). Text, for anybody: `shoal-hub-proof:` and, in base64url, deterministic
 * CBOR `[1, head, head]`.
 */
import { base64urlnopad } from '@scure/base'
import { proveEquivocation, readHead } from '@shoal/hub-api/rooms'
import { formatDidKey } from '@shoal/identity'
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { ChatError } from '../chat-error.ts'

const PREFIX = 'shoal-hub-proof:'
const VERSION = 1
/** Two heads and their framing. */
const MAX_BYTES = 600
const MAX_CHARACTERS = PREFIX.length + Math.ceil((4 * MAX_BYTES) / 3)

interface ForkProof {
  /** The hub's key, as a did:key. */
  readonly hub: string
  /** 32 bytes. */
  readonly room: Uint8Array
  /** The number that two entries have. */
  readonly sequence: number
  readonly heads: readonly [ForkedHead, ForkedHead]
}

interface ForkedHead {
  /** It covers the entry and all before it. 32 bytes. */
  readonly hash: Uint8Array
  /** When the hub signed it. */
  readonly signedMs: number
}

export function writeForkProof([one, other]: readonly [Uint8Array, Uint8Array]): string {
  return PREFIX + base64urlnopad.encode(encodeCbor([VERSION, one, other]))
}

/**
 * Verifies a proof: nothing but its text is needed. Throws `bad-report` with the reason if it
 * proves nothing.
 */
export function readForkProof(text: string): ForkProof {
  const [one, other] = headsOf(text)
  let proof: ReturnType<typeof proveEquivocation>
  let issued: [number, number]
  try {
    proof = proveEquivocation(one, other)
    issued = [readHead(one).issued, readHead(other).issued]
  } catch (cause) {
    throw new ChatError('bad-report', 'The hub that this proof names did not sign it: it is forged.', {
      cause,
    })
  }
  if (!proof)
    throw new ChatError(
      'bad-report',
      'These two signatures do not contradict each other: they prove nothing about the hub.',
    )
  const { hub, room, sequence, hashes } = proof
  const headAt = (at: 0 | 1): ForkedHead => ({ hash: hashes[at], signedMs: 1000 * issued[at] })
  return { hub: formatDidKey(hub), room, sequence, heads: [headAt(0), headAt(1)] }
}

function headsOf(text: string): readonly [Uint8Array, Uint8Array] {
  const trimmed = text.length <= 2 * MAX_CHARACTERS ? text.replace(/\s/g, '') : ''
  try {
    if (!trimmed.startsWith(PREFIX) || trimmed.length > MAX_CHARACTERS) throw new Error('another text')
    const value = decodeCbor(base64urlnopad.decode(trimmed.slice(PREFIX.length)))
    const [version, one, other, more] = Array.isArray(value) ? value : []
    if (version !== VERSION || more !== undefined) throw new Error('another version')
    if (!(one instanceof Uint8Array) || !(other instanceof Uint8Array)) throw new Error('another form')
    return [one, other]
  } catch (cause) {
    throw new ChatError(
      'bad-report',
      'This is not a proof about a hub: copy all of it, from "shoal-hub-proof:" on.',
      { cause },
    )
  }
}
