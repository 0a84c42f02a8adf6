import { DEFAULT_SETTINGS, type NodeInfo, type Settings } from '@shoal/api'
import { expect, test } from 'vitest'
import { toPreferences } from './preferences.ts'
import { settingsChange } from './preferences-change.ts'

const SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  downloads: { ...DEFAULT_SETTINGS.downloads, directory: '/downloads' },
  seeding: { ratioLimit: 2, timeLimitMinutes: 60, action: 'remove' },
  queue: { maxDownloads: 3, maxSeeds: null },
}
const INFO = { peerPort: 6881 } as NodeInfo

function merged(change: ReturnType<typeof settingsChange>): Settings {
  const groups = Object.entries(SETTINGS).map(([name, group]) => [
    name,
    { ...group, ...change[name as keyof typeof change] },
  ])
  return Object.fromEntries(groups) as Settings
}

test('unchanged preferences change nothing', () => {
  const change = settingsChange(toPreferences(SETTINGS, INFO), SETTINGS)
  expect(merged(change)).toEqual(SETTINGS)
})

test('limits, queue, seeding limits and times become settings', () => {
  const change = settingsChange(
    {
      dl_limit: 1000,
      up_limit: 0,
      encryption: 1,
      max_active_downloads: -1,
      max_active_uploads: 4,
      max_ratio_enabled: false,
      max_seeding_time: 10,
      max_ratio_act: 3,
      scheduler_enabled: true,
      scheduler_days: 1,
      schedule_from_hour: 7,
      schedule_from_min: 5,
      alt_dl_limit: 50,
    },
    SETTINGS,
  )
  expect(change).toMatchObject({
    limits: {
      downloadBytesPerSecond: 1000,
      uploadBytesPerSecond: null,
      schedule: [{ days: [1, 2, 3, 4, 5], from: '07:05', to: '17:00', downloadBytesPerSecond: 50 }],
    },
    network: { encryption: 'require' },
    queue: { maxDownloads: null, maxSeeds: 4 },
    seeding: { ratioLimit: null, timeLimitMinutes: 10, action: 'remove-with-data' },
  })
  expect(toPreferences(merged(change), INFO)).toMatchObject({
    scheduler_enabled: true,
    scheduler_days: 1,
    schedule_from_min: 5,
    max_ratio_enabled: false,
    max_ratio_act: 3,
  })
})

test('a value of another type is rejected', () => {
  expect(() => settingsChange({ dht: 1 }, SETTINGS)).toThrow(/dht is neither true nor false/)
  expect(settingsChange({ web_ui_password: 'x', proxy_type: 1 }, SETTINGS)).toEqual({})
})
