/** The entries of the table of parsers, and of the drivers for special ones. */
import type { Format } from './mutate.ts'

/** A parser of untrusted bytes or text: from peers, servers, files, links. */
export interface Parser {
  /** For `npm run fuzz -- NAME`, and the name of its corpus. */
  readonly name: string
  /** The module, from the root of the checkout. */
  readonly file: string
  /** The exported function, or the class. */
  readonly export: string
  /** Other exported parsers of the module that it or its driver calls. */
  readonly covers?: readonly string[]
  /** Text is passed as a string: UTF-8, or one character per byte. */
  readonly takes: 'bytes' | 'utf8' | 'latin1'
  readonly format: Format
  /**
   * Documented error codes, or names of errors without a code. Anything else that it throws is a
   * bug.
   */
  readonly throws: readonly string[]
  /** Maximum length of its inputs: what its caller lets through, or 64 KiB if that is more. */
  readonly maxBytes: number
  /** Whether runs take milliseconds: it then gets a tenth of the others' runs. */
  readonly isCostly?: boolean
}

/** Calls a parser that needs more than its input, or that has state. */
export interface Driver {
  /** Default: calls the function with the input as its only argument. */
  readonly run?: (input: never) => unknown
  /**
   * Encodes what the parser returned, or returns null if there is nothing to encode. Parsing the
   * result must give an equal value. Values are compared deeply.
   */
  readonly encode?: (value: never) => Uint8Array | string | null
}

/** By the name of the parser. */
export type Drivers = Readonly<Record<string, Driver>>

/**
 * The parsers of a capability, in its folder, which can have a `fuzz-drivers.ts` that exports
 * `DRIVERS`.
 */
export interface Fuzzed {
  readonly parsers?: readonly Parser[]
  /** Like `EXCEPTIONS` of parsers.ts. */
  readonly exceptions?: Readonly<Record<string, string>>
}
