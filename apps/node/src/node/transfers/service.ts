/** What downloads of plain files offer to other capabilities. */
import { service } from '../kernel/capability.ts'
import type { FileProtocol } from './protocol.ts'

export type { FileDownload, FileProtocol, TorrentContent } from './protocol.ts'

export interface Transfers {
  /** In the order in which they are asked whether an identifier is theirs. */
  readonly protocols: readonly FileProtocol[]
}

export const TRANSFERS = service<Transfers>('transfers')
