/**
 * The thread with the index open, for changes or for searching: a search never waits for a large
 * document that is being added, and neither blocks the node.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { Hits, SearchRequest } from './find-hits.ts'
import { type IndexedEntry, SearchIndex } from './search-index.ts'

export interface IndexThreadData {
  readonly path: string
  readonly role: 'change' | 'search'
}

/** The calls that a thread answers, by name: arguments and result. */
export interface IndexWork {
  generation: { args: []; result: string }
  put: { args: [entries: readonly IndexedEntry[]]; result: undefined }
  reserve: { args: [torrentId: number, files: number]; result: undefined }
  remove: { args: [torrentId: number]; result: undefined }
  tidy: { args: []; result: undefined }
  search: { args: [request: SearchRequest]; result: Hits }
  count: { args: []; result: { readonly entries: number; readonly texts: number } }
}
export type WorkName = keyof IndexWork

export interface IndexCall {
  readonly id: number
  readonly name: WorkName
  readonly args: readonly unknown[]
}

export type IndexReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } }

const port = parentPort
let open: SearchIndex | null = null

/** Opened by the first call, so that an error becomes its answer. */
function index(): SearchIndex {
  const { path, role } = workerData as IndexThreadData
  open ??= role === 'change' ? SearchIndex.open(path) : SearchIndex.openToRead(path)
  return open
}

function answer({ id, name, args }: IndexCall): IndexReply {
  try {
    if (name === 'generation') return { id, result: index().generation }
    const method = index()[name] as (...args: readonly unknown[]) => unknown
    return { id, result: method.apply(index(), args as unknown[]) }
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown }
    return { id, error: { code: typeof code === 'string' ? code : 'failed', message: String(message) } }
  }
}

port?.on('message', (call: IndexCall | 'close') => {
  if (call !== 'close') return port.postMessage(answer(call))
  open?.close()
  port.close()
})
