/** Settings that are decided where the node is started. */
import { SettingsChange } from '@shoal/api'
import type { FixedSetting } from '../../base/settings.ts'

/** All of them together: options of the command line that are settings too, then those by name. */
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
