import { Worker as Thread } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { Matcher, type MatchingWorker } from './matcher.ts'

const SOURCE = `
  import { parentPort } from 'node:worker_threads'
  import { BEGUN, findMatches } from ${JSON.stringify(new URL('./matching.ts', import.meta.url).href)}
  parentPort.on('message', ({ filter, titles }) => {
    parentPort.postMessage(BEGUN)
    parentPort.postMessage(findMatches(filter, titles))
  })
`
const NEVER = '/^(a+)+$/'
const titles = [`${'a'.repeat(60)}!`]
const live = new Set<Thread>()
let started = 0

/** A thread with the interface of a browser's worker. */
function startThread(): MatchingWorker {
  started++
  const thread = new Thread(new URL(`data:text/javascript,${encodeURIComponent(SOURCE)}`))
  live.add(thread)
  const worker: MatchingWorker = {
    onmessage: null,
    onerror: null,
    postMessage: (message: unknown) => thread.postMessage(message),
    terminate: () => void thread.terminate().then(() => live.delete(thread)),
  }
  thread.on('message', data => worker.onmessage?.call(worker as Worker, { data } as MessageEvent))
  thread.on('error', () => worker.onerror?.call(worker as Worker, {} as ErrorEvent))
  return worker
}

let matcher: Matcher
afterEach(async () => {
  matcher.close()
  await expect.poll(() => live.size).toBe(0)
  started = 0
})
const { signal } = new AbortController()

test('one worker answers one question after the other', async () => {
  matcher = new Matcher(startThread, 20_000)
  const answers = await Promise.all(
    ['/^a/', 'b', '/(/'].map(include => matcher.match({ include, exclude: '' }, titles, signal)),
  )
  expect(answers).toEqual([
    { kind: 'fits', at: [0] },
    { kind: 'fits', at: [] },
    { kind: 'unreadable', member: 'include' },
  ])
  expect(started).toBe(1)
})

test('a pattern that takes years is ended, and the next question gets another worker', async () => {
  matcher = new Matcher(startThread, 500)
  expect(await matcher.match({ include: NEVER, exclude: '' }, titles, signal)).toEqual({ kind: 'slow' })
  const after = await matcher.match({ include: '/!$/', exclude: '' }, titles, signal)
  expect(after).toEqual({ kind: 'fits', at: [0] })
  expect(started).toBe(2)
})

test('a question that nobody has any more makes room for the next at once', async () => {
  matcher = new Matcher(startThread, 20_000)
  const controller = new AbortController()
  const dropped = matcher.match({ include: NEVER, exclude: '' }, titles, controller.signal)
  const next = matcher.match({ include: 'a', exclude: '' }, titles, signal)
  await expect.poll(() => started).toBe(1)
  controller.abort()
  await expect(dropped).rejects.toThrow()
  expect(await next).toEqual({ kind: 'fits', at: [0] })
  expect(started).toBe(2)
})
