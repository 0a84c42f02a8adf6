/**
 * The user's profile, and the persons of contacts: exchanges device lists and profiles with them,
 * and raises alarms that the user must not miss.
 */
import { CONTACTS as CONTRACT, type Contact, type OwnProfile as OwnProfileAnswer } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { parseDidKey } from '@shoal/identity'
import { didOf, newestList } from '@shoal/identity/devices'
import { PICTURE_TYPES, type Profile } from '@shoal/identity/profile'
import { readPersonCode, safetyWords, writePersonCode } from '@shoal/identity/safety'
import { SHOAL } from '../../base/program.ts'
import { OWN_PERSON } from '../devices/service.ts'
import { capability } from '../kernel/capability.ts'
import { checkShownName } from '../kernel/shown-name.ts'
import { NETWORK } from '../network/service.ts'
import { type ContactNode, PERSONS } from '../people/service.ts'
import { ContactBook, type KnownPerson } from './contact-book.ts'
import { OwnProfile } from './own-profile.ts'
import { type OwnState, PeopleExchange } from './people-exchange.ts'
import { problemOf } from './problems.ts'
import { CONTACT_PERSONS } from './service.ts'
import { CONTACTS_TABLES } from './tables.ts'

/** Expired certificates of contacts cause no event, so they are polled. */
const CONTACTS_MS = 60_000

