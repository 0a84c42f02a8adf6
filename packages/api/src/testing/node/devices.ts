import type { DEVICES } from '../../contracts/devices.ts'
import type { Implemented } from '../../operations.ts'
import type { Devices } from '../../schemas/device.ts'
import { refusal } from './refusals.ts'
import type { SimulatedState } from './state.ts'

const DAY_MS = 86_400_000

/**
 * A node and a terminal of a person whose root key was replaced lately. Nothing is signed or
 * checked.
 */
export function devices(state: SimulatedState): Implemented<typeof DEVICES> {
  const nowMs = state.clock.nowMs()
  const device = (id: string, name: string, kind: 'node' | 'terminal', days: number) => ({
    ...{ id: id.repeat(64), name, kind, own: kind === 'node' },
    addedMs: nowMs - days * DAY_MS,
  })
  let known: Devices = {
    did: 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
    ...{ sequence: 3, issuedMs: nowMs - 5 * DAY_MS, expiresMs: nowMs + 85 * DAY_MS },
    items: [device('a', 'Node at home', 'node', 40), device('b', 'Laptop', 'terminal', 12)],
    alarms: [{ kind: 'rotated', atMs: nowMs - 5 * DAY_MS }],
    history: null,
  }
  return {
    listDevices: async () => known,
    describeDevice: async () => ({ device: 'AA' }),
    async acceptDevices() {
      throw refusal('bad-device-list', 'This device list cannot be used.', 'lists')
    },
    async forgetDevices() {
      const none = { did: null, sequence: null, issuedMs: null, expiresMs: null, history: null }
      known = { ...none, items: [], alarms: [] }
      return known
    },
    async dismissDeviceAlarms() {
      known = { ...known, alarms: [] }
      return known
    },
  }
}
