import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Content } from './contents.ts'
import { type Arrived, Timeline } from './timeline.ts'

const rules = { isAdmin: (did: string) => did === 'admin' }
const id = (number: number) => new Uint8Array(16).fill(number)
const text = (of: string, more = {}): Content => ({
  ...{ kind: 'text', text: of, replyTo: null, mentions: [], files: [] },
  ...more,
})

function message(number: number, changes: Partial<Arrived> = {}): Arrived {
  return {
    ...{ id: id(number), sender: 'ann', sequence: number, parents: [], seen: 0, sentMs: number },
    content: text(`${number}`),
    ...changes,
  }
}

function timelineOf(messages: readonly Arrived[]): Timeline {
  const timeline = new Timeline(rules)
  for (const each of messages) timeline.add(each)
  return timeline
}

const texts = (timeline: Timeline) => timeline.shown.map(shown => shown.text)

it('follows the log, whatever the clocks say', () => {
  const all = [message(2, { sentMs: 1 }), message(3, { sentMs: 0 }), message(1, { sentMs: 9 })]
  expect(texts(timelineOf(all))).toEqual(['1', '2', '3'])
})

it('puts messages without a place in the log behind those that they follow', () => {
  const all = [
    message(1),
    message(2),
    message(3),
    // Ann wrote 10 after she had seen 2, and Ben replied, with a clock that is slow.
    message(10, { sequence: null, seen: 2, sentMs: 100 }),
    message(11, { sequence: null, sender: 'ben', parents: [id(10)], sentMs: 5 }),
    message(12, { sequence: null, sender: 'ben', parents: [id(3)], sentMs: 1 }),
  ]
  expect(texts(timelineOf(all))).toEqual(['1', '2', '10', '11', '3', '12'])
  // The log has 10 now.
  const timeline = timelineOf([...all, message(10, { sequence: 4 })])
  expect(texts(timeline)).toEqual(['1', '2', '3', '12', '10', '11'])
})

it('lets authors edit and delete, and admins delete', () => {
  const edit = (of: number, by: string): Partial<Arrived> => ({
    sender: by,
    content: { kind: 'edit', of: id(of), text: 'edited', mentions: [] },
  })
  const deletion = (of: number, by: string): Partial<Arrived> => ({
    sender: by,
    content: { kind: 'deletion', of: id(of) },
  })
  const timeline = timelineOf([
    ...[1, 2, 3, 4].map(number => message(number)),
    message(5, edit(1, 'ann')),
    message(6, edit(2, 'ben')),
    message(7, deletion(3, 'admin')),
    message(8, deletion(4, 'ben')),
    message(9, edit(3, 'ann')),
  ])
  expect(timeline.shown.map(({ state, text }) => [state, text])).toEqual([
    ['edited', 'edited'],
    ['shown', '2'],
    ['deleted', ''],
    ['shown', '4'],
  ])
})

it('counts the last reaction of each person', () => {
  const reaction = (by: string, emoji: string | null): Partial<Arrived> => ({
    sender: by,
    content: { kind: 'reaction', to: id(1), emoji },
  })
  const timeline = timelineOf([
    message(1),
    message(2, reaction('ben', '+')),
    message(3, reaction('cat', '+')),
    message(4, reaction('ben', '-')),
    message(5, reaction('dan', '+')),
    message(6, reaction('dan', null)),
  ])
  expect([...timeline.shown[0]!.reactions]).toEqual([
    ['+', ['cat']],
    ['-', ['ben']],
  ])
})

it('counts the unread messages and mentions of others', () => {
  const timeline = timelineOf([
    message(1),
    message(2, { sender: 'ben' }),
    message(3, { sender: 'ben', content: text('hello', { mentions: ['ann'] }) }),
    message(4, { sender: 'ben', content: null }),
  ])
  expect(timeline.unread('ann', id(2))).toEqual({ messages: 2, mentions: 1 })
  expect(timeline.unread('ben', null)).toEqual({ messages: 1, mentions: 0 })
  expect(timeline.shown.at(-1)!.state).toBe('unknown')
})

it('names the messages that no other one follows', () => {
  const all = [message(1), message(2, { parents: [id(1)] }), message(3, { parents: [id(1)] })]
  expect(timelineOf(all).newest(16)).toEqual([id(3), id(2)])
  expect(timelineOf(all).newest(1)).toEqual([id(3)])
})

it('is the same in whatever order messages arrive, also with parents in circles', () => {
  const arbitrary = fc.array(
    fc.record({
      sender: fc.constantFrom('ann', 'ben', 'admin'),
      isLogged: fc.boolean(),
      parents: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }),
      seen: fc.integer({ min: 0, max: 12 }),
      sentMs: fc.integer({ min: 0, max: 5 }),
      kind: fc.constantFrom('text', 'reaction', 'edit', 'deletion'),
      of: fc.integer({ min: 1, max: 12 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  fc.assert(
    fc.property(arbitrary, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (all, random) => {
      const messages = all.map(({ kind, of, isLogged, parents, ...each }, at) =>
        message(at + 1, {
          ...each,
          sequence: isLogged ? at + 1 : null,
          parents: parents.map(id),
          content: contentOf(kind, of, at),
        }),
      )
      const shuffled = messages
        .map(each => ({ each, at: random.next().value }))
        .sort((one, other) => one.at - other.at)
        .map(({ each }) => each)
      expect(timelineOf(shuffled).shown).toEqual(timelineOf(messages).shown)
    }),
    { numRuns: 300 },
  )
})

function contentOf(kind: string, of: number, at: number): Content {
  if (kind === 'reaction') return { kind, to: id(of), emoji: `${at % 2}` }
  if (kind === 'edit') return { kind, of: id(of), text: `edit ${at}`, mentions: [] }
  if (kind === 'deletion') return { kind, of: id(of) }
  return text(`${at}`)
}
