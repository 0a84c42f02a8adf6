import type { ScheduledLimit } from '@shoal/api'

/** A stretch of one day that an entry of the schedule holds. Minutes from midnight. */
export interface Stretch {
  readonly entry: number
  readonly day: number
  readonly fromMinute: number
  readonly toMinute: number
}

const DAY_MINUTES = 1440

export function parseMinute(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/**
 * Where each entry holds in the week: those that end on the next day are cut at midnight, and where entries overlap the first one holds,
 * as the node does it. An entry that ends when it begins lasts a whole day.
 */
export function toStretches(schedule: readonly ScheduledLimit[]): Stretch[] {
  const taken: Stretch[] = []
  for (const [entry, limit] of schedule.entries()) {
    const pieces = limit.days.flatMap(day =>
      splitAtMidnight(entry, day, parseMinute(limit.from), parseMinute(limit.to)),
    )
    taken.push(...pieces.flatMap(piece => without(piece, taken)))
  }
  return taken
}

function splitAtMidnight(entry: number, day: number, fromMinute: number, toMinute: number): Stretch[] {
  if (fromMinute < toMinute) return [{ entry, day, fromMinute, toMinute }]
  const first = { entry, day, fromMinute, toMinute: DAY_MINUTES }
  const next = { entry, day: (day + 1) % 7, fromMinute: 0, toMinute }
  return toMinute === 0 ? [first] : [first, next]
}

/** Returns the parts of a stretch that the others do not cover. */
function without(stretch: Stretch, others: readonly Stretch[]): Stretch[] {
  let left = [stretch]
  for (const other of others) {
    if (other.day !== stretch.day) continue
    left = left.flatMap(part =>
      [
        { ...part, toMinute: Math.min(part.toMinute, other.fromMinute) },
        { ...part, fromMinute: Math.max(part.fromMinute, other.toMinute) },
      ].filter(({ fromMinute, toMinute }) => fromMinute < toMinute),
    )
  }
  return left
}
