import type { Followed, RoomListener, RoomLog, RoomOptions, RoomRight } from '@shoal/hub-api/rooms'
import { ForkedLog, proveEquivocation, RoomError, roomToken, signHead } from '@shoal/hub-api/rooms'
import { KeyPair } from '@shoal/identity'
import { equalBytes } from '@shoal/torrent/base'
import { VirtualClock } from '@shoal/torrent/testing'
import { expect, it, vi } from 'vitest'
import type { RoomProblem } from '../device/ports.ts'
import type { HubLink } from './hub-link.ts'
import { HubRoom } from './hub-room.ts'
import type { KeptParts } from './kept-parts.ts'

const HUB = new Uint8Array(32).fill(1)
const ROOM = new Uint8Array(32).fill(2)
const [NEWEST, EARLIER] = [3, 4].map(byte => new Uint8Array(32).fill(byte)) as [Uint8Array, Uint8Array]

/** A hub that answers each follow at once, according to `rightOf`; null: unknown token. */
function hubOf(rightOf: (token: Uint8Array) => RoomRight | null) {
  const appended: Uint8Array[] = []
  const rooms = {
    hub: HUB,
    leave() {},
    follow({ token }: RoomOptions, listener: RoomListener) {
      const log = {
        parts: [],
        append: async (bytes: Uint8Array) => {
          appended.push(bytes)
          return { sequence: 1, hash: HUB }
        },
      } as unknown as RoomLog
      queueMicrotask(() => {
        const right = rightOf(token!)
        if (right === null) listener.problem?.(new RoomError('not-found', 'Not for you'))
        else listener.followed?.({ room: ROOM, right } as Followed)
      })
      return log
    },
  }
  return { link: { connected: async () => HUB, rooms } as unknown as HubLink, appended }
}

it('tries the newest secret again if the hub replaced the one before by it in between', async () => {
  const clock = new VirtualClock()
  let isReplaced = false
  const hub = hubOf(token => {
    if (equalBytes(token, roomToken(NEWEST, HUB, ROOM, 'post'))) return isReplaced ? 'post' : null
    if (!equalBytes(token, roomToken(EARLIER, HUB, ROOM, 'manage'))) return null
    // Another member gives the hub the newest secret right before this device tries the earlier
    // one.
    isReplaced = true
    return 'read'
  })
  const room = new HubRoom(
    hub.link,
    {
      ...{ id: ROOM, accessSecrets: [NEWEST, EARLIER], home: 'http://hub.example', creates: false },
      name: { creator: 'did:key:z6Mk', salt: HUB, kind: 'group' },
      after: { sequence: 0, hash: ROOM },
    },
    { entries: async () => {}, volatile() {}, trimmed() {}, problem: error => expect.fail(error.message) },
    { kept: { read: async () => [] } as unknown as KeptParts, clock },
  )
  const place = room.append(new Uint8Array(16), Uint8Array.of(5))
  await clock.advance(2000)
  expect(await place).toEqual({ sequence: 1, hash: HUB })
  expect(hub.appended).toEqual([Uint8Array.of(5)])
  room.close()
})

it('gives entries to the hub in order after the secret was changed', async () => {
  const clock = new VirtualClock()
  const given: { readonly bytes: Uint8Array; readonly reject: (error: RoomError) => void }[][] = []
  const listeners: RoomListener[] = []
  const rooms = {
    hub: HUB,
    leave() {},
    follow(_: RoomOptions, listener: RoomListener) {
      const own: (typeof given)[number] = []
      given.push(own)
      listeners.push(listener)
      const append = (bytes: Uint8Array) => {
        const { promise, reject } = Promise.withResolvers<never>()
        own.push({ bytes, reject })
        return promise
      }
      return { parts: [], append } as unknown as RoomLog
    },
  }
  const room = new HubRoom(
    { connected: async () => HUB, rooms } as unknown as HubLink,
    {
      ...{ id: ROOM, accessSecrets: [NEWEST, EARLIER], home: 'http://hub.example', creates: false },
      name: { creator: 'did:key:z6Mk', salt: HUB, kind: 'group' },
      after: { sequence: 0, hash: ROOM },
    },
    { entries: async () => {}, volatile() {}, trimmed() {}, problem: error => expect.fail(error.message) },
    { kept: { read: async () => [] } as unknown as KeptParts, clock },
  )
  const append = (byte: number) =>
    room.append(new Uint8Array(16).fill(byte), Uint8Array.of(byte)).catch(() => {})
  const followed = (at: number, right: RoomRight) =>
    listeners[at]!.followed?.({ room: ROOM, right } as Followed)
  await clock.advance(1)
  followed(0, 'post')
  const all = [append(1), append(2)]
  // The hub has another secret now. One entry is written before the answers to the others arrive.
  followed(0, 'read')
  all.push(append(3))
  for (const { reject } of given[0]!) reject(new RoomError('forbidden', 'Another secret is needed'))
  await clock.advance(1)
  listeners[0]!.problem?.(new RoomError('forbidden', 'Another secret is needed'))
  followed(1, 'post')
  expect(given.map(own => own.map(({ bytes }) => bytes[0]))).toEqual([
    [1, 2],
    [1, 2, 3],
  ])
  room.close()
  await Promise.all(all)
})

it('compares heads that members show only if they contradict what was read', async () => {
  const hub = KeyPair.generate()
  const [own, other] = [5, 6].map(byte => new Uint8Array(32).fill(byte)) as [Uint8Array, Uint8Array]
  const head = (hash: Uint8Array, room = ROOM) => signHead({ room, sequence: 7, hash }, hub, 1_800_000_000)
  const compared: Uint8Array[] = []
  const log = {
    head: head(own),
    async compare(signed: Uint8Array) {
      compared.push(signed)
      const heads = [head(own), signed] as const
      throw new ForkedLog(heads, proveEquivocation(...heads)!)
    },
  } as unknown as RoomLog
  const rooms = { hub: HUB, leave() {}, follow: () => log }
  const problems: RoomProblem[] = []
  const room = new HubRoom(
    { connected: async () => HUB, rooms } as unknown as HubLink,
    {
      ...{ id: ROOM, accessSecrets: [NEWEST], home: 'http://hub.example', creates: false },
      name: { creator: 'did:key:z6Mk', salt: HUB, kind: 'group' },
      after: { sequence: 0, hash: ROOM },
    },
    { entries: async () => {}, volatile() {}, trimmed() {}, problem: error => problems.push(error) },
    { kept: { read: async () => [] } as unknown as KeptParts, clock: new VirtualClock() },
  )
  expect(room.head()).toBeNull()
  await vi.waitFor(() => expect(room.head()).toEqual(head(own)))
  const known = (sequence: number) => (sequence === 7 ? own : null)
  for (const signed of [head(own), head(other, HUB), new Uint8Array(50)]) room.compareHead(signed, known)
  room.compareHead(head(other), () => null)
  room.compareHead(head(other), known)
  await vi.waitFor(() => expect(problems).toHaveLength(1))
  expect([compared, problems[0]!.proof]).toEqual([[head(other)], [head(own), head(other)]])
})
