import { expect, test } from 'vitest'
import config from '../vitest.config.ts'
import { findOwnWaits } from './waits.ts'

test.each([
  'await vi.waitFor(() => expect(a).toBe(1), { timeout: 60_000 })',
  'await vi.waitFor(() => expect(a).toBe(1), 60_000)',
  'await vi.waitUntil(() => a, { timeout: 60 * 1000, interval: 10 })',
  'await expect.poll(() => a, { timeout: 60_000 }).toBe(1)',
  "await until('it is there', () => a, { timeoutMs: 60_000 })",
  'const SOON = { timeout: 60_000 }; await vi.waitFor(() => a, SOON)',
  'const SOON_MS = 60_000; await vi.waitFor(() => a, SOON_MS)',
  "test('a', () => {}, 60_000)",
  "test.each([1])('a', { timeout: 60_000 }, () => {})",
  "describe.skipIf(a)('a', { timeout: 60_000, concurrent: true }, () => {})",
  'beforeAll(() => {}, 60_000)',
  'await get({ signal: AbortSignal.timeout(5000) })',
  "await page.getByText('It').waitFor({ timeout: 5000 })",
  'page.setDefaultTimeout(5000)',
  'function done(id: string, timeoutMs = 60_000) {}',
])('a limit does not follow the machine: %s', source => {
  expect(findOwnWaits(source, 'a.test.ts')).toMatchObject([{ message: expect.stringContaining('limitMs') }])
})

test.each([
  'await vi.waitFor(() => expect(a).toBe(1), { timeout: limitMs(5) })',
  'await vi.waitFor(() => expect(a).toBe(1), limitMs(20))',
  'await expect.poll(() => a, { timeout: limitMs(5) }).toBe(1)',
  "await until('it is there', () => a, { timeoutMs: limitMs(5) })",
  'const SOON = { timeout: limitMs(5) }; await vi.waitFor(() => a, SOON)',
])('a limit is not longer than the default: %s', source => {
  expect(findOwnWaits(source, 'a.test.ts')).toMatchObject([
    { message: expect.stringContaining('leave it out') },
  ])
})

test.each([
  'while (!a) await new Promise(resolve => setTimeout(resolve, 5))',
  'for (const endMs = later(); !a; ) { await new Promise(resolve => setTimeout(resolve, 5)) }',
  'while (!a && performance.now() < endMs) { look(); await new Promise(resolve => setTimeout(resolve, 5)) }',
  'for (;;) { if (Date.now() > endMs) throw late; look(); await new Promise(resolve => setTimeout(resolve, 5)) }',
  "import { setTimeout as sleep } from 'node:timers/promises'; do await sleep(5); while (!a)",
])('a loop polls: %s', source => {
  const found = findOwnWaits(`\n${source}\n`, 'a.test.ts')
  expect(found).toMatchObject([{ line: 2, message: expect.stringContaining('instead of a loop') }])
})

test.each([
  'await vi.waitFor(() => expect(a).toBe(1))',
  'await vi.waitFor(() => expect(a).toBe(1), { timeout: limitMs(60) })',
  'await expect.poll(() => a, { interval: 5 }).toBe(1)',
  "await until('it is there', () => a, { timeoutMs: LIMIT_MS })",
  "await page.getByText('It').waitFor({ timeout: limitMs(5) })",
  "test('a', () => {}, limitMs(400))",
  'await clock.until(() => a, 60_000)',
  'const client = new Client({ timeoutMs: 50 })',
  'for (let at = 0; at < 20; at++) await new Promise(resolve => setTimeout(resolve, 5))',
  'while (isSending) { send(); await new Promise(resolve => setTimeout(resolve, 5)) }',
  'while (isOpen) await new Promise(setImmediate)',
])('accepts %s', source => {
  expect(findOwnWaits(source, 'a.test.ts')).toEqual([])
})

test('waits for other programs are longer by default', () => {
  const wait = "await until('it is there', () => a, { timeoutMs: limitMs(50) })"
  expect(findOwnWaits(wait, 'a.test.ts', 60)).toHaveLength(1)
  expect(findOwnWaits(wait, 'a.test.ts', 20)).toEqual([])
})

test('every project inherits the limit', () => {
  const projects = config.test!.projects!
  expect(projects.length).toBeGreaterThan(5)
  expect(projects.filter(project => typeof project !== 'object' || !('extends' in project))).toEqual([])
})
