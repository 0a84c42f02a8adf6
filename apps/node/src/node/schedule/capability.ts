/** Rate limits by time of day, and the alternative limits. */
import { SCHEDULE as CONTRACT } from '@shoal/api'
import { capability } from '../kernel/capability.ts'
import { ScheduledLimits } from './scheduled-limits.ts'

export const SCHEDULE = capability({
  contract: CONTRACT,
  start({ clock, settings, limits }) {
    const scheduled = new ScheduledLimits({
      clock,
      settings: () => settings.current,
      onSettings: listener => settings.onChanged(listener),
      applyLimits: () => limits.update(),
    })
    const release = limits.decide.fill(CONTRACT.name, () => scheduled.now)
    limits.update()
    return {
      begin: () => scheduled.start(),
      close() {
        release()
        scheduled.close()
      },
    }
  },
})
