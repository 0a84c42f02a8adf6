import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_SETTINGS, Settings } from '@shoal/api'
import { Vault } from '@shoal/daemon/vault'
import { afterEach, expect, test } from 'vitest'
import { meantChange, shownSettings, withSealedProxy } from './proxy-secret.ts'
import type { SettingRows } from './setting-store.ts'

const URL_TEXT = 'socks5://anna:secret@192.0.2.1:1080'
const SHOWN = 'socks5://anna:********@192.0.2.1:1080'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

function settings(proxy: string | null): Settings {
  const { network, ...others } = DEFAULT_SETTINGS
  return Settings.parse({
    ...others,
    downloads: { directory: '/downloads', ...DEFAULT_SETTINGS.downloads },
    network: { ...network, proxy },
  })
}

test('the password of the proxy is not shown, and a change that shows it so keeps it', () => {
  const now = settings(URL_TEXT)
  expect(shownSettings(now).network.proxy).toBe(SHOWN)
  expect(meantChange({ network: { proxy: SHOWN, port: 1 } }, now)).toEqual({
    network: { proxy: URL_TEXT, port: 1 },
  })
  const other = { network: { proxy: SHOWN.replace('192.0.2.1', '192.0.2.2') } }
  expect(meantChange(other, now)).toBe(other)
  expect(shownSettings(settings(null)).network.proxy).toBeNull()
  expect(shownSettings(settings('http://192.0.2.1:8080')).network.proxy).toBe('http://192.0.2.1:8080')
})

test('a proxy with a password is encrypted in its row', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-secret-'))
  folders.push(folder)
  const kept = new Map<string, unknown>()
  const plain: SettingRows = {
    get: section => kept.get(section),
    set: (section, value) => void kept.set(section, value),
    together: work => work(),
  }
  const vault = new Vault(folder)
  await vault.prepare()
  const rows = withSealedProxy(plain, vault)
  rows.set('network', { port: 1, proxy: URL_TEXT })
  expect(JSON.stringify(kept.get('network'))).not.toContain('secret')
  expect(rows.get('network')).toEqual({ port: 1, proxy: URL_TEXT })
  rows.set('network', { port: 1, proxy: null })
  expect(kept.get('network')).toEqual({ port: 1, proxy: null })
  rows.set('limits', { downloadBytesPerSecond: 1 })
  expect(rows.get('limits')).toEqual({ downloadBytesPerSecond: 1 })
})
