import { useId } from 'react'
import { labelColour } from '../components/Parts.tsx'
import { texts } from '../texts/texts.ts'
import styles from './labels.module.css'

const t = texts.labels
const COLOURS = Object.entries(t.colours)

interface Props {
  /** Of the label: chooses the colour where none is set. */
  readonly name: string
  readonly value: string | null
  onChange(colour: string | null): void
}

/** The colour of a label: by its name, one of a few that go together, or any. */
export function ColourField({ name, value, onChange }: Props) {
  const group = useId()
  const own = value !== null && !(value.toLowerCase() in t.colours)
  return (
    <fieldset className={styles.colours}>
      <legend>{t.colour}</legend>
      {[[null, t.colourByName] as const, ...COLOURS].map(([colour, text]) => (
        <label key={text} className={styles.swatch} title={text}>
          <input
            type="radio"
            name={group}
            className="visually-hidden"
            aria-label={text}
            checked={colour === (value?.toLowerCase() ?? null)}
            onChange={() => onChange(colour)}
          />
          <span style={{ background: labelColour(name, colour) }} data-auto={colour === null || undefined} />
        </label>
      ))}
      <label className={styles.swatch} title={t.colourOwn} data-chosen={own || undefined}>
        <input
          type="color"
          aria-label={t.colourOwn}
          value={value ?? '#808080'}
          onChange={({ target }) => onChange(target.value)}
        />
      </label>
    </fieldset>
  )
}
