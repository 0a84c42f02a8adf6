import type { ScheduledLimit } from '@shoal/api'
import { useMemo } from 'react'
import layout from '../../shared/controls/layout.module.css'
import { dayName, WEEK } from '../../shared/format/days.ts'
import { texts } from '../../shared/messages/texts.ts'
import styles from './schedule.module.css'
import { toStretches } from './week.ts'

const say = texts.settings.schedule
const DAY_MINUTES = 1440
const TONES = ['accent', 'up', 'brown', 'pink'] as const
/** Returns the color class of an entry, by its index in the schedule. */
export const toneOf = (entry: number) => TONES[entry % TONES.length]
const HOURS = [0, 6, 12, 18, 24]

/** A chart of the week, with a line for each day: the entries of the list below at a glance. */
export function WeekPicture({ schedule }: { readonly schedule: readonly ScheduledLimit[] }) {
  const stretches = useMemo(() => toStretches(schedule), [schedule])
  return (
    <div className={`${layout.stack1} ${styles.week}`} role="img" aria-label={say.picture}>
      {WEEK.map(day => (
        <div key={day} className={`${layout.muted} ${styles.day}`}>
          <span>{dayName(day, 'short')}</span>
          <div className={styles.line}>
            {stretches
              .filter(stretch => stretch.day === day)
              .map(({ entry, fromMinute, toMinute }) => (
                <span
                  key={`${entry} ${fromMinute}`}
                  data-entry={entry}
                  data-tone={toneOf(entry)}
                  style={{
                    insetInlineStart: `${(fromMinute / DAY_MINUTES) * 100}%`,
                    inlineSize: `${((toMinute - fromMinute) / DAY_MINUTES) * 100}%`,
                  }}
                />
              ))}
          </div>
        </div>
      ))}
      <div className={`${layout.muted} ${styles.day}`}>
        <span />
        <div className={`${layout.spread} ${layout.dim} ${layout.tabular} ${styles.hours}`}>
          {HOURS.map(hour => (
            <span key={hour}>{hour}</span>
          ))}
        </div>
      </div>
    </div>
  )
}
