/** Parsing of priorities, limits, trackers and settings. */
import { readFileSync } from 'node:fs'
import { DEFAULT_SETTINGS, type Settings } from '@shoal/api'
import { describe, expect, test } from 'vitest'
import { parseInput } from '../commands/api.ts'
import { parseRatio, parseSeedingTime } from '../values/limits.ts'
import { SETTINGS, settingNames, settingsChange, settingValue } from '../values/settings.ts'
import { toSettingsChange } from './limit-all.ts'
import { parseNewPriority, parsePriority, priorityText } from './priority.ts'
import { changedTiers, groupByTier } from './tiers.ts'

describe('priorities', () => {
  test.each([
    ['0,2-4=high', { indexes: [0, 2, 3, 4], priority: 7 }],
    ['all=no', { indexes: 'all', priority: 0 }],
    ['1 = 5', { indexes: [1], priority: 5 }],
  ])('%s', (text, priority) => expect(parsePriority(text)).toEqual(priority))
  test.each(['high', '=high', '1=', '1=8', 'x=high', '1=huge'])('rejects %s', text =>
    expect(() => parsePriority(text)).toThrow(/write 0,2-4/),
  )
  test('name files by number before the files are known', () =>
    expect(() => parseNewPriority('all=low')).toThrow(/by their numbers/))
  test('are shown by name', () =>
    expect([0, 1, 4, 5, 7].map(priorityText)).toEqual(['no', 'low', 'normal', '5', 'high']))
})

describe('limits', () => {
  test.each([
    ['2', 2],
    ['1.5', 1.5],
    ['never', 0],
    ['default', null],
  ])('ratio %s', (text, ratio) => expect(parseRatio(text)).toBe(ratio))
  test.each(['0', '-1', 'x', ''])('rejects the ratio %s', text =>
    expect(() => parseRatio(text)).toThrow(/is not a ratio/),
  )
  test.each([
    ['12h', 720],
    ['5s', 1],
    ['never', 0],
    ['default', null],
  ])('time %s', (text, minutes) => expect(parseSeedingTime(text)).toBe(minutes))

  const none = {
    down: undefined,
    up: undefined,
    ratio: undefined,
    seedingTime: undefined,
    alternative: undefined,
  }
  test('of all torrents become settings', () => {
    expect(toSettingsChange(none)).toEqual({})
    expect(
      toSettingsChange({ ...none, down: Number.POSITIVE_INFINITY, up: 5, ratio: 0, alternative: 'off' }),
    ).toEqual({
      limits: { downloadBytesPerSecond: null, uploadBytesPerSecond: 5, alternative: false },
      seeding: { ratioLimit: null },
    })
    expect(() => toSettingsChange({ ...none, ratio: null })).toThrow(/for single torrents/)
  })
})

describe('trackers', () => {
  const tracker = (url: string, tier: number | null, kind: 'tracker' | 'dht' = 'tracker') => ({
    url,
    tier,
    kind,
  })
  test('are sorted into tiers without duplicates', () => {
    expect(
      groupByTier([
        tracker('b', 1),
        tracker('a', 0),
        tracker('a', 0),
        tracker('c', 1),
        tracker('d', null, 'dht'),
      ]),
    ).toEqual([['a'], ['b', 'c']])
  })
  test('are added as tiers without duplicates', () => {
    expect(changedTiers([tracker('a', 0), tracker('b', 1)], { add: ['c, d', 'a'], remove: ['b'] })).toEqual([
      ['a'],
      ['c', 'd'],
    ])
  })
  test('keep hidden passkeys, and are removed by the displayed URL', () => {
    const secret = { ...tracker('https://t.example/…', 0), announce: 'https://t.example/key/announce' }
    expect(changedTiers([secret], { add: ['b'], remove: [] })).toEqual([[secret.announce], ['b']])
    expect(changedTiers([secret, tracker('b', 1)], { add: [], remove: [secret.url] })).toEqual([['b']])
  })
  test('rejects removing an unknown tracker', () =>
    expect(() => changedTiers([tracker('a', 0)], { add: [], remove: ['x'] })).toThrow(
      /x is not one of its trackers/,
    ))
})

