/**
 * Contacts, names and verified keys of persons: the user's decisions. They are stored in the
 * encrypted journals of the chat.
 */
import type { HubPeople, HubPerson } from '@shoal/chat/hub'
import { parseDidKey } from '@shoal/identity'
import { isShownName, readDeviceList } from '@shoal/identity/devices'
import type { PersonKeys } from '@shoal/identity/safety'
import type { ChatContact, ChatContacts } from '../../features/chat/chat-client.ts'
import type { ChatBrowser } from '../device/chat-browser.ts'

/** Calls of the screens in addition to the operations of the chat. */
export interface ContactCalls {
  listContacts(input: object): Promise<readonly ChatContact[]>
  addContact(input: Parameters<ChatContacts['add']>[0]): Promise<ChatContact>
  changeContact(input: { readonly did: string } & Parameters<ChatContacts['change']>[1]): Promise<void>
  setBlocked(input: { readonly did: string; readonly isBlocked: boolean }): Promise<void>
  getOwnCode(input: object): Promise<string>
  getVerification(input: { readonly did: string }): Promise<{ words: readonly string[]; ownCode: string }>
  verifyContact(input: { readonly did: string; readonly seen: string }): Promise<void>
}

const CODE_PREFIX = 'shoal:'

/** Twelve words, and codes: loaded when keys are compared. */
const safety = () => import('@shoal/identity/safety')

export function contactCalls(people: HubPeople, own: ChatBrowser, nowMs: () => number): ContactCalls {
  const home = own.hubs[0]!.url
  const personOf = (did: string): ChatContact => viewContact(people.known(did)!)
  /** Without a device list, the first key of a person is used. */
  const keysOf = (did: string): PersonKeys => {
    const person = parseDidKey(did)
    return { person, root: people.known(did)?.list?.list.root ?? person }
  }
  const ownKeys = (): PersonKeys => {
    const kept = readDeviceList(own.lists.at(-1)!)
    const heard = people.known(own.did)?.list
    const { list } = heard && heard.list.sequence > kept.list.sequence ? heard : kept
    return { person: list.person, root: list.root }
  }
  const getWords = async (did: string) => (await safety()).safetyWords(keysOf(did), ownKeys())
  const ownCode = async () => (await safety()).writePersonCode(ownKeys())
  const verified = (did: string) => ({ root: keysOf(did).root, atMs: nowMs() })
  return {
    listContacts: async () => people.all.filter(({ did }) => did !== own.did).map(viewContact),
    async addContact({ text, name }) {
      checkName(name)
      const code = text.startsWith(CODE_PREFIX) ? (await safety()).readPersonCode(text) : null
      const did = code?.did ?? text
      readDid(did)
      if (did === own.did) throw failure('bad-argument', 'This is your own code.', 'text')
      // A person who is not found now is looked up again with the others.
      await people.find(did, home).catch(() => null)
      if (code && !code.matches(keysOf(did))) throw failure('conflict', OTHER_KEY, 'text')
      await people.mark(did, {
        isContact: true,
        ...(name !== null && { given: name }),
        ...(code && { verified: verified(did) }),
      })
      return personOf(did)
    },
    async changeContact({ did, name, isContact, isVerified, hasAlarms }) {
      readDid(did)
      checkName(name ?? null)
      await people.mark(did, {
        ...(name !== undefined && { given: name }),
        ...(isContact !== undefined && { isContact }),
        ...(isVerified === false && { verified: null }),
        ...(hasAlarms === false && { alarms: [] }),
      })
    },
    setBlocked: ({ did, isBlocked }) => people.mark(did, { isBlocked }),
    getOwnCode: ownCode,
    getVerification: async ({ did }) => ({ words: await getWords(did), ownCode: await ownCode() }),
    async verifyContact({ did, seen }) {
      const isCode = seen.startsWith(CODE_PREFIX)
      const code = isCode ? (await safety()).readPersonCode(seen) : null
      const words = isCode ? null : (await getWords(did)).join(' ')
      // No await from here on: the keys must be those that were compared.
      if (code && code.did !== did) throw failure('conflict', OTHER_PERSON, 'seen')
      if (code && !code.matches(keysOf(did))) throw failure('conflict', OTHER_KEY, 'seen')
      if (words !== null && seen !== words) throw failure('conflict', OTHER_WORDS, 'seen')
      await people.mark(did, { verified: verified(did) })
    },
  }
}

export function viewContact(person: HubPerson): ChatContact {
  const { did, list, given, shown, isContact, isBlocked, verified, alarms } = person
  return {
    ...{ did, name: given ?? (shown || null), given, isContact, isBlocked },
    devices: list?.list.devices.length ?? null,
    isVerified: verified !== null,
    verifiedMs: verified?.atMs ?? null,
    alarms: alarms.map(({ kind }) => kind),
  }
}

const OTHER_PERSON =
  'This is the code of another person: if it is that of your contact, somebody else is between you.'
const OTHER_KEY =
  'This code has another key than the hub shows for this person: somebody else is between you, or one of you has an older device list.'
const OTHER_WORDS = 'The words have changed meanwhile: compare them again.'

function readDid(did: string): void {
  try {
    parseDidKey(did)
  } catch (cause) {
    throw failure('bad-argument', (cause as Error).message, 'text')
  }
}

function checkName(name: string | null): void {
  if (name !== null && !isShownName(name))
    throw failure('bad-argument', 'A name has at most 64 bytes and no invisible characters.', 'name')
}

function failure(code: string, message: string, field: string): Error {
  return Object.assign(new Error(message), { code, field })
}
