import type { Clock } from '@shoal/torrent'
import { describe, expect, it } from 'vitest'
import { type Run, Runs } from './runs.ts'

/**
 * Runs that record what happens to them. `answers` ends the wait of a closing run for its
 * responses.
 */
function open({ failures = [] as Error[], leave = async () => {}, close = async () => {} } = {}) {
  const steps: string[] = []
  const waits: (() => void)[] = []
  const errors: string[] = []
  const ends: unknown[] = []
  const log = { debug() {}, info() {}, warn() {}, error: (line: string) => void errors.push(line) }
  let count = 0
  const clock = { after: (_ms: number, work: () => void) => waits.push(work) } as unknown as Clock
  const runs = new Runs<Run>(
    async () => {
      const failure = count > 0 ? failures.shift() : undefined
      if (failure) throw failure
      const name = ++count
      steps.push(`open ${name}`)
      return {
        async leave() {
          steps.push(`leave ${name}`)
          await leave()
          steps.push(`left ${name}`)
        },
        async close() {
          steps.push(`close ${name}`)
          await close()
        },
      }
    },
    { log, clock, onFailed: error => ends.push(error) },
  )
  return { runs, steps, waits, errors, ends }
}

describe('a restart', () => {
  it('opens the next run when the former one has left the network and is closed', async () => {
    const { runs, steps } = open()
    await runs.start()
    await runs.restart()
    await expect.poll(() => steps).toEqual(['open 1', 'leave 1', 'left 1', 'close 1', 'open 2'])
    await runs.restart()
    await runs.close()
    expect(steps.slice(5, 8)).toEqual(['leave 2', 'left 2', 'close 2'])
  })

  it('is answered only when the run has left', async () => {
    const left = Promise.withResolvers<void>()
    const { runs, steps } = open({ leave: () => left.promise })
    await runs.start()
    let isAnswered = false
    const restarted = runs.restart().then(() => {
      isAnswered = true
    })
    await expect.poll(() => steps).toEqual(['open 1', 'leave 1'])
    expect(isAnswered).toBe(false)
    left.resolve()
    await restarted
    await runs.close()
  })

  it('that is asked for while the next run opens also replaces that one', async () => {
    const { runs, steps } = open()
    await runs.start()
    await runs.restart()
    // Requested through the second run, which has not fully opened yet.
    await runs.restart()
    await runs.close()
    expect(steps.filter(step => step.startsWith('leave'))).toEqual(['leave 1', 'leave 2'])
  })

  it('that is asked for twice happens once', async () => {
    const { runs, steps } = open()
    await runs.start()
    await Promise.all([runs.restart(), runs.restart()])
    await runs.close()
    expect(steps.filter(step => step.startsWith('leave'))).toEqual(['leave 1'])
  })

  it('is tried again when the next run cannot open, until the node is stopped', async () => {
    const { runs, steps, waits } = open({
      failures: [new Error('full'), new Error('full'), new Error('full')],
    })
    await runs.start()
    await runs.restart()
    await expect.poll(() => waits.length).toBe(1)
    waits[0]!()
    await expect.poll(() => waits.length).toBe(2)
    await runs.close()
    expect(steps).toEqual(['open 1', 'leave 1', 'left 1', 'close 1'])
    await expect(runs.restart()).rejects.toMatchObject({ code: 'closed' })
  })

  it('opens the next run also when parts of the former one could not be closed, and says once which', async () => {
    const [stuck, full, late] = [new Error('it is stuck'), new Error('it is full'), new Error('it is late')]
    // A node keeps the promise of its `close`, which both `leave` and `close` of the run await.
    const closed = Promise.reject(new AggregateError([stuck, full]))
    closed.catch(() => {})
    const { runs, steps, errors } = open({
      leave: () => closed,
      close: () => closed.catch(error => Promise.reject(new AggregateError([...error.errors, late]))),
    })
    await runs.start()
    await runs.restart()
    await expect.poll(() => steps).toContain('open 2')
    expect(steps).toEqual(['open 1', 'leave 1', 'close 1', 'open 2'])
    expect(errors).toEqual(
      ['it is stuck', 'it is full', 'it is late'].map(it => expect.stringContaining(`Error: ${it}`)),
    )
    await runs.close().catch(() => {})
  })

  it('is given up if the former run does not release what the next one needs', async () => {
    const inUse = () => Object.assign(new Error('it is in use'), { code: 'in-use' })
    const failures = [inUse(), new Error('full'), ...Array.from({ length: 10 }, inUse)]
    const { runs, waits, errors, ends } = open({ failures: [...failures] })
    await runs.start()
    await runs.restart()
    for (let tries = 1; tries < failures.length; tries++) {
      await expect.poll(() => waits.length).toBe(tries)
      expect(ends).toEqual([])
      waits[tries - 1]!()
    }
    await expect.poll(() => ends).toEqual([failures.at(-1)])
    expect(errors.at(-1)).toMatch(/and ends: it is in use/)
    await expect(runs.restart()).rejects.toMatchObject({ code: 'closed' })
    await runs.close()
  })
})
