import { SelectField } from '../../shared/controls/Field.tsx'
import { formatDuration } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'

const MINUTES = [5, 15, 30, 60, 180, 360, 720, 1440, 10_080]

/** How often a feed is read. */
export function EverySelect({ value, onChange }: { value: number; onChange(minutes: number): void }) {
  const choices = MINUTES.includes(value) ? MINUTES : [...MINUTES, value].sort((a, b) => a - b)
  return (
    <SelectField
      label={texts.pages.feeds.every}
      value={value}
      onChange={({ target }) => onChange(Number(target.value))}
      options={choices.map(minutes => ({ value: String(minutes), text: formatDuration(minutes * 60) }))}
    />
  )
}
