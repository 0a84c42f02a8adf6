import { SimulatedNode } from '@shoal/api/testing/node'
import { beforeEach, expect, test } from 'vitest'
import type { Output } from '../output.ts'
import { printAlarms, verifyContact } from './people-verify.ts'

const DID = 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'
const { signal } = new AbortController()

let api: SimulatedNode['api']
let lines: string[]
let drawn: string
let output: Output
beforeEach(() => {
  ;({ api } = new SimulatedNode())
  lines = []
  drawn = ''
  output = {
    ...{ json: false, verbose: false, terminal: null, flush: async () => {} },
    line: text => void lines.push(text),
    object: value => void lines.push(JSON.stringify(value)),
    error() {},
    bytes() {},
  }
})

const verify = (options: { code?: string; matches?: boolean } = {}) =>
  verifyContact(api, [DID, 'Ada'], { code: undefined, matches: false, ...options }, { output, signal })
const isVerified = async () => (await api.listContacts({})).items[0]!.verifiedMs !== null

test('the words and the code are shown, and nothing is verified without an answer', async () => {
  await verify()
  expect(lines.slice(1, 4).join(' ')).toMatch(/1\. emotion +2\. summer .* 12\. wire/)
  expect(lines.join('\n')).toContain('shoal:person/1/did:key:')
  expect(lines.at(-1)).toContain('--matches')
  expect(await isVerified()).toBe(false)
})

test('a terminal shows the code for a camera', async () => {
  const terminal = {
    unicode: true,
    color: true,
    columns: 80,
    rows: 50,
    write: (text: string) => (drawn += text),
  }
  output = { ...output, terminal: terminal as never }
  // There is no terminal to answer the question.
  await expect(verify()).rejects.toThrow(/--matches/)
  const rows = drawn.trimEnd().split('\n')
  expect(rows.length).toBeGreaterThan(20)
  expect(new Set(rows.map(row => row.length)).size).toBe(1)
  expect(rows.every(row => row.startsWith('\u001b[97;40m') && row.endsWith('\u001b[0m'))).toBe(true)
})

test('words that match and right codes verify, other codes do not', async () => {
  await expect(verify({ code: 'shoal:person/1/other' })).rejects.toMatchObject({ code: 'conflict' })
  expect(await isVerified()).toBe(false)
  await verify({ matches: true })
  expect([await isVerified(), lines.at(-1)]).toEqual([true, expect.stringContaining('Ada is verified since')])
})

test('alarms name the contact', async () => {
  const { items } = await api.listContacts({})
  printAlarms(output, items)
  expect(lines).toHaveLength(2)
  expect(lines[0]).toContain(`the root key of ${DID} was replaced`)
})
