import { useId } from 'react'
import layout from '../../../shared/controls/layout.module.css'
import { COLOURS, leastUsed, PALETTE } from '../../../shared/format/colours.ts'
import { texts } from '../../../shared/messages/texts.ts'
import { useCell, useNode } from '../../../shared/node/context.tsx'
import styles from './labels.module.css'

const t = texts.labels
const CHOICES = [
  [null, t.colourAuto] as const,
  ...COLOURS.map(([name, colour]) => [colour, t.colours[name]] as const),
]

interface Props {
  /** Name of the label, which selects one of several equal colours if none is set. */
  readonly name: string
  readonly value: string | null
  onChange(colour: string | null): void
}

/** Chooses the colour of a label: one that few others have, one from a palette, or any. */
export function ColourField({ name, value, onChange }: Props) {
  const group = useId()
  const colours = useCell(useNode().labelColours)
  const others = [...colours].filter(([other]) => other !== name).map(([, colour]) => colour)
  const own = value !== null && !PALETTE.includes(value.toLowerCase())
  return (
    <fieldset className={`${layout.wrap1} ${styles.colours}`}>
      <legend>{t.colour}</legend>
      {CHOICES.map(([colour, text]) => (
        <label key={text} className={`${layout.center} ${layout.hover} ${styles.swatch}`} title={text}>
          <input
            type="radio"
            name={group}
            className="visually-hidden"
            aria-label={text}
            checked={colour === (value?.toLowerCase() ?? null)}
            onChange={() => onChange(colour)}
          />
          <span
            style={{ background: colour ?? leastUsed(name, others) }}
            data-auto={colour === null || undefined}
          />
        </label>
      ))}
      <label
        className={`${layout.center} ${layout.hover} ${styles.swatch}`}
        title={t.colourOwn}
        data-chosen={own || undefined}
      >
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
