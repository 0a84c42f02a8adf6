import type { z } from 'zod'
import { ACCESS_OPERATIONS } from './operations/access.ts'
import { FEED_OPERATIONS } from './operations/feeds.ts'
import { JOB_OPERATIONS } from './operations/jobs.ts'
import { LABEL_OPERATIONS } from './operations/labels.ts'
import { NODE_OPERATIONS } from './operations/node.ts'
import { TORRENT_OPERATIONS } from './operations/torrents.ts'

/** All that a node can be asked to do, but for what travels as bytes (bytes.ts). */
export const OPERATIONS = {
  ...TORRENT_OPERATIONS,
  ...LABEL_OPERATIONS,
  ...JOB_OPERATIONS,
  ...FEED_OPERATIONS,
  ...NODE_OPERATIONS,
  ...ACCESS_OPERATIONS,
} as const

export type OperationName = keyof typeof OPERATIONS
/** What a caller gives: members with a default may be left out. */
export type InputOf<Name extends OperationName> = z.input<(typeof OPERATIONS)[Name]['input']>
/** What an implementation gets: checked, with the defaults filled in. */
export type CheckedInputOf<Name extends OperationName> = z.output<(typeof OPERATIONS)[Name]['input']>
export type OutputOf<Name extends OperationName> = z.output<(typeof OPERATIONS)[Name]['output']>

export interface CallOptions {
  signal?: AbortSignal
}

/** A node as its callers see it: the typed client over HTTP, and the console's mock. Rejects with an ApiError. */
export type NodeApi = {
  [Name in OperationName]: (input: InputOf<Name>, options?: CallOptions) => Promise<OutputOf<Name>>
}

/** What needs no proof of who asks; the answers depend on that. */
export const OPEN_OPERATIONS: readonly OperationName[] = ['login', 'logout', 'getAccess', 'getHealth']

type Implemented<Table> = {
  [Name in keyof Table & OperationName]: (
    input: CheckedInputOf<Name>,
    options?: CallOptions,
  ) => Promise<OutputOf<Name>>
}

/** A node as the server sees it: inputs are checked already. Rejects with errors that carry a `code`. */
export type NodeOperations = Implemented<Omit<typeof OPERATIONS, keyof typeof ACCESS_OPERATIONS>>
/** Parts of it, for those who implement it in parts. */
export type TorrentOperations = Implemented<typeof TORRENT_OPERATIONS>
export type LabelOperations = Implemented<typeof LABEL_OPERATIONS>
export type JobOperations = Implemented<typeof JOB_OPERATIONS>
export type FeedOperations = Implemented<typeof FEED_OPERATIONS>
export type WholeNodeOperations = Implemented<typeof NODE_OPERATIONS>
