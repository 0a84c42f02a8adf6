import { type ChangeEvent, useState } from 'react'
import { TextField } from '../components/Field.tsx'
import { notifyError } from '../components/toasts.ts'
import { formatRate } from '../format/format.ts'
import { useAsked, useNode } from '../node/context.tsx'
import { texts } from '../texts/texts.ts'
import { uploadSuggestion } from './suggestion.ts'
import styles from './Welcome.module.css'

const t = texts.pages.welcome.speed
type Choice = 'all' | 'home' | 'own'
/** What many homes can send, in megabits a second. */
const USUAL_MEGABITS = 40

/** How much of the connection may be used: saved as it is chosen. */
export function SpeedStep() {
  const { api } = useNode()
  const asked = useAsked(signal => api.getSettings({}, { signal }), [])
  const [chosen, setChosen] = useState<Choice | null>(null)
  const [megabits, setMegabits] = useState(USUAL_MEGABITS)
  const limits = asked.value?.limits
  const choice =
    chosen ??
    (limits && (limits.uploadBytesPerSecond !== null || limits.downloadBytesPerSecond !== null)
      ? 'own'
      : 'all')
  const save = (change: { uploadBytesPerSecond?: number | null; downloadBytesPerSecond?: number | null }) =>
    api.changeSettings({ limits: change }).then(asked.set, notifyError)
  const choose = (next: Choice) => {
    setChosen(next)
    if (next === 'all') void save({ uploadBytesPerSecond: null, downloadBytesPerSecond: null })
    if (next === 'home')
      void save({ uploadBytesPerSecond: uploadSuggestion(megabits), downloadBytesPerSecond: null })
  }
  const changeMegabits = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const value = Number(target.value)
    if (!(value > 0)) return
    setMegabits(value)
    void save({ uploadBytesPerSecond: uploadSuggestion(value), downloadBytesPerSecond: null })
  }
  if (!limits) return null
  return (
    <div className={styles.choices}>
      <Option name="all" title={t.all} hint={t.allHint} chosen={choice} onChoose={choose} />
      <Option
        name="home"
        title={t.home}
        hint={t.homeHint(formatRate(uploadSuggestion(megabits)))}
        chosen={choice}
        onChoose={choose}
      />
      {choice === 'home' && (
        <div className={styles.fields}>
          <TextField
            label={t.connection}
            hint={t.megabits}
            type="number"
            min={1}
            defaultValue={megabits}
            onChange={changeMegabits}
          />
        </div>
      )}
      <Option name="own" title={t.own} hint={t.ownHint} chosen={choice} onChoose={choose} />
      {choice === 'own' && (
        <div className={styles.fields}>
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
    </div>
  )
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
    <label className={styles.choice}>
      <input type="radio" name="speed" checked={chosen === name} onChange={() => onChoose(name)} />
      <span>
        <strong>{title}</strong>
        <span className={styles.hint}>{hint}</span>
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
    if (target.value.trim() === '') onChange(null)
    else if (rate >= 1) onChange(rate)
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
