import type { PEOPLE } from '../../contracts/people.ts'
import type { Implemented } from '../../operations.ts'
import type { Person } from '../../schemas/people.ts'
import type { SimulatedState } from './state.ts'

const GIB = 2 ** 30
const DAY_MS = 86_400_000

/** A good peer, a new one, and one that sent wrong pieces. */
export function people(state: SimulatedState): Implemented<typeof PEOPLE> {
  return {
    async listPeople({ limit }) {
      const nowMs = state.clock.nowMs()
      const person = (key: string, host: string, rest: Omit<Person, 'key' | 'host'>) => ({
        key,
        host,
        ...rest,
      })
      const items: Person[] = [
        person('3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29', '203.0.113.7', {
          ...{ downloadedBytes: 4 * GIB, uploadedBytes: 2 * GIB, confirmedBytes: 2 * GIB - 65_536 },
          ...{ firstSeenMs: nowMs - 40 * DAY_MS, lastSeenMs: nowMs - 5000, score: 596, isTrusted: true },
          reasons: [
            { kind: 'gave', points: 400 },
            { kind: 'promises', points: 120 },
            { kind: 'confirmed', points: 66 },
            { kind: 'uptime', points: 10 },
          ],
        }),
        person('8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c', '198.51.100.20', {
          ...{ downloadedBytes: 0, uploadedBytes: 3 * 2 ** 20, confirmedBytes: 3 * 2 ** 20 },
          ...{
            firstSeenMs: nowMs - 60_000,
            lastSeenMs: nowMs - 1000,
            score: 0,
            isTrusted: false,
            reasons: [],
          },
        }),
        person('ed4928c628d1c2c6eae90338905995612959273a5c63f93636c14614ac8737d1', '192.0.2.99', {
          ...{ downloadedBytes: 20 * 2 ** 20, uploadedBytes: 0, confirmedBytes: 0 },
          ...{
            firstSeenMs: nowMs - 3 * DAY_MS,
            lastSeenMs: nowMs - 2 * DAY_MS,
            score: -290,
            isTrusted: false,
          },
          reasons: [
            { kind: 'failed-pieces', points: -300 },
            { kind: 'gave', points: 10 },
          ],
        }),
      ]
      const ownKey = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'
      return { ownKey, items: items.slice(0, limit), refused: { 'not-proved': 1 } }
    },
  }
}
