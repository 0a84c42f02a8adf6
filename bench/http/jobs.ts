/** The ranges that each HTTP client fetches. */
export interface RangeJob {
  readonly name: string
  readonly rangeBytes: number
  readonly count: number
}

/** A web seed keeps this many connections busy, each with one request at a time. */
export const CONNECTIONS = 4

export const FILE_BYTES = 64 * 2 ** 20

export const JOBS: readonly RangeJob[] = [
  { name: 'small ranges', rangeBytes: 16 * 1024, count: 20_000 },
  { name: 'large ranges', rangeBytes: 8 * 2 ** 20, count: 192 },
]

/** The result of a job, printed by the client's process as JSON. */
export interface RangeRun {
  readonly bytes: number
  readonly seconds: number
  /** User and system time of the client's process. */
  readonly cpuSeconds: number
}

/** Returns the offset of the `index`th range. Ranges are spread over the file. */
export function rangeStart(index: number, rangeBytes: number): number {
  const slots = FILE_BYTES / rangeBytes
  return ((index * 7919) % slots) * rangeBytes
}

/** Returns the byte at an offset of the file, so that clients can verify what they received. */
export function fileByte(offset: number): number {
  return (offset * 31 + (offset >>> 12)) & 0xff
}
