import type { ScheduledLimit } from '@shoal/api'
import { Button, IconButton } from '../../shared/controls/Button.tsx'
import { controlClass } from '../../shared/controls/Field.tsx'
import layout from '../../shared/controls/layout.module.css'
import { dayName, WEEK } from '../../shared/format/days.ts'
import { RateField } from '../../shared/forms/RateField.tsx'
import { texts } from '../../shared/messages/texts.ts'
import styles from './schedule.module.css'
import { toneOf, WeekPicture } from './WeekPicture.tsx'

const say = texts.settings.schedule
/** Working hours, the most frequent choice. */
const NEW: ScheduledLimit = {
  days: [1, 2, 3, 4, 5],
  from: '08:00',
  to: '18:00',
  downloadBytesPerSecond: 1_000_000,
  uploadBytesPerSecond: 100_000,
}

export interface ScheduleEditorProps {
  readonly schedule: readonly ScheduledLimit[]
  readonly disabled: boolean
  onChange(schedule: ScheduledLimit[]): void
}

/** Periods with their own limits, as a chart of the week and as a list. */
export default function ScheduleEditor({ schedule, disabled, onChange }: ScheduleEditorProps) {
  const change = (at: number, part: Partial<ScheduledLimit>) =>
    onChange(schedule.map((each, index) => (index === at ? { ...each, ...part } : each)))
  return (
    <div className={`${layout.stack3} ${styles.editor}`}>
      {schedule.length > 0 ? <WeekPicture schedule={schedule} /> : <p className={layout.soft}>{say.none}</p>}
      <ol className={`${layout.stack3} ${layout.whole}`}>
        {schedule.map((entry, at) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: an entry is identified by its position in the list
            key={at}
            className={`${layout.box} ${layout.row2} ${layout.start} ${layout.spread} ${styles.entry}`}
            data-tone={toneOf(at)}
          >
            <Entry entry={entry} number={at + 1} disabled={disabled} onChange={part => change(at, part)} />
            <IconButton
              icon="trash"
              size="small"
              label={say.remove({ number: at + 1 })}
              disabled={disabled}
              onClick={() => onChange(schedule.filter((_, index) => index !== at))}
            />
          </li>
        ))}
      </ol>
      <Button size="small" icon="plus" disabled={disabled} onClick={() => onChange([...schedule, NEW])}>
        {say.add}
      </Button>
    </div>
  )
}

interface EntryProps {
  readonly entry: ScheduledLimit
  readonly number: number
  readonly disabled: boolean
  onChange(part: Partial<ScheduledLimit>): void
}

function Entry({ entry, number, disabled, onChange }: EntryProps) {
  return (
    <fieldset className={`${layout.wrap2} ${layout.start} ${styles.fields}`} disabled={disabled}>
      <legend className="visually-hidden">{say.entry({ number })}</legend>
      <Days days={entry.days} onChange={days => onChange({ days })} />
      <Time label={say.from} value={entry.from} onChange={from => onChange({ from })} />
      <Time label={say.to} value={entry.to} onChange={to => onChange({ to })} />
      <div className={styles.rate}>
        <span>{say.down}</span>
        <RateField
          label={say.down}
          value={entry.downloadBytesPerSecond}
          onChange={downloadBytesPerSecond => onChange({ downloadBytesPerSecond })}
        />
      </div>
      <div className={styles.rate}>
        <span>{say.up}</span>
        <RateField
          label={say.up}
          value={entry.uploadBytesPerSecond}
          onChange={uploadBytesPerSecond => onChange({ uploadBytesPerSecond })}
        />
      </div>
    </fieldset>
  )
}

function Days({
  days,
  onChange,
}: {
  readonly days: readonly number[]
  readonly onChange: (days: number[]) => void
}) {
  const toggle = (day: number) => {
    const next = days.includes(day) ? days.filter(each => each !== day) : [...days, day].sort()
    // An entry without days would never apply, so the last day cannot be removed.
    if (next.length > 0) onChange(next)
  }
  return (
    <fieldset className={styles.days}>
      <legend>{say.on}</legend>
      {WEEK.map(day => (
        <label key={day} title={dayName(day, 'long')}>
          <input
            type="checkbox"
            className="visually-hidden"
            aria-label={dayName(day, 'long')}
            checked={days.includes(day)}
            onChange={() => toggle(day)}
          />
          {dayName(day, 'short')}
        </label>
      ))}
    </fieldset>
  )
}

function Time(props: { label: string; value: string; onChange: (time: string) => void }) {
  return (
    <label className={styles.time}>
      <span>{props.label}</span>
      <input
        type="time"
        className={controlClass}
        required
        value={props.value}
        onChange={event => event.target.value !== '' && props.onChange(event.target.value.slice(0, 5))}
      />
    </label>
  )
}
