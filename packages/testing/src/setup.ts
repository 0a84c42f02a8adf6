/** Runs before each test file: `vi.waitFor` and `vi.waitUntil` wait as long as everything else. Vitest has no option for their default, one second. */
import { vi } from 'vitest'
import { WAIT_MS } from './limits.ts'

type Wait = (check: never, options?: Parameters<typeof vi.waitFor>[1]) => unknown

const IS_PATIENT = Symbol.for('shoal.patient')

function patient<W extends Wait>(wait: W): W {
  // Files that share a process share `vi`.
  if (IS_PATIENT in wait) return wait
  const longer: Wait = (check, options) =>
    wait(check, typeof options === 'number' ? options : { timeout: WAIT_MS, ...options })
  return Object.assign(longer, { [IS_PATIENT]: true }) as Wait as W
}

vi.waitFor = patient(vi.waitFor)
vi.waitUntil = patient(vi.waitUntil)
