import type { PEOPLE } from '../../contracts/people.ts'
import type { Implemented } from '../../operations.ts'
import type { Person } from '../../schemas/people.ts'
import { found } from './refusals.ts'
import type { SimulatedState } from './state.ts'

const GIB = 2 ** 30
const DAY_MS = 86_400_000
const OWN_KEY = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'
const OWN_DID = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'

/** A good peer that shows its person, a new one, and one that sent wrong pieces. */
export function people(state: SimulatedState): Implemented<typeof PEOPLE> {
  const all = new Map(samplePeople(state.clock.nowMs()).map(person => [person.key, person]))
  const view = (person: Person): Person => ({ ...person, blocked: state.blocked.has(person.did ?? '') })
  const changed = () => state.emit({ type: 'people' })
  return {
    listPeople: async ({ limit }) => ({
      ...{ ownKey: OWN_KEY, ownDid: OWN_DID, refused: { 'not-proved': 1 } },
      items: [...all.values()].slice(0, limit).map(view),
    }),
    async updatePerson({ key, name, showDid }) {
      const old = found(all, key, 'peer', 'key')
      const person = {
        ...old,
        ...(name !== undefined && { name }),
        ...(showDid !== undefined && { showsDid: showDid }),
      }
      all.set(key, person)
      changed()
      return view(person)
    },
    listBlocked: async () => ({ items: [...state.blocked.values()].reverse() }),
    async blockPublisher({ did, note }) {
      const publisher = { did, note: note || null, blockedMs: state.clock.nowMs() }
      state.blocked.set(did, publisher)
      changed()
      return publisher
    },
    async unblockPublisher({ did }) {
      found(state.blocked, did, 'publisher', 'did')
      state.blocked.delete(did)
      changed()
      return {}
    },
  }
}

function samplePeople(nowMs: number): Person[] {
  const stranger = {
    ...{ name: null, did: null, didExpiresMs: null, showsDid: false, blocked: false, isTrusted: false },
  }
  return [
    {
      ...stranger,
      key: '3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29',
      host: '203.0.113.7',
      ...{ downloadedBytes: 4 * GIB, uploadedBytes: 2 * GIB, confirmedBytes: 2 * GIB - 65_536 },
      ...{ firstSeenMs: nowMs - 40 * DAY_MS, lastSeenMs: nowMs - 5000, score: 596, isTrusted: true },
      did: 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw',
      didExpiresMs: nowMs + 29 * DAY_MS,
      reasons: [
        { kind: 'gave', points: 400 },
        { kind: 'promises', points: 120 },
        { kind: 'confirmed', points: 66 },
        { kind: 'uptime', points: 10 },
      ],
    },
    {
      ...stranger,
      key: '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c',
      host: '198.51.100.20',
      ...{ downloadedBytes: 0, uploadedBytes: 3 * 2 ** 20, confirmedBytes: 3 * 2 ** 20 },
      ...{ firstSeenMs: nowMs - 60_000, lastSeenMs: nowMs - 1000, score: 0, reasons: [] },
    },
    {
      ...stranger,
      key: 'ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1',
      host: '192.0.2.99',
      ...{ downloadedBytes: 20 * 2 ** 20, uploadedBytes: 0, confirmedBytes: 0 },
      ...{ firstSeenMs: nowMs - 3 * DAY_MS, lastSeenMs: nowMs - 2 * DAY_MS, score: -290 },
      reasons: [
        { kind: 'failed-pieces', points: -300 },
        { kind: 'gave', points: 10 },
      ],
    },
  ]
}
