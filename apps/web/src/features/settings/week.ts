import type { ScheduledLimit } from '@shoal/api'

/** A part of a day in which an entry of the schedule applies. Minutes from midnight. */
export interface Stretch {
  readonly entry: number
  readonly day: number
  readonly fromMinute: number
  readonly toMinute: number
}

const DAY_MINUTES = 1440

function parseMinute(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

/**
 * Returns when each entry applies in the week. Entries that end on the next day are split at
 * midnight. Where entries overlap, the first one applies, as in the node. An entry whose end equals
 * its start lasts a whole day.
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

/** Returns the parts of a period that the others do not cover. */
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
