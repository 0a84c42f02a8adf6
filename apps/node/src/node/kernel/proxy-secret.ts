/** Keeps the password of the proxy out of everything that shows settings, and encrypted at rest. */
import type { Settings, SettingsChange } from '@shoal/api'
import type { Vault } from '@shoal/daemon/vault'
import type { SettingRows } from './setting-store.ts'

/** Shown in place of a password. A change that contains it keeps the password. */
const MASK = '********'

/** The settings for users: without the password of the proxy. */
export function shownSettings(settings: Settings): Settings {
  const { network } = settings
  return { ...settings, network: { ...network, proxy: masked(network.proxy) } }
}

/** The change that is meant: a proxy as it was shown keeps its password. */
export function meantChange(change: SettingsChange, { network }: Settings): SettingsChange {
  const wanted = change.network?.proxy
  if (!wanted || wanted !== masked(network.proxy)) return change
  return { ...change, network: { ...change.network, proxy: network.proxy } }
}

export function hasPassword(proxy: string | null): boolean {
  return proxy !== masked(proxy)
}

/** Encrypts the proxy in the rows that pass through. The vault must be ready when there is one with a password. */
export function withSealedProxy(rows: SettingRows, vault: Vault): SettingRows {
  return {
    ...rows,
    get(section) {
      const value = rows.get(section)
      if (section !== 'network' || !isSealed(value)) return value
      return { ...value, proxy: vault.openNow(value.proxy.sealed) }
    },
    set(section, value) {
      const { proxy } = value as { proxy?: string | null }
      const isSecret = section === 'network' && proxy !== undefined && hasPassword(proxy)
      rows.set(section, isSecret ? { ...(value as object), proxy: { sealed: vault.sealNow(proxy) } } : value)
    },
  }
}

/** Whether a row contains an encrypted proxy. */
export function isSealed(value: unknown): value is { proxy: { sealed: string } } {
  const { proxy } = (value ?? {}) as { proxy?: { sealed?: unknown } | null }
  return typeof proxy === 'object' && typeof proxy?.sealed === 'string'
}

function masked(proxy: string | null): string | null {
  const url = proxy === null ? null : URL.parse(proxy)
  if (!url || url.password === '') return proxy
  url.password = MASK
  return url.href
}
