import type { BlockedPublisher, Contact, NodeApi, Person } from '@shoal/api'
import { flag, list, UsageError, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { CommandFailure } from '../failure.ts'
import { formatNumber, formatTime } from '../format.ts'
import type { Output } from '../output.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'
import { shortKey } from '../values/network.ts'
import { printAlarms, printContact, verifyContact } from './people-verify.ts'

const say = texts.people
/** The maximum that the node lists. */
const LIMIT = 1000

export const people = defineCommand({
  about: say.about,
  positionals: [
    { name: 'NODE', help: say.node, optional: true },
    { name: 'CONTACT', help: say.contact, optional: true },
  ],
  options: {
    show: flag(say.options.show),
    hide: flag(say.options.hide),
    name: value('NAME', { help: say.options.name }),
    block: list('DID', { help: say.options.block }),
    unblock: list('DID', { help: say.options.unblock }),
    blocked: flag(say.options.blocked),
    code: value('TEXT', { help: say.options.code }),
    matches: flag(say.options.matches),
    ...NODE_OPTIONS,
  },
  examples: [
    ['people', say.examples.list],
    ['people 3b6a27bcceb6 --name Ada --show', say.examples.show],
    ['people verify Ada', say.examples.verify],
    ['people --block did:key:z6Mk…', say.examples.block],
  ],
  async run([word, contact], options, { output, interrupt }) {
    const { show, hide, name, block, unblock, blocked, code, matches } = options
    const isChange = show || hide || name !== undefined
    const isList = blocked || block.length + unblock.length > 0
    const action = findAction(word, contact)
    if (action ? isChange || isList : word === undefined ? isChange : isList || !isChange)
      throw new UsageError(say.oneOnly)
    if (show && hide) throw new UsageError(say.showOrHide)
    if ((code !== undefined || matches) && action !== 'verify') throw new UsageError(say.verifyOnly)
    if (code !== undefined && matches) throw new UsageError(say.codeOrMatches)
    const { signal } = interrupt
    const { api } = await openNode(options, signal)
    if (action) {
      if (contact === undefined) {
        const { items } = await api.askContacts({}, { signal })
        return output.json ? output.object({ items }) : printPeople(api, output, signal)
      }
      const { did, note } = await publisherOf(api, contact, signal)
      const called = note ?? contact
      if (action === 'verify') return verifyContact(api, [did, called], { code, matches }, { output, signal })
      const ask = { unverify: api.unverifyContact, dismiss: api.dismissContactAlarms }
      if (action !== 'ask') return printContact(output, await ask[action]({ did }, { signal }), called)
      const { items } = await api.askContacts({ did }, { signal })
      return printContact(output, items.find(each => each.did === did)!, called)
    }
    if (word !== undefined) {
      const { key } = await findPerson(api, word, signal)
      const showDid = show || hide ? { showDid: show } : {}
      const named = name === undefined ? {} : { name: name.trim() === '' ? null : name }
      const person = await asUsage(api.updatePerson({ key, ...named, ...showDid }, { signal }))
      if (output.json) return output.object(person)
      return output.line((person.showsDid ? say.isShown : say.isNotShown)({ node: nameOf(person) }))
    }
    for (const who of block) {
      const { did, note } = await publisherOf(api, who, signal)
      await asUsage(api.blockPublisher({ did, ...(note !== null && { note }) }, { signal }))
    }
    for (const who of unblock) {
      const { did } = await publisherOf(api, who, signal)
      await asUsage(api.unblockPublisher({ did }, { signal }))
    }
    if (isList) {
      const { items } = await api.listBlocked({}, { signal })
      if (output.json) return output.object({ items })
      return printTable(output, items, BLOCKED_COLUMNS, say.noneBlocked)
    }
    await printPeople(api, output, signal)
  },
})

const ACTIONS = ['verify', 'unverify', 'dismiss', 'ask'] as const

/**
 * Returns the action on contacts that the words name; null if the first one names a node. Throws
 * UsageError.
 */
function findAction(word: string | undefined, contact: string | undefined): (typeof ACTIONS)[number] | null {
  const action = ACTIONS.find(each => each === word)
  if (contact === undefined) return action === 'ask' ? action : null
  if (!action) throw new UsageError(texts.run.notOneOf({ name: word!, names: ACTIONS.join(', ') }))
  return action
}

async function printPeople(api: NodeApi, output: Output, signal: AbortSignal): Promise<void> {
  const { ownKey, ownDid, items } = await api.listPeople({ limit: LIMIT }, { signal })
  const { items: contacts } = await api.listContacts({}, { signal })
  if (output.json) return output.object({ ownKey, ownDid, items, contacts })
  printAlarms(output, contacts)
  if (ownKey !== null) output.line(texts.peers.ownKey({ key: ownKey }))
  if (ownDid !== null) output.line(say.ownDid({ did: ownDid }))
  const rows = items.map(person => ({ ...person, contact: contacts.find(({ did }) => did === person.did) }))
  printTable(output, rows, COLUMNS, say.none({ shoal: SHOAL }))
}

/** Returns the peer with this name, this network key, or the only one whose key starts with it. */
async function findPerson(api: NodeApi, word: string, signal: AbortSignal): Promise<Person> {
  const { items } = await api.listPeople({ limit: LIMIT }, { signal })
  const named = items.filter(({ name }) => name === word)
  const matching = named.length > 0 ? named : items.filter(({ key }) => key.startsWith(word.toLowerCase()))
  if (matching.length === 1 && word !== '') return matching[0]!
  const text = matching.length === 0 ? say.unknown : say.ambiguous
  throw new CommandFailure(matching.length === 0 ? 'not-found' : 'ambiguous', text({ word }))
}

/** Returns the DID that a word is, or that a peer has shown, with the peer's name. */
async function publisherOf(
  api: NodeApi,
  word: string,
  signal: AbortSignal,
): Promise<{ did: string; note: string | null }> {
  if (word.startsWith('did:')) return { did: word, note: null }
  const person = await findPerson(api, word, signal)
  if (person.did === null) throw new CommandFailure('not-found', say.noDid({ node: nameOf(person) }))
  return { did: person.did, note: person.name }
}

function nameOf({ name, key }: Person): string {
  return name ?? shortKey(key)
}

const COLUMNS: Column<Person & { readonly contact: Contact | undefined }>[] = [
  { title: texts.peers.columns.key, text: ({ key }) => shortKey(key), least: 12 },
  { title: say.columns.name, text: ({ name }) => name ?? '' },
  { title: say.columns.profile, text: ({ contact }) => contact?.name ?? '', rank: 3 },
  { title: say.columns.did, text: ({ did }) => did ?? '', least: 16, rank: 2 },
  {
    title: say.columns.state,
    text: ({ showsDid, blocked, contact }) =>
      [
        showsDid ? say.shown : '',
        contact?.verifiedMs != null ? say.verified : '',
        contact && contact.alarms.length > 0 ? say.alarm : '',
        blocked ? say.blocked : '',
      ]
        .filter(Boolean)
        .join(', '),
    rank: 1,
  },
  { title: texts.peers.columns.host, text: ({ host }) => host, rank: 4 },
  {
    title: texts.peers.columns.score,
    text: ({ score }) => formatNumber(score, 0),
    align: 'right',
    rank: 3,
  },
  { title: texts.peers.columns.lastSeen, text: ({ lastSeenMs }) => formatTime(lastSeenMs), rank: 5 },
]

const BLOCKED_COLUMNS: Column<BlockedPublisher>[] = [
  { title: say.columns.did, text: ({ did }) => did, least: 20 },
  { title: say.columns.note, text: ({ note }) => note ?? '', rank: 1 },
  { title: say.columns.since, text: ({ blockedMs }) => formatTime(blockedMs), rank: 2 },
]
