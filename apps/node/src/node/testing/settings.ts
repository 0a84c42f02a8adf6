import { DEFAULT_SETTINGS, type Settings } from '@shoal/api'

/** Settings that can be changed, and their listeners. */
export function testSettings(first: Partial<Settings> = {}) {
  let settings: Settings = {
    ...DEFAULT_SETTINGS,
    downloads: { ...DEFAULT_SETTINGS.downloads, directory: '/downloads' },
    ...first,
  }
  const listeners = new Set<() => void>()
  return {
    settings: () => settings,
    onSettings(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    change(change: Partial<Settings>) {
      settings = { ...settings, ...change }
      for (const listener of listeners) listener()
    },
  }
}
