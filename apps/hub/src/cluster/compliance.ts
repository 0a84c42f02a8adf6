/** The tests that every carrier must pass. A carrier's test calls `testCarrier`. */

import type { Carrier } from '@shoal/tracker'
import { describe, expect, it, vi } from 'vitest'

export interface CarriersUnderTest extends AsyncDisposable {
  /** Opens another one for the same tracker. */
  open(): Promise<Carrier>
}

interface Listener {
  readonly carrier: Carrier
  readonly got: string[]
  readonly states: string[]
}

async function listen(carriers: CarriersUnderTest): Promise<Listener> {
  const carrier = await carriers.open()
  const listener: Listener = { carrier, got: [], states: [] }
  carrier.start({
    joined: () => void listener.states.push('joined'),
    left: () => void listener.states.push('left'),
    frame: bytes => void listener.got.push(Buffer.from(bytes).toString('latin1')),
  })
  await vi.waitFor(() => expect(listener.states).toContain('joined'))
  return listener
}

const gotFrom = ({ got }: Listener, name: string) => got.filter(text => text.startsWith(name))

/** `open` creates an isolated environment for carriers. */
export function testCarrier(open: () => Promise<CarriersUnderTest>): void {
  const frame = (text: string, length = text.length) => Buffer.from(text.padEnd(length, '.'), 'latin1')

  describe('a carrier', () => {
    it('brings what one publishes to all others, in order and uncut, and not back', async () => {
      await using carriers = await open()
      const [a, b, c] = [await listen(carriers), await listen(carriers), await listen(carriers)]
      for (let at = 0; at < 200; at++) a.carrier.publish(frame(`a${at}\0\xff`, at === 150 ? 100_000 : 5))
      for (const { got } of [b, c]) await vi.waitFor(() => expect(got).toHaveLength(200))
      for (const { got } of [b, c])
        expect(got.map(text => text.slice(0, 5).trimEnd().replaceAll('.', ''))).toEqual(
          Array.from({ length: 200 }, (_, at) => `a${at}\0\xff`.slice(0, 5)),
        )
      expect(b.got[150]).toHaveLength(100_000)
      b.carrier.publish(frame('b end'))
      await vi.waitFor(() => expect(a.got).toEqual(['b end']))
      for (const { carrier } of [a, b, c]) await carrier.close()
    })

    it('brings what is for one process to that one only', async () => {
      await using carriers = await open()
      const [a, b, c] = [await listen(carriers), await listen(carriers), await listen(carriers)]
      expect(new Set([a, b, c].map(({ carrier }) => carrier.number)).size).toBe(3)
      a.carrier.send(b.carrier.number, frame('ab'))
      a.carrier.publish(frame('a end'))
      b.carrier.send(a.carrier.number, frame('ba'))
      for (const each of [b, c]) await vi.waitFor(() => expect(gotFrom(each, 'a end')).toHaveLength(1))
      await vi.waitFor(() => expect(gotFrom(a, 'ba')).toHaveLength(1))
      expect([gotFrom(b, 'ab'), gotFrom(c, 'ab'), gotFrom(c, 'ba')]).toEqual([['ab'], [], []])
      for (const { carrier } of [a, b, c]) await carrier.close()
    })

    it('brings what was published before it closed, and nothing to a process that is gone', async () => {
      await using carriers = await open()
      const [a, b] = [await listen(carriers), await listen(carriers)]
      const { number } = b.carrier
      for (let at = 0; at < 20; at++) b.carrier.publish(frame(`b${at}`, 60_000))
      await b.carrier.close()
      await vi.waitFor(() => expect(gotFrom(a, 'b')).toHaveLength(20))
      a.carrier.send(number, frame('nobody'))
      a.carrier.publish(frame('nobody'))
      expect(b.got.filter(text => text === 'nobody')).toEqual([])
      expect(b.states).toEqual(['joined'])
      await a.carrier.close()
    })
  })
}
