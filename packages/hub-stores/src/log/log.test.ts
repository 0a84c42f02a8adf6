import { randomBytes } from 'node:crypto'
import { KeyPair } from '@shoal/identity'
import { describe, expect, it } from 'vitest'
import {
  entryHash,
  type LogEntry,
  proveEquivocation,
  readHead,
  readRoomHome,
  roomId,
  signHead,
  signRoomHome,
  verifyEntries,
} from './log.ts'

const [ANN, HUB, OTHER_HUB] = [KeyPair.generate(), KeyPair.generate(), KeyPair.generate()]
const ROOM = roomId({ creator: ANN.did, salt: new Uint8Array(32), kind: 'group' })
const START = { room: ROOM, sequence: 0, hash: ROOM }

function chain(texts: readonly string[]): LogEntry[] {
  let previous = ROOM
  return texts.map((text, at) => {
    const entry = {
      sequence: at + 1,
      clientId: randomBytes(16),
      postedMs: at,
      bytes: new TextEncoder().encode(text),
    }
    previous = entryHash(previous, entry)
    return { ...entry, hash: previous }
  })
}

function codeOf(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
  return undefined
}

describe('a log', () => {
  const entries = chain(['one', 'two', 'three'])

  it('is verified in parts', () => {
    const middle = verifyEntries(START, entries.slice(0, 2))
    expect(verifyEntries(middle, entries.slice(2))).toEqual({
      room: ROOM,
      sequence: 3,
      hash: entries[2]!.hash,
    })
  })

  it('is refused if an entry was left out, moved or changed in any member', () => {
    const [one, two, three] = entries as [LogEntry, LogEntry, LogEntry]
    const other = randomBytes(16)
    for (const wrong of [
      [two, three],
      [one, three],
      [two, one],
      [one, one],
      [one, { ...two, bytes: one.bytes }],
      [one, { ...two, clientId: other }],
      [one, { ...two, clientId: other.subarray(1) }],
      [one, { ...two, postedMs: two.postedMs + 1 }],
      [one, { ...two, postedMs: -1 }],
      [one, { ...two, hash: one.hash }],
    ])
      expect(codeOf(() => verifyEntries(START, wrong))).toBe('broken-log')
    expect(codeOf(() => verifyEntries({ ...START, hash: randomBytes(32) }, entries))).toBe('broken-log')
  })
})

describe('a signed head', () => {
  const head = { room: ROOM, sequence: 7, hash: new Uint8Array(randomBytes(32)) }

  it('is read as it was signed', () => {
    expect(readHead(signHead(head, HUB, 1234))).toEqual({ ...head, hub: HUB.publicKey, issued: 1234 })
  })

  it('is refused if any byte is changed, left out or added', () => {
    const bytes = signHead(head, HUB, 1234)
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at]! ^= 1
      expect(codeOf(() => readHead(changed))).toBe('bad-head')
    }
    for (const wrong of [
      bytes.subarray(1),
      bytes.subarray(0, -1),
      Uint8Array.of(...bytes, 0),
      new Uint8Array(9999),
    ])
      expect(codeOf(() => readHead(wrong))).toBe('bad-head')
  })

  it('proves with another one that a hub showed different logs', () => {
    const hash = new Uint8Array(randomBytes(32))
    const [one, other] = [signHead(head, HUB, 1), signHead({ ...head, hash }, HUB, 2)]
    expect(proveEquivocation(one, other)).toEqual({
      ...{ hub: HUB.publicKey, room: ROOM, sequence: 7, hashes: [head.hash, hash] },
    })
    const innocent = [
      signHead(head, HUB, 9),
      signHead({ ...head, sequence: 8, hash }, HUB, 2),
      signHead({ ...head, room: hash, hash }, HUB, 2),
      signHead({ ...head, hash }, OTHER_HUB, 2),
    ]
    for (const each of innocent) expect(proveEquivocation(one, each)).toBeNull()
    // A proof cannot be forged.
    const forged = other.slice()
    forged[forged.length - 1]! ^= 1
    expect(codeOf(() => proveEquivocation(one, forged))).toBe('bad-head')
  })
})

describe('the home of a room', () => {
  const home = {
    creator: ANN.did,
    salt: new Uint8Array(32),
    kind: 'group',
    number: 1,
    hub: 'did:web:hub.example',
    issued: 5,
  }

  it('is read as it was signed, with the id of the room', () => {
    expect(readRoomHome(signRoomHome(home, ANN))).toEqual({ ...home, id: ROOM, key: ANN.publicKey })
  })

  it('is refused if any byte is changed', () => {
    const bytes = signRoomHome(home, ANN)
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at]! ^= 1
      expect(codeOf(() => readRoomHome(changed))).toBe('bad-home')
    }
  })

  it('cannot be signed outside its limits', () => {
    const wrong = [
      { number: 0 },
      { hub: 'http://hub.example' },
      { hub: `https://${'x'.repeat(300)}` },
      { hub: 'https://a b' },
      { kind: '' },
      { salt: new Uint8Array(31) },
      { creator: 'ann' },
      { issued: -1 },
    ]
    for (const changes of wrong)
      expect({ changes, code: codeOf(() => signRoomHome({ ...home, ...changes }, ANN)) }).toMatchObject({
        code: 'bad-argument',
      })
  })
})
