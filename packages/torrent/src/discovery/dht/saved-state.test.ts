import fc from 'fast-check'
import { expect, it } from 'vitest'
import { seededRandom } from '../../base/random.ts'
import type { IpFamily } from '../../transport/datagram.ts'
import { toEndpoint } from './contact.ts'
import { encodeState, parseState, type SavedNode } from './saved-state.ts'

const random = seededRandom(3)
const contact = (host: string) => ({ ...toEndpoint(host, 6881)!, id: random.bytes(20) })

it('preserves IDs and nodes of both families', () => {
  const nodes = new Map<IpFamily, SavedNode>([
    [4, { id: random.bytes(20), contacts: Array.from({ length: 100 }, (_, i) => contact(`1.2.3.${i}`)) }],
    [6, { id: random.bytes(20), contacts: [contact('2001:db8::1')] }],
  ])
  expect(parseState(encodeState(nodes))).toEqual(nodes)
  const one = new Map([...nodes].slice(1))
  expect(parseState(encodeState(one))).toEqual(one)
})

it('is empty for anything else', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), bytes => parseState(bytes).size === 0))
  const good = encodeState(new Map([[4, { id: random.bytes(20), contacts: [contact('1.2.3.4')] }]]))
  for (let length = 0; length < good.length; length++)
    expect(parseState(good.subarray(0, length)).size).toBe(0)
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
      const bytes = good.slice()
      bytes[at] = byte
      parseState(bytes)
    }),
  )
})

it('accepts at most 64 KiB and 128 nodes', () => {
  const contacts = Array.from({ length: 1000 }, (_, i) => contact(`1.2.${i >> 8}.${i & 0xff}`))
  const state = encodeState(new Map([[4, { id: random.bytes(20), contacts }]]))
  expect(parseState(state).get(4)!.contacts).toHaveLength(128)
  expect(parseState(new Uint8Array(70_000)).size).toBe(0)
})
