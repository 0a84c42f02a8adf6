import { readFileSync } from 'node:fs'

/** Ticks per second of the times in /proc, on all Linux systems that Node runs on. */
const TICKS_PER_SECOND = 100

/** Returns the CPU seconds of this process and of its ended children; null except on Linux. */
export function processorSeconds(): number | null {
  try {
    // proc(5): the name of the command is in parentheses; fields 14 to 17 are user and system time
    // of the process, and of its children.
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ')
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / TICKS_PER_SECOND
  } catch {
    return null
  }
}
