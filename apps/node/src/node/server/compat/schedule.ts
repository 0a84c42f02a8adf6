/**
 * Transmission and qBittorrent have one daily period in which the alternative limits apply; Shoal
 * has a list of periods, each with its limits.
 */
import type { ScheduledLimit, Settings } from '@shoal/api'

export interface AlternativeTimes {
  readonly isOn: boolean
  /** Minutes after midnight. An end before the begin is on the next day. */
  readonly beginMinutes: number
  readonly endMinutes: number
  /** 0 Sunday to 6 Saturday. */
  readonly days: readonly number[]
}

export const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6] as const
/** The defaults of both clients. */
const USUAL: AlternativeTimes = { isOn: false, beginMinutes: 9 * 60, endMinutes: 17 * 60, days: EVERY_DAY }

/** Returns the first period of the schedule; if there is none, the defaults, switched off. */
export function alternativeTimes({ schedule: [first] }: Settings['limits']): AlternativeTimes {
  if (!first) return USUAL
  return {
    isOn: true,
    beginMinutes: parseMinutes(first.from),
    endMinutes: parseMinutes(first.to),
    days: first.days,
  }
}

/** Returns the schedule with this period. The alternative limits are copied into it. */
export function scheduleWith(times: AlternativeTimes, limits: Settings['limits']): ScheduledLimit[] {
  if (!times.isOn || times.days.length === 0) return []
  return [
    {
      days: [...times.days],
      from: formatTime(times.beginMinutes),
      to: formatTime(times.endMinutes),
      downloadBytesPerSecond: limits.alternativeDownloadBytesPerSecond,
      uploadBytesPerSecond: limits.alternativeUploadBytesPerSecond,
    },
  ]
}

function parseMinutes(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':')
  return Number(hours) * 60 + Number(minutes)
}

function formatTime(minutes: number): string {
  const inDay = ((Math.round(minutes) % 1440) + 1440) % 1440
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(inDay / 60))}:${two(inDay % 60)}`
}
