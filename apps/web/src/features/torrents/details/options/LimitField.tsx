import { useEffect, useState } from 'react'
import { controlClass } from '../../../../shared/controls/Field.tsx'
import layout from '../../../../shared/controls/layout.module.css'
import { texts } from '../../../../shared/messages/texts.ts'
import styles from './options.module.css'

const say = texts.torrent.options

export interface LimitFieldProps {
  readonly label: string
  readonly step: number
  /** Null: the limit of the settings; 0: never. */
  readonly value: number | null
  onChange(value: number | null): void
}

/** A limit: that of the settings, none, or one for this torrent. */
export function LimitField({ label, step, value, onChange }: LimitFieldProps) {
  const [own, setOwn] = useState(value !== null && value > 0)
  const [written, setWritten] = useState(value ? String(value) : '')
  useEffect(() => {
    setOwn(value !== null && value > 0)
    if (value) setWritten(String(value))
  }, [value])
  const kind = own ? 'own' : value === null ? 'settings' : 'never'
  const choose = (next: string) => {
    setOwn(next === 'own')
    if (next === 'settings') onChange(null)
    if (next === 'never') onChange(0)
  }
  const number = Number(written)
  const commit = () => {
    if (number > 0 && number !== value) onChange(step === 1 ? Math.max(1, Math.round(number)) : number)
  }
  return (
    <div className={`${layout.stack1} ${styles.limit}`}>
      <span>{label}</span>
      <select
        className={controlClass}
        aria-label={label}
        value={kind}
        onChange={event => choose(event.target.value)}
      >
        <option value="settings">{say.asSettings}</option>
        <option value="never">{say.never}</option>
        <option value="own">{say.own}</option>
      </select>
      {own && (
        <input
          className={controlClass}
          type="number"
          min={step}
          step={step}
          aria-label={label}
          value={written}
          onChange={event => setWritten(event.target.value)}
          onBlur={commit}
          onKeyDown={event => event.key === 'Enter' && commit()}
        />
      )}
    </div>
  )
}
