import { expect, test } from 'vitest'
import { z } from 'zod'
import { contract, operation } from './contract.ts'
import { isOutdated, TOPICS, topicOf, topicsOf } from './event-topics.ts'
import { ALL_CONTRACTS, type NodeEvent, NodeEvent as NodeEvents, OPERATIONS } from './index.ts'

const TYPES = NodeEvents.options.map(({ shape }) => shape.type.value)

test.each(ALL_CONTRACTS.map(it => [it.name, it] as const))(
  '%s names existing events, and operations of its own that only read',
  (_name, it: import('./contract.ts').Contract) => {
    for (const [type, names] of Object.entries(it.events?.invalidates ?? {})) {
      expect(TYPES).toContain(type)
      for (const name of names) {
        expect(Object.keys(it.operations ?? {})).toContain(name)
        expect(OPERATIONS[name as keyof typeof OPERATIONS].method).toBe('GET')
      }
    }
  },
)

test('a contract that names an operation of another one, or none, does not compile', () => {
  const listBoats = operation({
    ...{ method: 'GET', path: '/api/boats', area: 'boats', summary: 'List boats' },
    ...{ effect: 'read', input: z.object({}), output: z.object({}) },
  })
  const boats = { name: 'boats', operations: { listBoats } } as const
  contract({ ...boats, events: { invalidates: { settings: ['listBoats'] } } })
  // @ts-expect-error: an operation of another contract
  contract({ ...boats, events: { invalidates: { settings: ['listPeople'] } } })
  // @ts-expect-error: a mistake
  contract({ ...boats, events: { invalidates: { settings: ['listBoats', 'listBaots'] } } })
  // @ts-expect-error: a contract without operations
  contract({ name: 'none', events: { invalidates: { settings: ['listBoats'] } } })
})

test('every event has one topic, except those for everybody', () => {
  const types = Object.values(TOPICS).flat()
  expect(new Set(types).size).toBe(types.length)
  expect(TYPES.filter(type => !types.includes(type as never))).toEqual(['hello', 'resync'])
  expect(topicOf({ type: 'contact-alarm' } as NodeEvent)).toBe('people')
  expect(topicOf({ type: 'torrent', id: 'ab' })).toBe('torrent:ab')
  expect(topicOf({ type: 'resync' })).toBeNull()
})

test('a client subscribes to what outdates answers and what it reads itself, and to no things', () => {
  const topics = topicsOf(['torrents', 'job'])
  expect(topics).toEqual(expect.arrayContaining(['torrents', 'jobs', 'settings', 'people', 'hubs']))
  for (const other of ['log', 'stats', 'torrent:ID', 'search:ID']) expect(topics).not.toContain(other)
})

test('a member that event and input share narrows what is outdated', () => {
  const input = { conversation: '7', limit: 20 }
  const about = (conversation: string | null) => ({ type: 'chat', conversation, messages: null }) as const
  expect(isOutdated('listMessages', input, about('7'))).toBe(true)
  expect(isOutdated('listMessages', input, about('8'))).toBe(false)
  expect(isOutdated('listMessages', input, about(null))).toBe(true)
  expect(isOutdated('listMessages', input, { type: 'people' })).toBe(false)
  expect(isOutdated('listConversations', {}, about('8'))).toBe(true)
})