describe('settings', () => {
  test('are found by name, by its last part, and by group', () => {
    expect(settingNames('limits.alternative')).toEqual(['limits.alternative'])
    expect(settingNames('alternative')).toEqual(['limits.alternative'])
    expect(settingNames('queue')).toEqual(['queue.maxDownloads', 'queue.maxSeeds'])
    expect(() => settingNames('limits.alternativ')).toThrow(/did you mean limits.alternative\?/)
    expect(() => settingNames('maxDownload')).toThrow(/did you mean queue.maxDownloads\?/)
    expect(() => settingNames('directory')).not.toThrow()
  })

  test('all have default values', () => {
    const settings = { ...DEFAULT_SETTINGS, downloads: { directory: '/x', ...DEFAULT_SETTINGS.downloads } }
    expect(SETTINGS.length).toBeGreaterThan(20)
    for (const { name, title } of SETTINGS) {
      expect(settingValue(settings, name)).not.toBeUndefined()
      expect(title).not.toBe('')
    }
  })

  test('values are parsed as the type of the setting', () => {
    expect(
      settingsChange([
        'limits.downloadBytesPerSecond=2MB',
        'limits.uploadBytesPerSecond=unlimited',
        'network.dht=off',
        'queue.maxDownloads=3',
        'downloads.directory=/media/2',
        'automation.onComplete=["notify","{name}"]',
        'seeding.ratioLimit=none',
      ]),
    ).toEqual({
      limits: { downloadBytesPerSecond: 2_000_000, uploadBytesPerSecond: null },
      network: { dht: false },
      queue: { maxDownloads: 3 },
      downloads: { directory: '/media/2' },
      automation: { onComplete: ['notify', '{name}'] },
      seeding: { ratioLimit: null },
    })
  })

  test('each list has a valid example, which is in the documentation', () => {
    const docs = readFileSync(new URL('../../../../../docs/command-line.md', import.meta.url), 'utf8')
    const isList = ({ name }: { name: string }) =>
      Array.isArray(settingValue(DEFAULT_SETTINGS as Settings, name))
    const lists = SETTINGS.filter(isList)
    expect(lists.length).toBeGreaterThan(4)
    for (const { name, example } of lists) {
      expect(docs).toContain(`settings set ${name}='${JSON.stringify(example)}'`)
      expect(settingsChange([`${name}=${JSON.stringify(example)}`])).toEqual({
        [name.split('.')[0]!]: { [name.split('.')[1]!]: example },
      })
    }
  })

  test('arguments of a program may contain other braces', () => {
    const command = [
      'sh',
      '-c',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
      'echo ${SHOAL_NAME} {} { word } {1,2}',
      '{name}{path}{directory}{id}{label}{bytes}',
    ]
    expect(settingsChange([`automation.onComplete=${JSON.stringify(command)}`])).toEqual({
      automation: { onComplete: command },
    })
  })

  test.each([
    ['network.port=70000', /network.port: "70000" is not possible/],
    ['network=1', /is 9 settings|is \d+ settings: name one/],
    ['network.dht', /has no value: write NAME=VALUE/],
    ['network.dht=maybe', /network.dht: "maybe" is not possible: write on or off/],
    ['queue.maxDownloads=lots', /write a number/],
    ['limits.downloadBytesPerSecond=fast', /is not a size/],
    ['network.encryption=maybe', /not possible: write one of plain, prefer, require$/],
    ['automation.watch=/media', /not possible: it is a list\. Write a list such as '\[\{"directory":"/],
    ['automation.watch=["/media"]', /not possible: entry 1 \("\/media"\): write an object with its members/],
    ['limits.schedule=[{"days":[],"from":"8"}]', /not possible: entry 1, days: it is empty\./],
    ['limits.schedule=[{"days":[1],"from":"8"}]', /entry 1, from \("8"\): write a time of day as 07:30/],
    ['network.shareTrackers=[1]', /entry 1 \("1"\): write a text/],
    [
      'automation.onComplete=["run","{name}{bogus}"]',
      /entry 2 \("\{name\}\{bogus\}"\): \{bogus\} .* use \{name\}, \{path\}, .*\{bytes\}/,
    ],
    ['automation.onComplete=["{Name}"]', /entry 1 \("\{Name\}"\): \{Name\} is not a placeholder/],
  ])('rejects %s', (pair, message) => expect(() => settingsChange([pair])).toThrow(message))
})

describe('input of shoal api', () => {
  test('is validated before it is sent', () => {
    expect(parseInput('getTorrent', `{"id":"${'A'.repeat(40)}"}`)).toEqual({ id: 'A'.repeat(40) })
    expect(() => parseInput('getTorrent', '{}')).toThrow(/^INPUT\.id: /)
    expect(() => parseInput('getStats', '{"x":1}')).toThrow(/^INPUT\.x: there is no such member/)
    expect(() => parseInput('getStats', '{')).toThrow(/INPUT is not JSON/)
  })
})
