import { formatCount } from '../format/format.ts'
import { texts } from '../messages/viewing.ts'
import type { Cell, PieceSummary } from './piece-picture.ts'

/** Describes how much of a torrent is downloaded, and how many peers have the rest. */
export function textOfSummary({ count, have, alone, unavailable, rarest }: PieceSummary): string {
  const say = texts.pieces.summary
  if (have === count) return say.all({ count })
  const rest = alone
    ? say.alone
    : unavailable > 0
      ? say.unavailable({ count: unavailable })
      : say.rarest({ count: rarest ?? 0 })
  return `${say.some({ have, count })} ${rest}`
}

/** Describes a square of the chart: one piece or several. */
export function textOfCell({ first, end, have, rarest }: Cell): string {
  const say = texts.pieces.cell
  const isOne = end - first === 1
  const where = isOne
    ? say.piece({ number: formatCount(first) })
    : say.pieces({ first: formatCount(first), last: formatCount(end - 1) })
  if (rarest === null) return say.downloaded({ where })
  if (isOne) return rarest === 0 ? say.unavailable({ where }) : say.missing({ where, count: rarest })
  return rarest === 0 ? say.rarestUnavailable({ where, have }) : say.rarest({ where, have, count: rarest })
}
