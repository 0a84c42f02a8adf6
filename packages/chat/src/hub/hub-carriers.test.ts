import { ApiError } from '@shoal/api/api-error'
import { systemRandom } from '@shoal/torrent/base'
import { VirtualClock } from '@shoal/torrent/testing'
import { expect, it } from 'vitest'
import type { Journals, RoomProblem } from '../device/ports.ts'
import { HubCarriers } from './hub-carriers.ts'

const HOME = 'http://hub.example'
const ID = new Uint8Array(32).fill(1)

it('says the same of a hub that was left, whatever is asked there', async () => {
  const carriers = new HubCarriers({
    ...{ homes: [], journals: {} as Journals, clock: new VirtualClock() },
    random: systemRandom,
    access() {
      throw new Error('join it again')
    },
  })
  const said = { code: 'not-joined', message: `This device is not a member of ${HOME}: join it again` }
  const problems: RoomProblem[] = []
  const room = carriers.rooms.follow(
    {
      ...{ id: ID, accessSecrets: [ID], home: HOME, creates: false, after: { sequence: 0, hash: ID } },
      name: { creator: 'did:key:z6Mk', salt: ID, kind: 'group' },
    },
    {
      ...{ entries: async () => {}, volatile() {}, trimmed() {} },
      problem: problem => void problems.push(problem),
    },
  )
  expect(problems).toEqual([said])
  const waiting = room.append(new Uint8Array(16), ID)
  const address = { did: 'did:key:z6Mk', device: ID }
  await expect(carriers.inboxes.deliver(address, HOME, new Uint8Array(16), ID)).rejects.toMatchObject(said)
  await expect(carriers.keyPackages.take(address, HOME)).rejects.toMatchObject(said)
  room.close()
  await expect(waiting).rejects.toMatchObject({ code: 'closed' })
  carriers.close()
})

it('logs in again at a hub when it allows it', async () => {
  const clock = new VirtualClock()
  let logins = 0
  const session = async () => {
    logins++
    throw new ApiError('too-many-attempts', 'wait', { status: 429, retryAfterSeconds: 120 })
  }
  const carriers = new HubCarriers({
    ...{ homes: [HOME], journals: {} as Journals, clock, random: systemRandom },
    access: () => ({ device: { api: {} as never, session, forget() {} } }),
  })
  carriers.inboxes.listen(async () => {})
  await clock.advance(119_000)
  expect(logins).toBe(1)
  await clock.advance(2000)
  expect(logins).toBe(2)
  carriers.close()
})
