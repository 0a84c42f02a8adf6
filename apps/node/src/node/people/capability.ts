/**
 * Other Shoal nodes: recognizes them in swarms, accounts for the data exchanged with them, and
 * scores them. Also contacts and blocked publishers.
 */
import { PEOPLE as CONTRACT } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { Vault } from '@shoal/daemon/vault'
import { formatIp } from '@shoal/torrent/base'
import { capability } from '../kernel/capability.ts'
import { BlockedPublishers } from './blocked.ts'
import { Contacts } from './contacts.ts'
import { NodeNetworkKey, networkKeyOf, pseudonymSecret } from './network-key.ts'
import { People } from './people.ts'
import { PeopleStore } from './people-store.ts'
import { MISCONDUCT, NETWORK_SEED, PERSONS, RECOGNITION } from './service.ts'
import { PEOPLE_TABLES } from './tables.ts'

export const PEOPLE = capability({
  contract: CONTRACT,
  migrations: PEOPLE_TABLES,
  provides: { recognition: RECOGNITION, seed: NETWORK_SEED, misconduct: MISCONDUCT, persons: PERSONS },
  async start({ database, dataDir, log, settings, events, clock, ticker }) {
    const own = await NodeNetworkKey.open(database, new Vault(dataDir), log)
    const contacts = new Contacts({ database, key: () => own.key, now: () => clock.unixMs() })
    const blocked = new BlockedPublishers(database)
    const people = new People({
      ...{ contacts, blocked },
      store: new PeopleStore(database),
      key: () => own.key,
      pseudonymSecret: () => pseudonymSecret(own.seed),
      now: () => clock.unixMs(),
      settings: () => settings.current.network,
      publish: event => events.publish('people', event),
    })
    blocked.onChanged(() => events.publish('people', { type: 'people' }))
    const stop = ticker.every('the accounts of peers', () => people.tick())
    return {
      operations: {
        listPeople: async ({ limit }) => {
          const { key } = people
          return {
            ownKey: key ? Buffer.from(key.publicKey).toString('hex') : null,
            ownDid: contacts.ownDid,
            items: people.list(limit),
            refused: people.refused,
          }
        },
        updatePerson: ({ key, name, showDid }) =>
          people.change(key, {
            ...(name !== undefined && { name }),
            ...(showDid !== undefined && { showDid }),
          }),
        listBlocked: async () => ({ items: blocked.list() }),
        async blockPublisher({ did, note }) {
          if (did === contacts.ownDid)
            throw new Failure('bad-argument', 'this is your own key: withdraw what you published instead', {
              field: 'did',
            })
          return blocked.add({ did, note: note || null, blockedMs: clock.unixMs() })
        },
        async unblockPublisher({ did }) {
          blocked.remove(did)
          return {}
        },
      },
      provides: {
        persons: {
          usePerson: person => contacts.usePerson(person),
          get hasBlocked() {
            return !blocked.isEmpty
          },
          isBlocked: person => blocked.has(person),
          blocked: () => blocked.list().map(({ did }) => did),
          contactOf: person => contacts.contactOf(person),
          personOf(networkKey) {
            const { name, did } = contacts.view(networkKey)
            return name === null && did === null ? null : { name, did }
          },
          get ownDid() {
            return contacts.ownDid
          },
          contacts: () => contacts.list(),
          claimsFor: networkKey => (people.key ? contacts.claimsFor(networkKey, own.key) : {}),
          received: (networkKey, claims) => contacts.received(networkKey, claims),
          onContacts: listener => contacts.onChanged(listener),
          onBlocked: listener => blocked.onChanged(listener),
        },
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
