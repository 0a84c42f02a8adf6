/** The service of plain file downloads for other capabilities. */
import { service } from '@shoal/daemon/capability'
import type { FileProtocol } from './protocol.ts'

export type { FileDownload, FileProtocol } from './protocol.ts'

export interface Transfers {
  /** In the order in which they are tried for an identifier. */
  readonly protocols: readonly FileProtocol[]
}

export const TRANSFERS = service<Transfers>('transfers')
