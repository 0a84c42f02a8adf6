import { DEFAULT_SETTINGS, type Settings } from '@shoal/api'
import { expect, test } from 'vitest'
import { firstOptions, takenPeerPort } from './session-settings.ts'

const settings = (port: number): Settings => ({
  ...DEFAULT_SETTINGS,
  downloads: { ...DEFAULT_SETTINGS.downloads, directory: '/downloads' },
  network: { ...DEFAULT_SETTINGS.network, port },
})

test('a session may take another port only if nobody asked for one', () => {
  expect(firstOptions({ current: settings(6881), fixed: [] })).not.toHaveProperty('port')
  expect(firstOptions({ current: settings(6881), fixed: ['network.port'] })).toMatchObject({ port: 6881 })
  expect(firstOptions({ current: settings(7000), fixed: [] })).toMatchObject({ port: 7000 })
  expect(firstOptions({ current: settings(0), fixed: [] })).toMatchObject({ port: 0 })
})

test('a port is taken if the session listens at another', () => {
  expect(takenPeerPort(settings(6881), 6881)).toBe(null)
  expect(takenPeerPort(settings(6881), 41_000)).toBe(6881)
  expect(takenPeerPort(settings(0), 41_000)).toBe(null)
  expect(takenPeerPort(settings(6881), 0)).toBe(null)
})
