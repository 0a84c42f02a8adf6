/** Resource usage of processes. */
import { readFileSync } from 'node:fs'

export interface ProcessUsage {
  readonly userSeconds: number
  readonly systemSeconds: number
  readonly peakResidentBytes: number
  /** Current resident memory. */
  readonly residentBytes: number
}

type CpuTime = Pick<ProcessUsage, 'userSeconds' | 'systemSeconds'>

/** Linux reports processor time in this unit, regardless of the kernel's own tick. */
const TICKS_PER_SECOND = 100

/** Returns the usage of this process. */
export function ownUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage()
  const peakKiB = process.resourceUsage().maxRSS
  return {
    userSeconds: user / 1e6,
    systemSeconds: system / 1e6,
    // On Linux, a process inherits the maximum RSS of its parent, but not the high-water mark of
    // its memory map.
    peakResidentBytes: highWaterMark('self') ?? peakKiB * 1024,
    residentBytes: process.memoryUsage.rss(),
  }
}

/** Returns the usage of another process, on Linux only. Throws if it has exited. */
export function usageOf(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The second field is a name that may contain any characters and ends at the last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return {
    userSeconds: Number(fields[11]) / TICKS_PER_SECOND,
    systemSeconds: Number(fields[12]) / TICKS_PER_SECOND,
    peakResidentBytes: highWaterMark(pid) ?? 0,
    residentBytes: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024,
  }
}

/**
 * Returns the processor time of another single-threaded process and of its children: of running
 * ones to the nanosecond, of exited ones to the hundredth of a second. On Linux only.
 */
export function familyCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ended = (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean)
  return [pid, ...children].reduce<number>((sum, each) => sum + scheduledSeconds(each), ended)
}

/** Returns 0 for a process that has exited. */
function scheduledSeconds(pid: number | string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0]) / 1e9
  } catch {
    return 0
  }
}

function highWaterMark(pid: number | 'self'): number | null {
  try {
    const match = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))
    return match ? Number(match[1]) * 1024 : null
  } catch {
    return null
  }
}

/** User and system time combined. */
export function cpuSeconds({ userSeconds, systemSeconds }: CpuTime): number {
  return userSeconds + systemSeconds
}

/** Returns the usage between two samples of the same process; the peak covers its lifetime. */
export function usageSince(
  before: ProcessUsage,
  after: ProcessUsage,
): Pick<ProcessUsage, 'userSeconds' | 'systemSeconds' | 'peakResidentBytes'> {
  return {
    userSeconds: after.userSeconds - before.userSeconds,
    systemSeconds: after.systemSeconds - before.systemSeconds,
    peakResidentBytes: after.peakResidentBytes,
  }
}
