import { DEFAULT_SETTINGS, type Settings } from '@shoal/api'
import { expect, test } from 'vitest'
import { sessionChange } from './session-change.ts'

const SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  downloads: { ...DEFAULT_SETTINGS.downloads, directory: '/downloads' },
}

function change(args: Record<string, unknown>, remembered = new Map<string, number>(), settings = SETTINGS) {
  return sessionChange(args, settings, remembered)
}

test('a limit applies only while it is enabled, and is remembered otherwise', () => {
  const remembered = new Map<string, number>()
  expect(change({ 'speed-limit-down': 300 }, remembered)).toEqual({})
  expect(change({ 'speed-limit-down-enabled': true }, remembered)).toEqual({
    limits: { downloadBytesPerSecond: 300_000 },
  })
  expect(change({ 'speed-limit-down-enabled': false })).toEqual({ limits: { downloadBytesPerSecond: null } })
  expect(change({ 'speed-limit-up-enabled': true })).toEqual({ limits: { uploadBytesPerSecond: 100_000 } })
})

test('an enabled limit can be changed alone', () => {
  const settings = { ...SETTINGS, seeding: { ...SETTINGS.seeding, ratioLimit: 2 } }
  expect(change({ seedRatioLimit: 3 }, new Map(), settings)).toEqual({ seeding: { ratioLimit: 3 } })
})

test('the time of the alternative limits becomes a schedule with them', () => {
  const args = {
    'alt-speed-down': 10,
    'alt-speed-time-enabled': true,
    'alt-speed-time-begin': 1320,
    'alt-speed-time-end': 360,
    'alt-speed-time-day': 0b0100001,
  }
  expect(change(args)).toEqual({
    limits: {
      alternativeDownloadBytesPerSecond: 10_000,
      schedule: [
        {
          days: [0, 5],
          from: '22:00',
          to: '06:00',
          downloadBytesPerSecond: 10_000,
          uploadBytesPerSecond: 100_000,
        },
      ],
    },
  })
  expect(change({ 'alt-speed-time-enabled': false })).toEqual({ limits: { schedule: [] } })
})

test('unsupported settings are ignored; values of another type are rejected', () => {
  expect(change({ 'blocklist-enabled': true, unknown: 1 })).toEqual({})
  expect(() => change({ 'dht-enabled': 'yes' })).toThrow(/dht-enabled is not true or false/)
})
