/** Other Shoal nodes: recognizes them in swarms, keeps accounts of what they give and take, and judges them. */
import { PEOPLE as CONTRACT } from '@shoal/api'
import { formatIp } from '@shoal/torrent/base'
import { capability } from '../kernel/capability.ts'
import { Vault } from '../kernel/vault.ts'
import { NodeNetworkKey, networkKeyOf, pseudonymSecret } from './network-key.ts'
import { People } from './people.ts'
import { PeopleStore } from './people-store.ts'
import { MISCONDUCT, NETWORK_SEED, RECOGNITION } from './service.ts'
import { PEOPLE_TABLES } from './tables.ts'

export const PEOPLE = capability({
  contract: CONTRACT,
  migrations: PEOPLE_TABLES,
  provides: { recognition: RECOGNITION, seed: NETWORK_SEED, misconduct: MISCONDUCT },
  async start({ database, dataDir, log, settings, events, clock, ticker }) {
    const own = await NodeNetworkKey.open(database, new Vault(dataDir), log)
    const people = new People({
      store: new PeopleStore(database),
      key: () => own.key,
      pseudonymSecret: () => pseudonymSecret(own.seed),
      now: () => clock.unixMs(),
      settings: () => settings.current.network,
      publish: event => events.publish('people', event),
    })
    const stop = ticker.every('the accounts of peers', () => people.tick())
    return {
      operations: {
        listPeople: async ({ limit }) => {
          const { key } = people
          return {
            ownKey: key ? Buffer.from(key.publicKey).toString('hex') : null,
            items: people.list(limit),
            refused: people.refused,
          }
        },
      },
      provides: {
        ...{ recognition: people, seed: own },
        misconduct: (peerId, ip) => people.onMisconduct(networkKeyOf(peerId), ip && formatIp(ip)),
      },
      close() {
        stop()
        people.save()
      },
    }
  },
})
