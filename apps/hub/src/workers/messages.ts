/** Messages between a hub and its workers, in addition to the frames that they exchange. */
import type { Hub } from '../hub.ts'

/** The first message to a worker. */
export interface Assignment {
  /** The number of the process: 1 to 65535. */
  readonly number: number
  readonly secret: Uint8Array
  readonly port: number
  readonly udpPort: number | undefined
  readonly isFirst: boolean
}

export type Listening = Pick<Hub, 'origin' | 'urls' | 'stunPort' | 'isPrivate' | 'page' | 'statistics'>

export type FromWorker =
  | { readonly listening: Listening }
  /** The worker cannot start, and neither could another one. */
  | { readonly failure: string }

export const STOP = 'stop'
