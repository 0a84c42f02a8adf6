import { DEFAULT_SETTINGS, type Settings } from '@shoal/api'
import { SECTIONS, type SettingField, settingIn } from './model.ts'

/** Settings that are laborious to set up, and that defaults must not replace. */
const KEPT = new Set([
  'downloads.directory',
  'downloads.completeDirectory',
  'automation.watch',
  'automation.onComplete',
  'limits.schedule',
  'privacy.countryDatabase',
  'privacy.ipFilter',
  'network.port',
  'network.dhtNodes',
  'network.iceServers',
  'network.shareTrackers',
  'network.publicUrl',
  'network.proxy',
  'network.proxyMode',
  'network.interface',
  'network.dnsServers',
])

/** Returns the settings that differ from those of a new node, each with its default value. */
export function differences(settings: Settings, fixed: readonly string[]): [SettingField, unknown][] {
  return SECTIONS.flatMap(({ fields }) =>
    fields.flatMap(field => {
      if (KEPT.has(field.name) || fixed.includes(field.name)) return []
      const usual = settingIn(DEFAULT_SETTINGS as Settings, field)
      return JSON.stringify(usual) === JSON.stringify(settingIn(settings, field))
        ? []
        : ([[field, usual]] as [SettingField, unknown][])
    }),
  )
}
