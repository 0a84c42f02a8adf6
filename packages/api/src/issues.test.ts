import { expect, test } from 'vitest'
import type { z } from 'zod'
import { atEntry, describeIssue } from './issues.ts'
import { OPERATIONS } from './operations.ts'
import german from './reason-texts/de/index.ts'
import { translateMessage } from './reasons.ts'
import { SettingsChange } from './settings.ts'

const issue = (schema: z.ZodType, input: unknown) => {
  const { error } = schema.safeParse(input)
  return describeIssue(error!, input)
}
const setting = (input: unknown) => issue(SettingsChange, input)

test.each([
  [{ network: { port: 70_000 } }, 'network.port', 'at most 65535'],
  [{ network: { port: 'x' } }, 'network.port', 'write a number'],
  [{ network: { encryption: 'x' } }, 'network.encryption', 'write one of plain, prefer, require'],
  [
    { network: { dhtNodes: ['a.example:1', 'nonsense'] } },
    'network.dhtNodes.1',
    'entry 2 ("nonsense"): write a DHT node as HOST:PORT',
  ],
  [{ network: { dhtNodes: ['a.example:1', 7] } }, 'network.dhtNodes.1', 'entry 2 ("7"): write a text'],
  [
    { limits: { schedule: [{ days: [1], from: '25:00' }] } },
    'limits.schedule.0.from',
    'entry 1, from ("25:00"): write a time of day as 07:30',
  ],
  [{ limits: { schedule: [{ days: [] }] } }, 'limits.schedule.0.days', 'entry 1, days: it is empty'],
  [
    { limits: { schedule: [{ days: [1, 9] }] } },
    'limits.schedule.0.days.1',
    'entry 1, days, entry 2 ("9"): at most 6',
  ],
  [{ limits: { schedule: ['/x'] } }, 'limits.schedule.0', 'entry 1 ("/x"): write an object with its members'],
  [{ limits: { schedule: [{}] } }, 'limits.schedule.0.days', 'entry 1, days: it is missing'],
])('a setting %j', (input, field, message) => {
  expect(setting(input)).toEqual({ field, message })
})

test('a list that is one branch of a choice names its entry', () => {
  const input = { ids: ['ab'.repeat(20), 'x'], type: 'pause' }
  expect(issue(OPERATIONS.actOnTorrents.input, input)).toEqual({
    field: 'ids.1',
    message: 'entry 2 ("x"): an info hash has 40 (v1) or 64 (v2) hexadecimal digits',
  })
})

test('tags name their entries', () => {
  expect(issue(OPERATIONS.updateTorrent.input, { id: 'ab'.repeat(20), tags: ['a', ' '] })).toEqual({
    field: 'tags.1',
    message: 'entry 2 (" "): it is empty',
  })
})

test('shows texts in short, printable, and without what may be secret', () => {
  const say = (text: string) => atEntry('urls.0', text, 'no')
  expect(say('x'.repeat(100))).toBe(`entry 1 ("${'x'.repeat(40)}…"): no`)
  expect(say('a\u0007\u202eb')).toBe('entry 1 ("a\ufffd\ufffdb"): no')
  expect(say('htp://user:secret@tracker.example/passkey/announce')).toBe(
    'entry 1 ("htp://tracker.example/…"): no',
  )
  expect(say('turn:anna:secret@turn.example')).toBe('entry 1 ("…@turn.example"): no')
  expect(atEntry('directory', '/x', 'no')).toBe('no')
})

test('says in German what follows a place, also if it begins with a value', () => {
  const message = atEntry(
    'urls.1',
    undefined,
    "/x is hidden in the home folder, and only the node's token opens hidden folders: choose another, or log in with the token",
  )
  expect(translateMessage(message, german)).toMatch(/^Eintrag 2: \/x ist im persönlichen Ordner versteckt/)
})

test('says every place in German', () => {
  const inputs = [
    { network: { dhtNodes: ['nonsense'] } },
    { network: { dhtNodes: 7 } },
    { limits: { schedule: [{ days: [1], from: '25:00' }] } },
    { limits: { schedule: [{ days: [] }] } },
    { limits: { schedule: [{ days: [1, 9] }] } },
  ]
  expect(inputs.map(input => translateMessage(setting(input).message, german))).toEqual([
    'Eintrag 1 („nonsense“): Schreiben Sie einen DHT-Knoten als HOST:PORT',
    'Es ist eine Liste',
    'Eintrag 1, from („25:00“): Schreiben Sie eine Uhrzeit wie 07:30',
    'Eintrag 1, days: Es ist leer',
    'Eintrag 1, days, Eintrag 2 („9“): Höchstens 6',
  ])
})
