import { expect, test } from 'vitest'
import { decideReach, type ReachFacts } from './reach.ts'

const SHUT: ReachFacts = { publicUrl: null, isOpen: false, hasProxy: false, addresses: [], tests: [] }
const OWN = 'http://192.168.1.5:8420'
const PUBLIC = 'http://203.0.113.7:8420'
const OPEN: ReachFacts = { ...SHUT, isOpen: true, addresses: [OWN] }
const tested = (address: string, here: boolean | null, outside: boolean | null) => [
  { address, here, outside, atMs: 0 },
]

test.each([
  ['a fresh node', SHUT, [null, 'machine', null]],
  ['one that others were let into', OPEN, [OWN, 'network', null]],
  ['an own address that a hub reached', { ...OPEN, tests: tested(OWN, true, true) }, [OWN, 'everyone', null]],
  [
    'a public address of a node that nobody reaches',
    { ...SHUT, publicUrl: PUBLIC },
    [null, 'machine', 'listens-here-only'],
  ],
  [
    'the same after a test',
    { ...SHUT, publicUrl: PUBLIC, tests: tested(PUBLIC, false, null) },
    [null, 'machine', 'listens-here-only'],
  ],
  [
    'a proxy that is not known',
    { ...SHUT, publicUrl: 'https://a.example', tests: tested('https://a.example', true, null) },
    ['https://a.example', 'everyone', null],
  ],
  [
    'a known proxy',
    { ...SHUT, hasProxy: true, publicUrl: 'https://a.example' },
    ['https://a.example', 'everyone', 'untested'],
  ],
  [
    'a public address that a hub reached',
    { ...OPEN, publicUrl: PUBLIC, tests: tested(PUBLIC, false, true) },
    [PUBLIC, 'everyone', null],
  ],
  [
    'one that a hub did not reach',
    { ...OPEN, publicUrl: PUBLIC, tests: tested(PUBLIC, null, false) },
    [OWN, 'network', 'unreachable'],
  ],
  [
    'one that only this machine did not reach',
    { ...OPEN, publicUrl: PUBLIC, tests: tested(PUBLIC, false, null) },
    [PUBLIC, 'everyone', 'untested'],
  ],
  [
    'another machine of the network',
    { ...OPEN, publicUrl: 'http://10.0.0.9', tests: tested('http://10.0.0.9', false, null) },
    [OWN, 'network', 'unreachable'],
  ],
  [
    'a public address of this machine only',
    { ...SHUT, publicUrl: 'http://127.0.0.1:1' },
    ['http://127.0.0.1:1', 'machine', null],
  ],
] as const)('links of %s', (_what, facts: ReachFacts, [address, audience, problem]) => {
  expect(decideReach(facts)).toEqual({ address, audience, problem })
})
