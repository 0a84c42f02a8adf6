/**
 * The room of a share. Anyone with the link can enter and read everything; there are no changing
 * group keys. Each message has a separate key, derived from the secret in the link and the id of
 * its entry, and is signed by a device (decision 021).
 */
import { gcm } from '@noble/ciphers/aes.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { KeyPair } from '@shoal/identity'
import { decodeCbor, encodeCbor, type Signer } from '@shoal/identity/signed-cbor'
import { ChatError } from '../chat-error.ts'
import { bindingOf, type EntryName, encodeEnvelope, readEnvelope } from '../envelope/envelope.ts'
import { type GroupDevice, readCredential } from '../groups/credential.ts'
import {
  type Message,
  type ReadMessage,
  readMessage,
  type WrittenMessage,
  writeMessage,
} from '../messages/message.ts'

const SALT = utf8ToBytes('shoal/share-room/1')
const SECRET_BYTES = 32
const KEY_BYTES = 32
/** One key encrypts one message. */
const NONCE = new Uint8Array(12)

export interface RoomMessage extends ReadMessage {
  readonly sender: GroupDevice
}

export interface ShareRoomWriter {
  /** See `deviceCredential`. */
  readonly credential: Uint8Array
  /** The device's message key. */
  readonly signer: Signer
  randomBytes(length: number): Uint8Array
}

export class ShareRoom {
  /**
   * Hub-independent name of the room: its creator is a key derived from the secret, so that
   * everyone with the link finds the same room.
   */
  readonly name: { readonly creator: string; readonly salt: Uint8Array; readonly kind: 'share' }
  /** Secret for the hub's tokens (`roomToken`): only holders of the link can read and post. */
  readonly accessSecret: Uint8Array
  /** The key of volatile messages. */
  readonly volatileKey: Uint8Array
  readonly #key: Uint8Array

  /** `secret`: 32 random bytes, from the link's fragment. */
  constructor(secret: Uint8Array) {
    if (secret.length !== SECRET_BYTES)
      throw new ChatError('bad-argument', 'The secret of a room has 32 bytes')
    const derive = (label: string) => hkdf(sha256, secret, SALT, utf8ToBytes(label), KEY_BYTES)
    const creator = new KeyPair(derive('creator')).did
    this.name = { creator, salt: derive('name'), kind: 'share' }
    this.accessSecret = derive('access')
    this.#key = derive('messages')
    this.volatileKey = derive('volatile')
  }

  /** Returns the bytes of an entry. */
  write(entry: EntryName, message: Message, writer: ShareRoomWriter): Uint8Array {
    const { credential, signer } = writer
    const written = writeMessage(entry, message, signer, length => writer.randomBytes(length))
    return this.encrypt(entry, written, credential)
  }

  /**
   * Returns the bytes of an entry for a message that was written; always the same ones.
   * `credential`: of the device that signed it.
   */
  encrypt(
    entry: EntryName,
    { plaintext, commitment }: Pick<WrittenMessage, 'plaintext' | 'commitment'>,
    credential: Uint8Array,
  ): Uint8Array {
    const envelope = { kind: 'message', commitment } as const
    const both = encodeCbor([credential, plaintext])
    const ciphertext = this.#cipher(entry, bindingOf(entry, envelope)).encrypt(both)
    return encodeEnvelope({ ...envelope, ciphertext })
  }

  /**
   * Decodes an entry. Returns null for an unknown kind. Throws `bad-message` or `bad-credential`.
   */
  read(entry: EntryName, bytes: Uint8Array): RoomMessage | null {
    const envelope = readEnvelope(bytes)
    if (!envelope) return null
    const { commitment, ciphertext } = envelope
    if (!commitment) throw bad('it is of a closed group')
    const [credential, plaintext] = this.#decrypt(entry, bindingOf(entry, envelope), ciphertext)
    const sender = readCredential(credential)
    return { ...readMessage(entry, plaintext, commitment, sender.device.messageKey), sender }
  }

  #decrypt(entry: EntryName, binding: Uint8Array, ciphertext: Uint8Array): readonly [Uint8Array, Uint8Array] {
    let value: unknown
    try {
      value = decodeCbor(this.#cipher(entry, binding).decrypt(ciphertext))
    } catch {
      throw bad('it is damaged, or whoever wrote it does not have the link')
    }
    const [credential, plaintext, more] = Array.isArray(value) ? value : []
    if (!(credential instanceof Uint8Array) || !(plaintext instanceof Uint8Array) || more !== undefined)
      throw bad('its form is unknown')
    return [credential, plaintext]
  }

  #cipher({ clientId }: EntryName, binding: Uint8Array) {
    const key = hkdf(sha256, this.#key, clientId, concatBytes(utf8ToBytes('message '), binding), KEY_BYTES)
    return gcm(key, NONCE, binding)
  }
}

function bad(why: string): ChatError {
  return new ChatError('bad-message', `This message of the room cannot be read: ${why}.`)
}
