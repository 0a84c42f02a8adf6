/** Tests that texts of strangers are only returned where the contracts mark them. */
import { beforeAll, expect, test } from 'vitest'
import type { Operation } from '../../contract.ts'
import { OPERATIONS, type OperationName } from '../../operations.ts'
import { StrangeAnswers } from './strange-answers.ts'

const MAGNET = `magnet:?xt=urn:btih:${'ab'.repeat(20)}&dn=film`
const SEALED = 'https://node.example/share/#s2AAAAAAAAAAAAAAAA'
const answers = new StrangeAnswers()

beforeAll(async () => {
  for (const [name, { method, input }] of Object.entries<Operation>(OPERATIONS))
    if (method === 'GET' && input.safeParse({}).success) await answers.ask(name as OperationName)
  const { items: torrents }: { items: { id: string }[] } = await answers.ask('listTorrents')
  for (const { id } of torrents)
    for (const name of ['getTorrent', 'listFiles', 'listPeers', 'listTrackers'] as const)
      await answers.ask(name, { id })
  for (const { id } of torrents) {
    const event = answers.node.torrentEvent(id)
    if (event) answers.addEvent(event)
  }
  const { items: rooms }: { items: { id: string }[] } = await answers.ask('listConversations')
  for (const { id: conversation } of rooms) await answers.ask('listMessages', { conversation })
  await answers.ask('searchMessages', { text: 'harbour' })
  await answers.ask('searchHub', { hub: 'https://hub.example.org' })
  await answers.ask('listHubSessions', { hub: 'https://hub.example.org' })
  await answers.ask('findProviders', { link: MAGNET })
  await answers.ask('previewTorrent', { source: MAGNET })
  await answers.ask('addTorrent', { source: MAGNET })
  await answers.ask('search', { text: 'sea' })
  const { id: search } = (await answers.ask('startSearch', { text: 'maps' })) as { id: string }
  const { id } = (await answers.ask('openSealed', { source: SEALED })) as { id: string }
  await answers.ask('listSealedFiles', { id })
  answers.node.tick(30)
  await answers.clock.wait(30_000)
  await answers.ask('readSearch', { id: search })
})

test('texts of strangers are in marked fields only', () => {
  expect([...answers.unmarked()]).toEqual([])
})

test('the simulated strangers write everywhere', () => {
  const seen = answers.fields()
  for (const place of [
    ...[
      'listTorrents: items.*.name',
      'getTorrent: comment',
      'getTorrent: createdBy',
      'listFiles: items.*.path',
    ],
    ...['listPeers: items.*.client', 'listTrackers: items.*.message', 'previewTorrent: files.*.path'],
    ...['listMessages: items.*.text', 'listMessages: items.*.sender.name', 'listConversations: items.*.name'],
    ...['listContacts: items.*.name', 'searchHub: items.*.title', 'searchHub: items.*.author'],
    ...['readSearch: rows.*.title', 'readSearch: rows.*.tags.*', 'search: items.*.snippet'],
    ...['listNetworkPeers: items.*.client', 'listSealedFiles: items.*.path', 'torrents: changed.*.name'],
    ...['torrent: peers.*.client', 'log: entries.*.message'],
  ])
    expect(seen, place).toContain(place)
})
