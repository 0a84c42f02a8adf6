import type { Followed, RoomListener, RoomLog, RoomOptions, RoomRight } from '@shoal/hub-api/rooms'
import { RoomError, roomToken } from '@shoal/hub-api/rooms'
import { equalBytes } from '@shoal/torrent/base'
import { VirtualClock } from '@shoal/torrent/testing'
import { expect, it } from 'vitest'
import type { HubLink } from './hub-link.ts'
import { HubRoom } from './hub-room.ts'
import type { KeptParts } from './kept-parts.ts'

const HUB = new Uint8Array(32).fill(1)
const ROOM = new Uint8Array(32).fill(2)
const [NEWEST, EARLIER] = [3, 4].map(byte => new Uint8Array(32).fill(byte)) as [Uint8Array, Uint8Array]

/** A hub that answers each follow at once, as `rightOf` says; null: it does not know the token. */
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
    // Another member gives the hub the newest secret right before this device asks with the earlier one.
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
