import type { Readable } from 'node:stream'
import type { RunningNode } from '@shoal/node/node/kernel/contract.ts'
import type { Call } from '@shoal/node/node/server/compat/call.ts'
import { codeOf, isForeseen } from '@shoal/node/node/server/compat/call.ts'
import type { DetailCache } from '@shoal/node/node/server/compat/detail-cache.ts'
import type { KeptStore } from './kept-store.ts'
import type { Params } from './params.ts'
import type { WebAddress } from './preferences.ts'
import { Refusal } from './refusal.ts'
import type { SyncMemories } from './sync-memory.ts'

/** The objects that the methods of the API use. */
export interface WebContext {
  readonly node: RunningNode
  readonly call: Call
  readonly facts: DetailCache
  readonly memories: SyncMemories
  /** Identifies the client: the session, or the request's own credentials. */
  readonly client: string
  readonly web: WebAddress
  readonly kept: KeptStore
}

/** Text, JSON, a file, a reply with another status, or nothing. */
export type Answer = string | object | Uint8Array | Reply | undefined

export class Reply {
  readonly status: number
  /** The content type included. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable

  constructor(status: number, headers: Readonly<Record<string, string>>, body: Readable) {
    this.status = status
    this.headers = headers
    this.body = body
  }
}

export interface WebMethod {
  /** Requires POST because it changes something: a link must not be able to do that. */
  readonly changes: boolean
  run(params: Params, context: WebContext): Promise<Answer>
}

export type WebMethods = Readonly<Record<string, WebMethod>>

export function reads(run: WebMethod['run']): WebMethod {
  return { changes: false, run }
}

export function changes(run: WebMethod['run']): WebMethod {
  return { changes: true, run }
}

const STATUSES: Readonly<Record<string, number>> = {
  'bad-request': 400,
  'bad-argument': 400,
  'unknown-identifier': 400,
  'not-found': 404,
  'no-permission': 403,
  'forbidden-host': 403,
  'forbidden-origin': 403,
  'too-large': 413,
  'bad-torrent': 415,
  'bad-bencode': 415,
}

/** Status for an error of the node; 500 for unexpected errors. */
export function toStatus(error: unknown): number {
  if (error instanceof Refusal) return error.status
  return isForeseen(error) ? (STATUSES[codeOf(error)] ?? 409) : 500
}
