import { expect, test } from 'vitest'
import type { NodeEvent } from './events.ts'
import { type FoundSoFar, followSearch, type ListenedNode } from './follow-search.ts'
import type { SearchProgress, SearchRow } from './schemas/network-search.ts'

const row = (id: string, more: Partial<SearchRow> = {}) =>
  ({ id, title: id, counting: false, ...more }) as SearchRow

const progress = (revision: number, more: Partial<SearchProgress> = {}) =>
  ({ id: 's', revision, done: false, order: [], rows: [], ...more }) as SearchProgress

const told = (after: number, revision: number, more: Partial<SearchProgress> = {}): NodeEvent => ({
  type: 'search',
  after,
  ...progress(revision, more),
})

/** A node whose events are controlled by the test. `answer`: its responses. */
function newNode(events: readonly NodeEvent[], answer: (since: number) => SearchProgress | Error = progress) {
  const calls: string[] = []
  const node: ListenedNode = {
    api: {
      startSearch: async ({ text }) => {
        calls.push(`start ${text}`)
        return progress(1)
      },
      readSearch: async ({ since }) => {
        calls.push(`read ${since}`)
        const read = answer(since!)
        if (read instanceof Error) throw read
        return read
      },
      endSearch: async ({ id }) => {
        calls.push(`end ${id}`)
        return {}
      },
    },
    async *events(topics) {
      calls.push(`listen ${topics}`)
      yield* events
    },
  }
  return { node, calls }
}

async function follow(node: ListenedNode, until: (found: FoundSoFar) => boolean = () => false) {
  const all: FoundSoFar[] = []
  for await (const found of followSearch(node, { text: 'sea' }, new AbortController().signal)) {
    all.push(found)
    if (until(found)) break
  }
  return all
}

test('events bring the rows, without a further request, until nothing more is waited for', async () => {
  const { node, calls } = newNode([
    { type: 'hello', revision: 1, startedMs: 1 },
    told(0, 2, { order: ['a'], rows: [row('a')] }),
    told(2, 3, { order: ['b', 'a'], rows: [row('b', { counting: true })] }),
    told(3, 4, { order: ['b', 'a'], done: true }),
    told(4, 5, { order: ['b', 'a'], rows: [row('b', { seeds: 4 })], done: true }),
    told(5, 6),
  ])
  const all = await follow(node, ({ isFinal }) => isFinal)
  expect(all.map(({ rows }) => rows.map(({ id }) => id).join(''))).toEqual(['', 'a', 'ba', 'ba', 'ba'])
  expect(all.map(({ changed }) => changed.map(({ id }) => id).join(''))).toEqual(['', 'a', 'b', '', 'b'])
  expect(all.map(({ isFinal }) => isFinal)).toEqual([false, false, false, false, true])
  expect(all.at(-1)!.rows[0]!.seeds).toBe(4)
  expect(calls).toEqual(['start sea', 'listen search:s', 'end s'])
})

test('what events lack is read, once', async () => {
  const read = (since: number) => progress(since + 5, { order: ['a'], rows: [row('a')] })
  const events = [
    told(0, 2),
    // Events before it were lost.
    told(4, 5),
    // It repeats what was already read.
    told(5, 6),
    { type: 'resync' } as const,
    { type: 'hello', revision: 1, startedMs: 1 } as const,
  ]
  const { node, calls } = newNode(events, read)
  const all = await follow(node)
  expect(all.map(found => found.progress.revision)).toEqual([1, 2, 7, 12, 17])
  expect(calls.slice(2)).toEqual(['read 2', 'read 7', 'read 12', 'end s'])
})

test('a search that the node forgot has failed, unless all rows have come', async () => {
  const gone = Object.assign(new Error('this search has ended'), { code: 'not-found' })
  const early = newNode([told(0, 2), { type: 'resync' }], () => gone)
  await expect(follow(early.node)).rejects.toBe(gone)
  const late = newNode([told(0, 2, { done: true }), { type: 'resync' }], () => gone)
  expect((await follow(late.node)).length).toBe(2)
  expect([early.calls.at(-1), late.calls.at(-1)]).toEqual(['end s', 'end s'])
})

test('it ends with the signal, and ends the search at the node', async () => {
  const { node, calls } = newNode([])
  const closing = new AbortController()
  const endless: ListenedNode = {
    ...node,
    async *events(_topics, { signal }) {
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      yield* []
    },
  }
  const following = followSearch(endless, { text: 'sea' }, closing.signal)
  await following.next()
  const next = following.next()
  closing.abort(new Error('Ctrl-C'))
  await expect(next).rejects.toThrow('Ctrl-C')
  expect(calls.at(-1)).toBe('end s')
})
