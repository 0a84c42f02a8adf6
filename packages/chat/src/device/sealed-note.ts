/**
 * Notes from one device to the inbox of another. Deterministic CBOR: `[kind, ref, HPKE's
 * encapsulated key, ciphertext]`, sealed (RFC 9180, base mode) to the init key of the key package
 * with that ref, or, for signals, to the message key of the device with that hash: they are
 * frequent, short-lived, and need no key package each. Inside is `[fields, credential of the
 * sender, its signature]`. A hub learns the kind and the receiver of a note.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { decodeCbor, encodeCbor, isBytes, type Signer } from '@shoal/identity/signed-cbor'
import { verifyEd25519 } from '@shoal/torrent/ed25519'
import { ChatError } from '../chat-error.ts'
import { type GroupDevice, readCredential } from '../groups/credential.ts'
import type { Suite } from '../groups/suite.ts'

/** Largest note, in bytes: a credential can have eight device lists. */
const MAX_NOTE_BYTES = 24 * 1024
/**
 * `invitation`: to a group. `request`: a device that was removed for its silence is back.
 * `history`: from another device of the same person. `device`: another device of the same person is
 * new. `signal`: for a direct connection of two devices.
 */
const KINDS = ['', 'invitation', 'request', 'history', 'device', 'signal'] as const
export type NoteKind = Exclude<(typeof KINDS)[number], ''>
const NO_BYTES = new Uint8Array()

/** The receiver's key package, or its device. */
export interface NoteReceiver {
  readonly ref: Uint8Array
  readonly initKey: Uint8Array
}

export interface OpenedNote {
  readonly kind: NoteKind
  readonly fields: Uint8Array
  readonly from: GroupDevice
  /** Identifies the key to which it was sealed. */
  readonly ref: Uint8Array
}

/** Seals a note. `credential`: of this device, which signs. */
export async function sealNote(
  suite: Suite,
  kind: NoteKind,
  { ref, initKey }: NoteReceiver,
  fields: Uint8Array,
  { credential, signer }: { readonly credential: Uint8Array; readonly signer: Signer },
): Promise<Uint8Array> {
  const plaintext = encodeCbor([fields, credential, signer.sign(toBeSigned(kind, ref, fields))])
  const key = await suite.hpke.importPublicKey(initKey)
  const { ct, enc } = await suite.hpke.seal(key, plaintext, purposeOf(kind), NO_BYTES)
  return encodeCbor([KINDS.indexOf(kind), ref, enc, ct])
}

/**
 * Returns a device as the receiver of signals. Its message key serves both Ed25519 and X25519,
 * which is as safe as two keys (E. Thormarker, "On using the same key pair for Ed25519 and an
 * X25519 based KEM").
 */
export function signalReceiver({ hash, device }: GroupDevice): NoteReceiver {
  return { ref: hash, initKey: ed25519.utils.toMontgomery(device.messageKey) }
}

/** Returns the private key with which this device opens signals. `seed`: of its message key. */
export function signalKey(seed: Uint8Array): Uint8Array {
  return ed25519.utils.toMontgomerySecret(seed)
}

/**
 * Opens a note to this device. `find` returns the private key for notes of this kind with a ref.
 * Rejects with `bad-message` or `bad-credential`.
 */
export async function openNote(
  suite: Suite,
  bytes: Uint8Array,
  find: (kind: NoteKind, ref: Uint8Array) => Uint8Array | null,
): Promise<OpenedNote> {
  const outer = bytes.length <= MAX_NOTE_BYTES ? decodeCbor(bytes) : null
  if (!Array.isArray(outer) || outer.length !== 4) throw badNote()
  const [number, ref, enc, ciphertext] = outer
  const kind = KINDS[number as number]
  if (!kind || !isBytes(ref, 32) || !isBytes(enc, 32) || !(ciphertext instanceof Uint8Array)) throw badNote()
  const secret = find(kind, ref)
  if (!secret) throw badNote()
  const key = await suite.hpke.importPrivateKey(secret)
  const plaintext = await suite.hpke.open(key, enc, ciphertext, purposeOf(kind), NO_BYTES).catch(cause => {
    throw badNote(cause)
  })
  const inner = decodeCbor(plaintext)
  if (!Array.isArray(inner) || inner.length !== 3) throw badNote()
  const [fields, credential, signature] = inner
  if (!(fields instanceof Uint8Array) || !(credential instanceof Uint8Array) || !isBytes(signature, 64))
    throw badNote()
  const from = readCredential(credential)
  if (!verifyEd25519(from.device.messageKey, toBeSigned(kind, ref, fields), signature)) throw badNote()
  return { kind, fields, from, ref }
}

export function badNote(cause?: unknown): ChatError {
  return new ChatError('bad-message', 'This entry of the inbox is not a note to this device.', { cause })
}

function purposeOf(kind: NoteKind): Uint8Array {
  return utf8ToBytes(`shoal/${kind}/1`)
}

function toBeSigned(kind: NoteKind, ref: Uint8Array, fields: Uint8Array): Uint8Array {
  return concatBytes(purposeOf(kind), ref, fields)
}
