import type { HttpRanges, RangeFailure, RangeRequest } from '../http-ranges.ts'

/** Reads one range to its end. Rejects with the RangeFailure. */
export function readRange(ranges: HttpRanges, request: RangeRequest): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const bytes = new Uint8Array(request.lengthBytes)
    let at = 0
    ranges.read(request, {
      onData: part => {
        if (at + part.length > bytes.length) reject(new Error('more bytes than were asked for'))
        else bytes.set(part, at)
        at += part.length
      },
      onEnd: () => (at === bytes.length ? resolve(bytes) : reject(new Error(`ended after ${at} bytes`))),
      onFailure: reject,
    })
  })
}

/** How reading a range fails; rejects when it does not. */
export async function failureOf(ranges: HttpRanges, request: RangeRequest): Promise<RangeFailure> {
  const outcome = await readRange(ranges, request).then(
    () => null,
    (failure: RangeFailure) => failure,
  )
  if (!outcome) throw new Error('the range was read')
  return outcome
}
