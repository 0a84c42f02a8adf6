/** Settings that are fixed at startup. */
import { type Settings, SettingsChange } from '@shoal/api'

/** A setting that is fixed at startup. */
export interface FixedSetting {
  readonly section: keyof Settings
  readonly name: string
  readonly value: unknown
}

/** Merges settings from command-line options with those of --set. */
export function fixedSettings({
  dir,
  peerPort,
  noTracker = false,
  publicUrl,
  set,
}: {
  readonly dir: string | undefined
  readonly peerPort: number | undefined
  readonly noTracker?: boolean
  readonly publicUrl?: string | undefined
  readonly set: readonly FixedSetting[]
}): SettingsChange {
  const fixed: Record<string, Record<string, unknown>> = {}
  const fix = (section: string, name: string, value: unknown) => {
    fixed[section] = { ...fixed[section], [name]: value }
  }
  if (dir !== undefined) fix('downloads', 'directory', dir)
  if (peerPort !== undefined) fix('network', 'port', peerPort)
  if (noTracker) fix('network', 'ownTracker', false)
  if (publicUrl !== undefined) fix('network', 'publicUrl', publicUrl)
  for (const { section, name, value } of set) fix(section, name, value)
  return SettingsChange.parse(fixed)
}
