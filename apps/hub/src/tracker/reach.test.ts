import { expect, test } from 'vitest'
import { ReachChecks } from './reach.ts'

const NONCE = 'abcdefghij_klmnopqrst-'
const CALLER = { address: '203.0.113.7', isDirect: true, isWorld: true }

test('a node is tested at the address that it asks from, and at the port that it names', async () => {
  const asked: unknown[] = []
  const checks = new ReachChecks(async (...target) => asked.push(target) > 0)
  const answer = await checks.answer(`/reach/8420/${NONCE}`, CALLER)
  expect(JSON.parse(answer!.body)).toEqual({ address: '203.0.113.7', port: 8420, reached: true })
  expect(asked).toEqual([['203.0.113.7', 8420, NONCE]])
})

test.each([
  ['/reach/8420/short', CALLER, null],
  ['/reach', CALLER, null],
  [`/reach/70000/${NONCE}`, CALLER, 403],
  [`/reach/0/${NONCE}`, CALLER, 403],
  [`/reach/80/${NONCE}`, { ...CALLER, address: '127.0.0.1', isWorld: false }, 403],
  [`/reach/80/${NONCE}`, { ...CALLER, isDirect: false }, 403],
])('%s connects to nobody', async (path, caller, status) => {
  const checks = new ReachChecks(() => Promise.reject(new Error('it connected')))
  expect((await checks.answer(path, caller))?.status ?? null).toBe(status)
})

test('tests are limited per address and in all', async () => {
  let nowMs = 0
  const waiting: (() => void)[] = []
  const checks = new ReachChecks(
    () => new Promise(resolve => waiting.push(() => resolve(false))),
    () => nowMs,
  )
  const ask = (address: string) => checks.answer(`/reach/80/${NONCE}`, { ...CALLER, address })
  const status = async (address: string) => (await ask(address))!.status
  const first = Array.from({ length: 6 }, () => ask('203.0.113.1'))
  expect(await status('203.0.113.1')).toBe(429)
  const others = Array.from({ length: 14 }, (_, at) => ask(`203.0.113.${at + 2}`))
  expect(await status('203.0.113.99')).toBe(429)
  for (const finish of waiting) finish()
  await Promise.all([...first, ...others])
  nowMs += 60_000
  const last = ask('203.0.113.1')
  waiting.at(-1)!()
  expect((await last)!.status).toBe(200)
})
