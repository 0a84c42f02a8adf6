import { describe, expect, test, vi } from 'vitest'
import { WAIT_MS } from './limits.ts'
import { until } from './until.ts'

/** Longer than Vitest's own default. */
const LATE_MS = 1500

/** Returns false at first, true after a while. */
function late(): () => boolean {
  let hasCome = false
  setTimeout(() => {
    hasCome = true
  }, LATE_MS)
  return () => hasCome
}

test('every kind of wait is longer than a second by default', async () => {
  const hasCome = late()
  const waits = [
    vi.waitFor(() => expect(hasCome()).toBe(true)),
    vi.waitUntil(hasCome),
    expect.poll(hasCome).toBe(true),
    until('it has come', hasCome),
  ]
  expect(hasCome()).toBe(false)
  await Promise.all(waits)
})

test('a limit of its own still counts', async () => {
  const never = vi.waitFor(() => expect(1).toBe(2), { timeout: 20, interval: 5 })
  await expect(never).rejects.toThrow('expected 1 to be 2')
  await expect(vi.waitFor(() => expect(1).toBe(2), 20)).rejects.toThrow('expected 1 to be 2')
})

describe('until', () => {
  const SHORT = { timeoutMs: 30, intervalMs: 1 }

  test('resolves to the first truthy result', async () => {
    const results = [undefined, null, false, 0, '', 'here', 'later']
    expect(await until('a result', () => results.shift(), { intervalMs: 1 })).toBe('here')
    expect(await until('a result', async () => ({ a: 1 }))).toEqual({ a: 1 })
  })

  test('checks again after an error', async () => {
    let calls = 0
    const check = () => {
      if (++calls < 3) throw new Error('refused')
      return calls
    }
    expect(await until('it answers', check, { intervalMs: 1 })).toBe(3)
    expect(await until('it answers', async () => check())).toBe(4)
  })

  test.each([
    ['returned false', () => false],
    ["returned ''", async () => ''],
    ['returned undefined', () => {}],
    [
      'threw Error: refused',
      () => {
        throw new Error('refused')
      },
    ],
    ['threw Error: refused', () => Promise.reject(new Error('refused'))],
  ])('names the event, and that the last check %s', async (outcome, check) => {
    const message = `Not within 0.03 s: it answers. The last check ${outcome}.`
    await expect(until('it answers', check, SHORT)).rejects.toThrow(message)
  })

  test('keeps the last error as the cause', async () => {
    const cause = new Error('refused')
    await expect(until('it answers', () => Promise.reject(cause), SHORT)).rejects.toMatchObject({ cause })
  })

  test('does not wait for a check that never returns', async () => {
    const waiting = until('it answers', () => new Promise<boolean>(() => {}), SHORT)
    await expect(waiting).rejects.toThrow('The last check did not return.')
  })

  test('sees an event that came while the process was busy', async () => {
    let calls = 0
    const check = () => {
      const endMs = performance.now() + 2 * SHORT.timeoutMs
      if (++calls === 1) while (performance.now() < endMs) {}
      return calls > 1
    }
    await expect(until('it has come', check, SHORT)).rejects.toThrow('returned false')
    calls = 0
    let isDone = false
    setTimeout(() => {
      const endMs = performance.now() + 2 * SHORT.timeoutMs
      while (performance.now() < endMs) {}
      isDone = true
    })
    expect(await until('it has come', async () => isDone, SHORT)).toBe(true)
  })

  test('waits in real time under fake timers', async () => {
    const realTimeout = setTimeout
    vi.useFakeTimers()
    try {
      let hasCome = false
      realTimeout(() => {
        hasCome = true
      }, 20)
      expect(await until('it has come', () => hasCome)).toBe(true)
      await expect(until('it has come', () => false, SHORT)).rejects.toThrow('it has come')
    } finally {
      vi.useRealTimers()
    }
  })
})

test('a test has time to fail by a wait that it names', ({ task }) => {
  expect(task.timeout).toBeGreaterThan(WAIT_MS)
})
