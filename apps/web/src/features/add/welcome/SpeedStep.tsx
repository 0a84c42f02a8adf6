import type { Settings } from '@shoal/api'
import { type ChangeEvent, useState } from 'react'
import { TextField } from '../../../shared/controls/Field.tsx'
import { Icon } from '../../../shared/controls/Icon.tsx'
import { Loading, Problem } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { notifyError } from '../../../shared/controls/toasts.ts'
import { formatRate } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../../shared/node/context.tsx'
import { uploadSuggestion } from './suggestion.ts'
import styles from './Welcome.module.css'

const t = texts.pages.welcome.speed
type Choice = 'all' | 'home' | 'own'
/** Upload speed of a typical home connection in megabits per second. */
const USUAL_MEGABITS = 40

/**
 * Sets how much of the connection may be used. Choices are saved at once, numbers when their field
 * loses the focus.
 */
export function SpeedStep() {
  const asked = useAsked(api => api.getSettings({}), [])
  const limits = asked.value?.limits
  if (!limits) return asked.error ? <Problem error={asked.error} onRetry={asked.reload} /> : <Loading />
  return <Choices limits={limits} onSaved={asked.set} />
}

type Limits = Settings['limits']
type Change = Partial<Pick<Limits, 'uploadBytesPerSecond' | 'downloadBytesPerSecond'>>

function Choices({ limits, onSaved }: { limits: Limits; onSaved(settings: Settings): void }) {
  const { save, saved } = useSave(onSaved)
  const isLimited = limits.uploadBytesPerSecond !== null || limits.downloadBytesPerSecond !== null
  const [choice, setChoice] = useState<Choice>(isLimited ? 'own' : 'all')
  const [megabits, setMegabits] = useState(USUAL_MEGABITS)
  const saveHome = () =>
    save({ uploadBytesPerSecond: uploadSuggestion(megabits), downloadBytesPerSecond: null })
  const choose = (next: Choice) => {
    setChoice(next)
    if (next === 'all') save({ uploadBytesPerSecond: null, downloadBytesPerSecond: null })
    if (next === 'home') saveHome()
  }
  const changeMegabits = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const value = Number(target.value)
    if (value > 0) setMegabits(value)
  }
  const leaveMegabits = () => {
    if (limits.uploadBytesPerSecond !== uploadSuggestion(megabits)) saveHome()
  }
  return (
    <div className={layout.stack2}>
      <Option name="all" title={t.all} hint={t.allHint} chosen={choice} onChoose={choose} />
      <Option
        name="home"
        title={t.home}
        hint={t.homeHint({ rate: formatRate(uploadSuggestion(megabits)) })}
        chosen={choice}
        onChoose={choose}
      />
      {choice === 'home' && (
        <div className={`${layout.columns} ${styles.fields}`}>
          <TextField
            label={t.connection}
            hint={t.megabits}
            type="number"
            min={1}
            defaultValue={megabits}
            onChange={changeMegabits}
            onBlur={leaveMegabits}
          />
        </div>
      )}
      <Option name="own" title={t.own} hint={t.ownHint} chosen={choice} onChoose={choose} />
      {choice === 'own' && (
        <div className={`${layout.columns} ${styles.fields}`}>
          <Megabytes
            label={t.down}
            value={limits.downloadBytesPerSecond}
            onChange={downloadBytesPerSecond => save({ downloadBytesPerSecond })}
          />
          <Megabytes
            label={t.up}
            value={limits.uploadBytesPerSecond}
            onChange={uploadBytesPerSecond => save({ uploadBytesPerSecond })}
          />
        </div>
      )}
      <p className={`${layout.row2} ${layout.label} ${layout.good} ${styles.saved}`} role="status">
        {saved && (
          <>
            <Icon name="check" size={16} /> {t.saved}
          </>
        )}
      </p>
    </div>
  )
}

function useSave(onSaved: (settings: Settings) => void) {
  const { api } = useNode()
  const [saved, setSaved] = useState(false)
  const save = (limits: Change) => {
    setSaved(false)
    api.changeSettings({ limits }).then(settings => {
      setSaved(true)
      onSaved(settings)
    }, notifyError)
  }
  return { save, saved }
}

function Option(props: {
  name: Choice
  title: string
  hint: string
  chosen: Choice
  onChoose(choice: Choice): void
}) {
  const { name, title, hint, chosen, onChoose } = props
  return (
    <label className={`${layout.row3} ${layout.start} ${layout.card} ${styles.choice}`}>
      <input type="radio" name="speed" checked={chosen === name} onChange={() => onChoose(name)} />
      <span className={layout.stack}>
        <strong>{title}</strong>
        <span className={layout.soft}>{hint}</span>
      </span>
    </label>
  )
}

const MEGABYTE = 1_000_000

function Megabytes({
  label,
  value,
  onChange,
}: {
  label: string
  value: number | null
  onChange(value: number | null): void
}) {
  const change = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const rate = Math.round(Number(target.value) * MEGABYTE)
    const next = target.value.trim() === '' ? null : rate
    if (next !== value && (next === null || next >= 1)) onChange(next)
  }
  return (
    <TextField
      label={`${label} (${t.unit})`}
      hint={t.empty}
      type="number"
      min={0}
      step="any"
      defaultValue={value === null ? '' : value / MEGABYTE}
      onBlur={change}
    />
  )
}
