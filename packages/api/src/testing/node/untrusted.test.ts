/** Texts of strangers come out only where the contracts mark them. */
import { beforeAll, expect, test } from 'vitest'
import type { Operation } from '../../contract.ts'
import { NodeEvent } from '../../events.ts'
import { untrustedIn } from '../../marked-fields.ts'
import { OPERATIONS, type OperationName } from '../../operations.ts'
import { SimulatedNode, VirtualClock } from './index.ts'

const MARK = '‹stranger›'
const MAGNET = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=film`
const SEALED = 'https://node.example/share/#s2AAAAAAAAAAAAAAAA'

type Call = (input: object) => Promise<Record<string, unknown>>
/** A schema, and what was answered by it. */
const answers: { readonly name: string; readonly schema: Operation['output']; readonly value: unknown }[] = []

/** The fields whose texts have the mark. */
function markedTexts(value: unknown, field = ''): string[] {
  if (typeof value === 'string')
    return [MARK, encodeURIComponent(MARK)].some(mark => value.includes(mark)) ? [field] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) =>
    markedTexts(each, field === '' ? key : `${field}.${key}`),
  )
}

beforeAll(async () => {
  const clock = new VirtualClock()
  const node = new SimulatedNode({ traffic: 'busy', clock, says: text => `${MARK}${text}` })
  node.on(value => answers.push({ name: value.type, schema: NodeEvent, value }))
  const calls = node.operations as unknown as Readonly<Record<string, Call>>
  const ask = async (name: OperationName, given: object = {}) => {
    const { input, output }: Operation = OPERATIONS[name]
    const value = await calls[name]!(input.parse(given))
    answers.push({ name, schema: output, value })
    return value as never
  }
  for (const [name, { method, input }] of Object.entries<Operation>(OPERATIONS))
    if (method === 'GET' && input.safeParse({}).success) await ask(name as OperationName)
  const { items: torrents }: { items: { id: string }[] } = await ask('listTorrents')
  for (const { id } of torrents)
    for (const name of ['getTorrent', 'listFiles', 'listPeers', 'listTrackers'] as const)
      await ask(name, { id })
  for (const { id } of torrents) {
    const event = node.torrentEvent(id)
    if (event) answers.push({ name: event.type, schema: NodeEvent, value: event })
  }
  for (const id of ['releases', 'films']) await ask('listFeedItems', { id })
  const { items: rooms }: { items: { id: string }[] } = await ask('listConversations')
  for (const { id: conversation } of rooms) await ask('listMessages', { conversation })
  await ask('searchMessages', { text: 'harbour' })
  await ask('searchHub', { hub: 'https://hub.example.org' })
  await ask('listHubSessions', { hub: 'https://hub.example.org' })
  await ask('findProviders', { link: MAGNET })
  await ask('previewTorrent', { source: MAGNET })
  await ask('addTorrent', { source: MAGNET })
  await ask('search', { text: 'sea' })
  const { id: search } = (await ask('startSearch', { text: 'maps' })) as { id: string }
  const { id } = (await ask('openSealed', { source: SEALED })) as { id: string }
  await ask('listSealedFiles', { id })
  node.tick(30)
  await clock.wait(30_000)
  await ask('readSearch', { id: search })
})

test('texts of strangers are in marked fields only', () => {
  const unmarked = answers.flatMap(({ name, schema, value }) => {
    const known = new Set(untrustedIn(schema, value).map(({ field }) => field))
    return markedTexts(value)
      .filter(field => !known.has(field))
      .map(field => `${name}: ${field.replace(/(^|\.)\d+\b/g, '$1*')}`)
  })
  expect([...new Set(unmarked)]).toEqual([])
})

test('the simulated strangers write everywhere', () => {
  const seen = new Set(
    answers.flatMap(({ name, value }) =>
      markedTexts(value).map(field => `${name}: ${field.replace(/(^|\.)\d+\b/g, '$1*')}`),
    ),
  )
  for (const place of [
    ...[
      'listTorrents: items.*.name',
      'getTorrent: comment',
      'getTorrent: createdBy',
      'listFiles: items.*.path',
    ],
    ...['listPeers: items.*.client', 'listTrackers: items.*.message', 'previewTorrent: files.*.path'],
    ...['listFeeds: items.*.title', 'listFeedItems: items.*.source', 'listFeeds: items.*.error'],
    ...['listMessages: items.*.text', 'listMessages: items.*.sender.name', 'listConversations: items.*.name'],
    ...['listContacts: items.*.name', 'searchHub: items.*.title', 'searchHub: items.*.author'],
    ...['readSearch: rows.*.title', 'readSearch: rows.*.tags.*', 'search: items.*.snippet'],
    ...['listNetworkPeers: items.*.client', 'listSealedFiles: items.*.path', 'torrents: changed.*.name'],
    ...['torrent: peers.*.client', 'log: entries.*.message'],
  ])
    expect(seen, place).toContain(place)
})
