import type { Session } from '@shoal/torrent'
import type { SettingsStore } from '../kernel/settings-store.ts'

/** The parts of the node that its tracker uses. */
export interface OwnNode {
  readonly settings: Pick<SettingsStore, 'current'>
  readonly session: Session
}
