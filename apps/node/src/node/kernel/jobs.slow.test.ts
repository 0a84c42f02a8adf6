import type { Job } from '@shoal/api'
import { expect, test, vi } from 'vitest'
import { type JobRecords, Jobs } from './jobs.ts'

/** Job records in memory. */
function records() {
  const kept = new Map<string, unknown>()
  const store = {
    add: (record: { id: string }) => void kept.set(record.id, record),
    get: (id: string) => kept.get(id) ?? null,
    delete: (id: string) => kept.delete(id),
    unfinished: () => [...kept.values()],
  } as unknown as JobRecords
  return { kept, store }
}

function open() {
  const told: Job[] = []
  const { kept, store } = records()
  return { jobs: new Jobs(store, job => told.push(job)), told, kept, store }
}

const until = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
const waits = {
  kind: 'create',
  name: 'x',
  run: ({ signal }: { signal: AbortSignal }) => until(signal),
} as const

test('jobs of one lane run in order, one at a time; other lanes run in parallel', async () => {
  const { jobs } = open()
  const order: string[] = []
  const doors = new Map<string, () => void>()
  const start = (name: string, lane: string) =>
    jobs.start({
      kind: 'create',
      name,
      lane,
      async run() {
        order.push(name)
        await new Promise<void>(resolve => doors.set(name, resolve))
        return undefined
      },
    })
  const [a, b] = [start('a', 'one'), start('b', 'one'), start('c', 'two')]
  expect([a, b].map(({ state }) => state)).toEqual(['running', 'waiting'])
  await vi.waitFor(() => expect(order).toEqual(['a', 'c']))
  doors.get('a')!()
  await vi.waitFor(() => expect(order).toEqual(['a', 'c', 'b']))
  doors.get('b')!()
  doors.get('c')!()
  expect(await jobs.whenEnded(b!.id)).toMatchObject({ state: 'done', error: null })
})

test('a waiting job is cancelled at once, and the next one still waits for the running one', async () => {
  const { jobs } = open()
  const first = jobs.start({ ...waits, lane: 'hashing' })
  const second = jobs.start({ ...waits, lane: 'hashing' })
  const third = jobs.start({ ...waits, lane: 'hashing' })
  expect(await jobs.cancel(second.id)).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } })
  expect(jobs.get(first.id).state).toBe('running')
  expect(jobs.get(third.id).state).toBe('waiting')
  await jobs.cancel(first.id)
  await vi.waitFor(() => expect(jobs.get(third.id).state).toBe('running'))
  await jobs.close()
})

test('a failure is reported with its code, and the lane continues', async () => {
  const { jobs } = open()
  const bad = jobs.start({
    kind: 'move',
    name: 'x',
    lane: 'l',
    run: async () => Promise.reject(Object.assign(new Error('no room'), { code: 'no-space' })),
  })
  const good = jobs.start({ kind: 'move', name: 'y', lane: 'l', run: async () => ({ path: '/y' }) })
  expect(await jobs.whenEnded(bad.id)).toMatchObject({
    state: 'failed',
    error: { code: 'no-space', message: 'no room' },
  })
  expect(await jobs.whenEnded(good.id)).toMatchObject({ state: 'done', path: '/y' })
})

test('interrupted jobs are kept for the next run, finished and cancelled ones are not', async () => {
  const { jobs, kept } = open()
  const cancelled = jobs.start({ ...waits, detail: 1 })
  await jobs.cancel(cancelled.id)
  expect(kept.size).toBe(0)
  const cut = jobs.start({ ...waits, detail: 2 })
  // It finishes before it notices that the node is closing.
  const { promise, resolve } = Promise.withResolvers<undefined>()
  jobs.start({ kind: 'create', name: 'y', detail: 3, run: () => promise })
  await Promise.resolve()
  const closing = jobs.close()
  resolve(undefined)
  await closing
  expect([...kept.keys()]).toEqual([cut.id])
  expect(() => jobs.start(waits)).toThrow(expect.objectContaining({ code: 'closed' }))
})

test('a record that cannot be deleted affects neither the job nor its lane', async () => {
  const { store } = records()
  const jobs = new Jobs(
    {
      ...store,
      delete() {
        throw new Error('disk full')
      },
    },
    () => {},
  )
  const start = () => jobs.start({ kind: 'create', name: 'x', lane: 'l', run: async () => undefined })
  start()
  expect(await jobs.whenEnded(start().id)).toMatchObject({ state: 'done' })
})

test('progress after the end is ignored', async () => {
  const { jobs, told } = open()
  let late: (progress: { doneBytes: number }) => void = () => {}
  const { id } = jobs.start({
    kind: 'create',
    name: 'x',
    async run({ report }) {
      late = report
      report({ doneBytes: 5, totalBytes: 10 })
      return undefined
    },
  })
  expect(await jobs.whenEnded(id)).toMatchObject({ state: 'done', doneBytes: 10 })
  const count = told.length
  late({ doneBytes: 1 })
  expect(jobs.get(id).doneBytes).toBe(10)
  expect(told).toHaveLength(count)
})

test('all jobs of a torrent are cancelled together', async () => {
  const { jobs } = open()
  const mine = jobs.start({ ...waits, torrent: 'a' })
  const other = jobs.start({ ...waits, torrent: 'b' })
  await jobs.cancelOf('a')
  expect(jobs.get(mine.id).state).toBe('cancelled')
  expect(jobs.get(other.id).state).toBe('running')
  await jobs.close()
})

test('whoever started many jobs learns how each ended, minutes later', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const { jobs } = open()
    const end = async () => undefined
    const started = Array.from({ length: 250 }, () => jobs.start({ kind: 'move', name: 'x', run: end }))
    await Promise.all(started.map(({ id }) => jobs.whenEnded(id)))
    vi.advanceTimersByTime(5 * 60_000)
    jobs.start({ kind: 'move', name: 'x', run: end })
    expect(started.map(({ id }) => jobs.get(id).state)).toEqual(started.map(() => 'done'))
    vi.advanceTimersByTime(6 * 60_000)
    jobs.start({ kind: 'move', name: 'x', run: end })
    expect(jobs.list().filter(({ endedMs }) => endedMs !== null)).toHaveLength(100)
  } finally {
    vi.useRealTimers()
  }
})
