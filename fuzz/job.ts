/** Messages between a `Runner` and its thread. */
import type { FuzzResult } from './fuzzer.ts'
import type { Failure } from './target.ts'

/** Fuzz a parser, or run it on one input. */
export type Job =
  | {
      readonly parser: string
      readonly seed: number
      readonly runs: number
      readonly seconds: number
    }
  | { readonly parser: string; readonly input: Uint8Array }

/** A message from the thread about its job. */
export type Report =
  | { readonly kind: 'failed'; readonly input: Uint8Array; readonly failure: Failure }
  | { readonly kind: 'done'; readonly result: FuzzResult }
  | { readonly kind: 'checked'; readonly failure: Failure | null }

/** The data with which the thread starts. */
export interface WorkerData {
  readonly memory: SharedArrayBuffer
  readonly guided: boolean
  readonly parsers: string
}
