/** Hides the proxy's password wherever settings are shown, and encrypts it at rest. */
import type { Settings, SettingsChange } from '@shoal/api'
import type { Vault } from '@shoal/daemon/vault'
import type { SettingRows } from './setting-store.ts'

/** Shown in place of a password. A change that contains it keeps the password. */
const MASK = '********'

/** Returns the settings for users, without the proxy's password. */
export function shownSettings(settings: Settings): Settings {
  const { network } = settings
  return { ...settings, network: { ...network, proxy: masked(network.proxy) } }
}

/** Resolves the mask in a change: a proxy as shown keeps its password. */
export function meantChange(change: SettingsChange, { network }: Settings): SettingsChange {
  const wanted = change.network?.proxy
  if (!wanted || wanted !== masked(network.proxy)) return change
  return { ...change, network: { ...change.network, proxy: network.proxy } }
}

export function hasPassword(proxy: string | null): boolean {
  return proxy !== masked(proxy)
}

/**
 * Wraps rows so that the proxy is encrypted in them. The vault must be ready if a proxy has a
 * password.
 */
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

/** Returns whether a row contains an encrypted proxy. */
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