export const CONTACTS = capability({
  contract: CONTRACT,
  migrations: CONTACTS_TABLES,
  needs: { persons: PERSONS, person: OWN_PERSON },
  wants: { network: NETWORK },
  provides: { book: CONTACT_PERSONS },
  start({ clock, database, events, ticker, log }, { persons, person, network }) {
    const now = () => clock.unixMs()
    const listeners = new Set<() => void>()
    const onChanged = () => {
      events.publish('people', { type: 'people' })
      for (const listener of listeners) listener()
    }
    const book = new ContactBook({
      ...{ database, now, onChanged },
      onAlarm(did, alarm) {
        log.warn(problemOf(did, alarm))
        events.publish('people', { type: 'contact-alarm', did, alarm })
      },
    })
    const own = new OwnProfile(database, person, now)
    let nodes: readonly ContactNode[] = []
    let nodesMs = Number.NEGATIVE_INFINITY
    const contacts = () => {
      if (clock.nowMs() - nodesMs >= CONTACTS_MS) {
        nodesMs = clock.nowMs()
        nodes = persons.contacts()
      }
      return nodes
    }
    const ownState = (): OwnState | null => {
      const { history } = person
      if (!history) return null
      const { signed } = own
      const profile = signed && { ...signed, version: signed.profile.version }
      return { did: didOf(newestList(history).list), lists: history.lists, profile }
    }
    const exchange = new PeopleExchange({
      ...{ book, clock, contacts, own: ownState },
      claimsFor: key => persons.claimsFor(key),
      received: (key, claims) => persons.received(key, claims),
    })
    const follow = () => {
      nodesMs = Number.NEGATIVE_INFINITY
      book.follow(contacts())
    }
    follow()
    own.refresh()
    const ends = [
      ticker.every('the exchange with contacts', () => exchange.tick()),
      persons.onContacts(() => {
        follow()
        exchange.hurryAll()
      }),
      person.onChanged(() => {
        own.refresh()
        exchange.hurryAll()
        onChanged()
      }),
    ]
    network?.use(host => {
      const opened = import('@shoal/network/host').then(({ openKeyExchange }) =>
        exchange.open(host, openKeyExchange),
      )
      opened.catch(error => log.warn(`contacts cannot be asked: ${error}`))
      return async () => (await opened)()
    })

    const view = (known: KnownPerson): Contact => {
      const { did, lists, profile, verifiedMs, askedMs } = known
      const newest = lists.at(-1)?.list
      const shown = contacts().filter(node => node.did === did)
      return {
        ...{ did, verifiedMs, askedMs, ...shownOf(profile?.profile) },
        nodes: shown.map(({ key, name }) => ({ key, name })),
        lists: lists.length,
        devices: newest ? newest.devices.length : null,
        expiresMs: newest ? 1000 * newest.expires : null,
        alarms: book.alarms
          .filter(alarm => alarm.did === did)
          .map(({ kind, atMs, detail }) => ({ kind, atMs, detail })),
      }
    }
    const list = () => ({ items: book.dids.flatMap(did => book.find(did) ?? []).map(view) })
    const profile = (): OwnProfileAnswer => {
      const { list, signed } = own
      const did = list && didOf(list)
      const isOther = persons.ownDid !== null && persons.ownDid !== did
      const hidden = isOther ? 'other-key' : exchange.isOpen ? null : 'network-off'
      return {
        did,
        ...shownOf(signed?.profile),
        version: signed?.profile.version ?? null,
        problem: own.problem ?? hidden,
      }
    }
    const signed = (changes: Parameters<OwnProfile['set']>[0]) => {
      own.set(changes)
      exchange.hurryAll()
      onChanged()
      return profile()
    }
    /** The keys for a contact to compare: those of the person that it is shown. */
    const ownKeys = () => {
      const { list } = own
      const did = persons.ownDid ?? (list && didOf(list))
      if (did === null)
        throw new Failure(
          'conflict',
          `there is no did:key to compare: ${SHOAL} people NODE --show makes one`,
          { field: 'did' },
        )
      const key = parseDidKey(did)
      return { person: key, root: list && didOf(list) === did ? list.root : key }
    }
    const words = async (did: string) => (await safetyWords(book.keysOf(did), ownKeys())).join(' ')

    return {
      operations: {
        getProfile: async () => profile(),
        async setProfile({ name, picture }) {
          if (name != null) checkShownName(name)
          return signed({
            ...(name !== undefined && { name }),
            ...(picture !== undefined && {
              picture: picture === null ? null : Buffer.from(picture, 'base64'),
            }),
          })
        },
        clearProfile: async () => signed({ name: null, picture: null }),
        listContacts: async () => list(),
        async askContacts({ did }) {
          if (did !== undefined) book.mustFind(did)
          const asked = contacts().filter(node => did === undefined || node.did === did)
          await exchange.askAll(asked.map(({ key }) => key))
          return list()
        },
        async getVerification({ did }) {
          const { verifiedMs } = book.mustFind(did)
          const ownCode = writePersonCode(ownKeys())
          return { did, words: (await words(did)).split(' '), ownCode, verifiedMs }
        },
        async verifyContact({ did, seen }) {
          book.mustFind(did)
          const isCode = seen.startsWith('shoal:')
          const code = isCode ? readPersonCode(seen) : null
          const expected = isCode ? null : await words(did)
          // No `await` from here on, so that the keys are the ones that were compared.
          if (code && (code.did !== did || !code.matches(book.keysOf(did))))
            throw new Failure('conflict', code.did === did ? OTHER_ROOT : OTHER_PERSON, { field: 'seen' })
          if (expected !== null && seen.toLowerCase().split(/\s+/).join(' ') !== expected)
            throw new Failure('conflict', OTHER_WORDS, { field: 'seen' })
          book.verify(did)
          return view(book.mustFind(did))
        },
        async unverifyContact({ did }) {
          book.unverify(did)
          return view(book.mustFind(did))
        },
        async dismissContactAlarms({ did }) {
          book.dismissAlarms(did)
          return view(book.mustFind(did))
        },
      },
      provides: {
        book: {
          dids: () => book.dids,
          find: did => book.find(did),
          onChanged(listener) {
            listeners.add(listener)
            return () => listeners.delete(listener)
          },
        },
      },
      health: () => book.alarms.map(alarm => problemOf(alarm.did, alarm)),
      async close() {
        for (const end of ends) end()
        await exchange.close()
      },
    }
  },
})

const OTHER_PERSON =
  'this is the code of another person: if it is that of your contact, somebody else is between you'
const OTHER_ROOT =
  'this code has another key than the device lists of this person that are known here: if it is that of your contact, somebody else is between you, or one of you has an older list'
const OTHER_WORDS =
  'these are not the words for the keys that this node knows: if your contact sees them, somebody else is between you, or one of you has an older list'

/**
 * Name and picture of a profile. The picture is a data URL whose type was detected from its bytes.
 */
function shownOf(profile: Profile | undefined): Pick<Contact, 'name' | 'picture'> {
  const { name = null, picture = null, pictureType = null } = profile ?? {}
  const type = PICTURE_TYPES.find(each => each === pictureType)
  const url = picture && type ? `data:${type};base64,${Buffer.from(picture).toString('base64')}` : null
  return { name, picture: url }
}
