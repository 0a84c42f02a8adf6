/** Settings that are decided where the node is started. */
import { Settings, SettingsChange } from '@shoal/api'
import { UsageError } from '../cli/failure.ts'
import { SHOAL } from '../cli/program.ts'

export interface FixedSetting {
  readonly section: keyof Settings
  readonly name: string
  readonly value: unknown
}

const SECTIONS = Object.keys(Settings.shape) as (keyof Settings)[]

/** Reads `network.dht=false`; the value is JSON, or a plain text. Throws UsageError for no setting, or a value that it cannot have. */
export function fixedSetting(text: string): FixedSetting {
  const [, section, name, written] = /^(\w+)\.(\w+)=(.*)$/s.exec(text) ?? []
  const found = SECTIONS.find(each => each === section)
  if (!found || name === undefined || !(name in Settings.shape[found].shape))
    throw new UsageError(
      `"${text}" is no setting: write NAME=VALUE, where NAME is one that ${SHOAL} settings lists`,
    )
  const value = readValue(written!)
  const checked = SettingsChange.safeParse({ [found]: { [name]: value } })
  if (checked.success) return { section: found, name, value }
  throw new UsageError(`${found}.${name} cannot be ${written}: ${checked.error.issues[0]!.message}`)
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** All of them together: options of the command line that are settings too, then those by name. */
export function fixedSettings({
  dir,
  peerPort,
  set,
}: {
  readonly dir: string | undefined
  readonly peerPort: number | undefined
  readonly set: readonly FixedSetting[]
}): SettingsChange {
  const fixed: Record<string, Record<string, unknown>> = {}
  const fix = (section: string, name: string, value: unknown) => {
    fixed[section] = { ...fixed[section], [name]: value }
  }
  if (dir !== undefined) fix('downloads', 'directory', dir)
  if (peerPort !== undefined) fix('network', 'port', peerPort)
  for (const { section, name, value } of set) fix(section, name, value)
  return SettingsChange.parse(fixed)
}
