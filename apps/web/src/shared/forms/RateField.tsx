import { useEffect, useState } from 'react'
import { controlClass } from '../controls/Field.tsx'
import { texts } from '../messages/texts.ts'
import styles from './rate.module.css'
import { parseRate, RATE_UNITS, type RateUnit, rateText, unitFor } from './rate.ts'
import { SavedInput } from './SavedInput.tsx'

export interface RateFieldProps {
  readonly id?: string
  readonly label: string
  readonly value: number | null
  readonly disabled?: boolean
  readonly describedBy?: string | undefined
  readonly invalid?: boolean
  /** Called when the field loses the focus, or on Enter. */
  onChange(bytesPerSecond: number | null): void
  onWrong?(wrong: boolean): void
}

/** A rate in kB/s or MB/s; empty for no limit. A unit can be typed, too: `2 MB`. */
export function RateField({
  id,
  label,
  value,
  disabled,
  describedBy,
  invalid,
  onChange,
  onWrong,
}: RateFieldProps) {
  const [unit, setUnit] = useState<RateUnit>(() => unitFor(value))
  const [written, setWritten] = useState(() => rateText(value, unitFor(value)))
  useEffect(() => {
    const next = value === null ? undefined : unitFor(value)
    if (next) setUnit(next)
    setWritten(rateText(value, next ?? 'kB/s'))
  }, [value])
  const commit = (text: string, inUnit: RateUnit) => {
    const rate = parseRate(text, inUnit)
    onWrong?.(rate === undefined)
    if (rate === undefined) return
    if (rate !== value) onChange(rate)
    else setWritten(rateText(rate, inUnit))
  }
  return (
    <span className={styles.rate}>
      <SavedInput
        {...(id ? { id } : {})}
        inputMode="decimal"
        placeholder={texts.settings.unlimited}
        aria-label={label}
        disabled={disabled}
        describedBy={describedBy}
        invalid={invalid}
        written={written}
        onWritten={setWritten}
        onCommit={() => commit(written, unit)}
      />
      <select
        className={controlClass}
        aria-label={texts.settings.unitOf({ name: label })}
        disabled={disabled}
        value={unit}
        onChange={event => {
          const next = event.target.value as RateUnit
          setUnit(next)
          commit(written, next)
        }}
      >
        {Object.keys(RATE_UNITS).map(each => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </span>
  )
}
