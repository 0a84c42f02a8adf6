/** The devices of the node's user: their lists, and this node as one of them. */

import { DEVICES as CONTRACT, type Devices } from '@shoal/api'
import { Vault } from '@shoal/daemon/vault'
import {
  deviceHash,
  encodeDevice,
  newestList,
  writeDeviceHistory,
  writeDeviceText,
} from '@shoal/identity/devices'
import { hex } from '@shoal/torrent/base'
import { capability } from '../kernel/capability.ts'
import { DEVICE_LOGINS } from '../kernel/device-logins.ts'
import { checkShownName } from '../kernel/shown-name.ts'
import { OwnDeviceKeys } from './device-keys.ts'
import { PersonDevices } from './person-devices.ts'
import { OWN_PERSON } from './service.ts'
import { DEVICES_TABLES } from './tables.ts'

export const DEVICES = capability({
  contract: CONTRACT,
  migrations: DEVICES_TABLES,
  provides: { logins: DEVICE_LOGINS, person: OWN_PERSON },
  async start({ clock, database, dataDir, log, ticker }) {
    const own = await OwnDeviceKeys.open(database, new Vault(dataDir))
    const person = new PersonDevices(database, () => clock.unixMs(), log)
    const stop = ticker.every('the expiry of the device list', () => person.tick())
    const list = (): Devices => {
      const { history, did, alarms } = person
      const key = own.keys && hex(own.keys.login.publicKey)
      const newest = history && newestList(history).list
      const items = (history?.devices ?? []).map(device => ({
        id: hex(deviceHash(encodeDevice(device))),
        name: device.name,
        kind: device.kind,
        addedMs: 1000 * device.added,
        own: hex(device.loginKey) === key,
      }))
      return {
        ...{ did, alarms, items },
        sequence: newest?.sequence ?? null,
        issuedMs: newest && 1000 * newest.issued,
        expiresMs: newest && 1000 * newest.expires,
        history: history && copy(writeDeviceHistory(history)),
      }
    }
    return {
      operations: {
        listDevices: async () => list(),
        async describeDevice({ name }) {
          checkShownName(name)
          const { login, message } = await own.make()
          const keys = { loginKey: login.publicKey, messageKey: message.publicKey }
          const added = Math.floor(clock.unixMs() / 1000)
          return { device: writeDeviceText({ name, kind: 'node', ...keys, added }) }
        },
        async acceptDevices(history) {
          person.accept(history)
          return list()
        },
        async forgetDevices() {
          person.forget()
          return list()
        },
        async dismissDeviceAlarms() {
          person.dismissAlarms()
          return list()
        },
      },
      provides: {
        logins: person,
        person: {
          get history() {
            return person.history
          },
          get device() {
            const key = own.keys && hex(own.keys.login.publicKey)
            const device = person.history?.devices.find(({ loginKey }) => hex(loginKey) === key)
            return device && own.keys ? { device, signer: own.keys.message, login: own.keys.login } : null
          },
          onChanged: listener => person.onChanged(listener),
        },
      },
      health: () => person.problems,
      close: stop,
    }
  },
})

function copy({
  lists,
  devices,
}: {
  readonly lists: readonly string[]
  readonly devices: readonly string[]
}) {
  return { lists: [...lists], devices: [...devices] }
}
