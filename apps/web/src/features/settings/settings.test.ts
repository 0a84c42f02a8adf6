import { DEFAULT_SETTINGS, type ScheduledLimit, type Settings } from '@shoal/api'
import german from '@shoal/api/setting-texts/de'
import type { Language } from '@shoal/messages'
import { findMismatches } from '@shoal/messages/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRate, rateText, unitFor } from '../../shared/forms/rate.ts'
import { groupsOf } from './groups.ts'
import { fieldNamed, problemWith, SECTIONS, sectionsMatching, settingIn, toChanges } from './model.ts'
import { toStretches } from './week.ts'

const fields = SECTIONS.flatMap(section => section.fields)
const settings: Settings = {
  ...DEFAULT_SETTINGS,
  downloads: { ...DEFAULT_SETTINGS.downloads, directory: '/downloads' },
}

test('every setting of the network is in one group, and other sections have none', () => {
  for (const { name, fields } of SECTIONS) {
    const groups = groupsOf(fields)
    expect(groups.flatMap(group => group.fields)).toHaveLength(fields.length)
    expect(groups.some(group => group.name === null)).toBe(name !== 'network')
  }
  expect(groupsOf(SECTIONS.find(({ name }) => name === 'network')!.fields).length).toBeGreaterThan(3)
})

test('every setting of the contract is a field with a name and the right kind of control', () => {
  expect(fields).toHaveLength(Object.values(settings).flatMap(section => Object.keys(section)).length)
  for (const field of fields) expect(field.title).not.toBe(field.member)
  const kinds = Object.fromEntries(fields.map(({ name, kind }) => [name, kind]))
  expect(kinds).toMatchObject({
    'downloads.directory': 'path',
    'downloads.completeDirectory': 'path',
    'downloads.preallocate': 'boolean',
    'network.port': 'integer',
    'network.encryption': 'choice',
    'limits.downloadBytesPerSecond': 'rate',
    'limits.alternativeUploadBytesPerSecond': 'rate',
    'limits.schedule': 'schedule',
    'seeding.ratioLimit': 'number',
    'automation.onComplete': 'arguments',
    'network.dhtNodes': 'lines',
    'network.iceServers': 'lines',
    'network.shareTrackers': 'lines',
    'privacy.countryDatabase': 'path',
  })
  expect(fieldNamed('network.port')).toMatchObject({ min: 0, max: 65_535, nullable: false })
  expect(fieldNamed('queue.maxSeeds')).toMatchObject({ min: 1, max: 100_000, nullable: true })
  expect(fieldNamed('network.encryption')!.options).toEqual(['plain', 'prefer', 'require'])
})

const translations = { de: german } satisfies Record<Exclude<Language, 'en'>, object>

test.each(Object.entries(translations))(
  'every setting of the contract has a title and a description in %s',
  (language, translated) => {
    const english = Object.fromEntries(
      fields.map(({ name, title, description }) => [name, { title, description }]),
    )
    expect(findMismatches(english, translated, language)).toEqual([])
  },
)

test('the default settings are right as they are', () => {
  for (const field of fields) expect(problemWith(field, settingIn(settings, field))).toBeNull()
})

test('an invalid value is reported before it is sent', () => {
  expect(problemWith(fieldNamed('network.port')!, 70_000)).toMatchObject({ entry: null })
  expect(problemWith(fieldNamed('network.port')!, null)).not.toBeNull()
  const schedule = [
    { days: [1], from: '25:00', to: '07:00', downloadBytesPerSecond: null, uploadBytesPerSecond: null },
  ]
  expect(problemWith(fieldNamed('limits.schedule')!, schedule)).toEqual({
    message: 'entry 1, from ("25:00"): write a time of day as 07:30',
    entry: 0,
  })
})

test('changes of several sections are one', () => {
  const change = toChanges([
    [fieldNamed('network.port')!, 1],
    [fieldNamed('network.dht')!, false],
    [fieldNamed('queue.maxSeeds')!, null],
  ])
  expect(change).toEqual({ network: { port: 1, dht: false }, queue: { maxSeeds: null } })
})

test('the setting that a refusal names is found, also inside a list', () => {
  expect(fieldNamed('limits.schedule.0.days')?.name).toBe('limits.schedule')
  expect(fieldNamed('nothing.here')).toBeUndefined()
  expect(fieldNamed(undefined)).toBeUndefined()
})

test('a search finds settings by their texts', () => {
  const found = sectionsMatching('ROUTER port', field => `${field.title} ${field.description}`)
  expect(found.flatMap(section => section.fields.map(({ name }) => name))).toEqual(['network.portMapping'])
  expect(sectionsMatching(' ', () => '')).toBe(SECTIONS)
  expect(sectionsMatching('no such thing', field => field.title)).toEqual([])
})

test('rates are read as they are written', () => {
  expect(parseRate('1.5', 'MB/s')).toBe(1_500_000)
  expect(parseRate('1,5', 'kB/s')).toBe(1500)
  expect(parseRate(' 2 MB/s ', 'kB/s')).toBe(2_000_000)
  expect(parseRate('500k', 'MB/s')).toBe(500_000)
  expect(parseRate('', 'kB/s')).toBeNull()
  for (const none of ['0', '0 MB/s']) expect(parseRate(none, 'kB/s')).toBeNull()
  for (const wrong of ['fast', '-1', '1e5', '99999999999 GB'])
    expect(parseRate(wrong, 'kB/s')).toBeUndefined()
})

test('a rate written in its own unit reads back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), thousands => {
      const rate = thousands * 1000
      const unit = unitFor(rate)
      expect(parseRate(rateText(rate, unit), unit)).toBe(rate)
    }),
  )
})

const limit = (days: number[], from: string, to: string): ScheduledLimit => ({
  days,
  from,
  to,
  downloadBytesPerSecond: null,
  uploadBytesPerSecond: 1000,
})

test('an entry over midnight ends on the next day, also from Saturday to Sunday', () => {
  expect(toStretches([limit([6], '22:00', '06:30')])).toEqual([
    { entry: 0, day: 6, fromMinute: 1320, toMinute: 1440 },
    { entry: 0, day: 0, fromMinute: 0, toMinute: 390 },
  ])
})

test('where entries overlap the first one holds', () => {
  const stretches = toStretches([
    limit([1], '10:00', '12:00'),
    limit([1], '08:00', '14:00'),
    limit([1], '11:00', '11:30'),
  ])
  expect(stretches.map(({ entry, fromMinute, toMinute }) => [entry, fromMinute, toMinute])).toEqual([
    [0, 600, 720],
    [1, 480, 600],
    [1, 720, 840],
  ])
})
