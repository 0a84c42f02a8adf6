import { randomBytes } from 'node:crypto'
import { KeyPair } from '@shoal/identity'
import { describe, expect, it } from 'vitest'
import { readEnvelope } from '../envelope/envelope.ts'
import { type Message, verifyReport } from '../messages/message.ts'
import { TestPerson } from '../testing/members.ts'
import { ShareRoom } from './share-room.ts'

const secret = new Uint8Array(32).fill(9)
const room = new ShareRoom(secret)
const ann = new TestPerson()
const phone = ann.device('Phone')
const writer = writerOf(phone)
const message: Message = {
  parents: [new Uint8Array(16).fill(4)],
  logHead: { sequence: 7, hash: new Uint8Array(32).fill(5) },
  sentMs: 1_800_000_000_000,
  kind: 'text',
  content: new TextEncoder().encode('hello'),
}

describe('the room of a share', () => {
  it('is the same for all who have the link, and has other keys for each use', () => {
    const again = new ShareRoom(secret.slice())
    expect(again.name).toEqual(room.name)
    expect(again.accessSecret).toEqual(room.accessSecret)
    expect(new ShareRoom(new Uint8Array(32)).name).not.toEqual(room.name)
    expect(new Set([room.accessSecret, room.name.salt, secret].map(String)).size).toBe(3)
  })

  it('is read by all who have the link, who see which device wrote', () => {
    const entry = newEntry()
    const bytes = room.write(entry, message, writer)
    const read = new ShareRoom(secret).read(entry, bytes)!
    expect(read).toMatchObject(message)
    expect([read.sender.did, read.sender.device.name]).toEqual([ann.did, 'Phone'])
    expect(Buffer.from(bytes).includes('hello')).toBe(false)
    expect(() => new ShareRoom(new Uint8Array(32)).read(entry, bytes)).toThrow(
      expect.objectContaining({ code: 'bad-message' }),
    )
  })

  it('hides how long short messages are', () => {
    const length = (text: string) =>
      room.write(newEntry(), { ...message, content: new TextEncoder().encode(text) }, writer).length
    expect(length('')).toBe(length('a somewhat longer text'))
  })

  it('keeps messages of kinds that it does not know', () => {
    const entry = newEntry()
    const content = new Uint8Array([0xff, 0])
    const bytes = room.write(entry, { ...message, kind: 'hologram', content }, writer)
    expect(room.read(entry, bytes)).toMatchObject({ kind: 'hologram', content })
  })

  it('refuses a message that was moved, changed, or signed by another device', () => {
    const entry = newEntry()
    const bytes = room.write(entry, message, writer)
    expect(() => room.read(newEntry(), bytes)).toThrow()
    expect(() => room.read({ ...entry, room: randomBytes(32) }, bytes)).toThrow()
    for (let at = 0; at < bytes.length; at += 5) {
      const bad = bytes.slice()
      bad[at]! ^= 1
      let read: unknown = null
      try {
        read = room.read(entry, bad)
      } catch (error) {
        expect(error).toHaveProperty('code')
      }
      expect(read).toBeNull()
    }
    const thief = { ...writer, signer: KeyPair.generate() }
    expect(() => room.read(entry, room.write(entry, message, thief))).toThrow(
      expect.objectContaining({ code: 'bad-message' }),
    )
  })
})

describe('a report', () => {
  const entry = newEntry()
  const bytes = room.write(entry, message, writer)
  const { body, signature, sender } = room.read(entry, bytes)!
  const { commitment } = readEnvelope(bytes)!
  const { messageKey } = sender.device

  it('shows a moderator, who lacks the link, what was sent by whom in this entry', () => {
    expect(verifyReport({ entry, body, signature }, commitment!, messageKey)).toEqual(message)
  })

  it('cannot be made of another message, entry or sender', () => {
    const other = newEntry()
    const twin = room.read(other, room.write(other, { ...message, content: new Uint8Array(1) }, writer))!
    const stranger = new TestPerson().device('Other').own.messageKey.publicKey
    for (const [report, key] of [
      [{ entry, body: twin.body, signature: twin.signature }, messageKey],
      [{ entry, body, signature: twin.signature }, messageKey],
      [{ entry: other, body, signature }, messageKey],
      [{ entry, body, signature }, stranger],
    ] as const)
      expect(() => verifyReport(report, commitment!, key)).toThrow(
        expect.objectContaining({ code: 'bad-message' }),
      )
  })
})

it('refuses messages outside the limits', () => {
  const parents = Array.from({ length: 17 }, () => new Uint8Array(16))
  for (const wrong of [
    { parents },
    { kind: '' },
    { kind: 'x'.repeat(65) },
    { content: new Uint8Array(49_153) },
    { sentMs: -1 },
  ])
    expect(() => room.write(newEntry(), { ...message, ...wrong }, writer)).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    )
  expect(room.write(newEntry(), { ...message, content: new Uint8Array(49_152) }, writer).length).toBeLessThan(
    65_536,
  )
})

function newEntry() {
  return { room: new Uint8Array(32).fill(1), clientId: new Uint8Array(randomBytes(16)) }
}

function writerOf({ own }: ReturnType<TestPerson['device']>) {
  if (own.credential.credentialType !== 'basic') throw new Error('The credential is of another type')
  return {
    credential: own.credential.identity,
    signer: new KeyPair(own.messageKey.seed),
    randomBytes: (length: number) => new Uint8Array(randomBytes(length)),
  }
}
