import { expect, test } from 'vitest'
import config from '../vitest.config.ts'
import { findOwnWaits } from './waits.ts'

const own = (source: string) => findOwnWaits(source, 'a.test.ts').map(({ line }) => line)

test.each([
  'await vi.waitFor(() => expect(a).toBe(1), { timeout: 5000 })',
  'await vi.waitFor(() => expect(a).toBe(1), 5000)',
  'await vi.waitUntil(() => a, { timeout: 20_000, interval: 10 })',
  'await expect.poll(() => a, { timeout: 5000 }).toBe(1)',
  "await until('it is there', () => a, { timeoutMs: 5000 })",
  'const SOON = { timeout: 5000 }; await vi.waitFor(() => a, SOON)',
  'const SOON_MS = 5000; await vi.waitFor(() => a, SOON_MS)',
  'while (!a) await new Promise(resolve => setTimeout(resolve, 5))',
  'for (const endMs = later(); !a; ) { await new Promise(resolve => setTimeout(resolve, 5)) }',
  'while (!a && performance.now() < endMs) { look(); await new Promise(resolve => setTimeout(resolve, 5)) }',
  'for (;;) { if (Date.now() > endMs) throw late; look(); await new Promise(resolve => setTimeout(resolve, 5)) }',
  "import { setTimeout as sleep } from 'node:timers/promises'; do await sleep(5); while (!a)",
])('rejects %s', source => {
  expect(own(`\n${source}\n`)).toEqual([2])
})

test.each([
  'await vi.waitFor(() => expect(a).toBe(1))',
  'await vi.waitFor(() => expect(a).toBe(1), { timeout: 60_000 })',
  'await expect.poll(() => a, { interval: 5 }).toBe(1)',
  "await until('it is there', () => a, { timeoutMs: LIMIT_MS })",
  "await page.getByText('It').waitFor({ timeout: 5000 })",
  'for (let at = 0; at < 20; at++) await new Promise(resolve => setTimeout(resolve, 5))',
  'while (isSending) { send(); await new Promise(resolve => setTimeout(resolve, 5)) }',
  'while (isOpen) await new Promise(setImmediate)',
])('accepts %s', source => {
  expect(own(source)).toEqual([])
})

test('every project inherits the limit', () => {
  const projects = config.test!.projects!
  expect(projects.length).toBeGreaterThan(5)
  expect(projects.filter(project => typeof project !== 'object' || !('extends' in project))).toEqual([])
})
