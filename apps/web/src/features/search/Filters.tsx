import { useState } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { type Option, SelectField } from '../../shared/controls/Field.tsx'
import layout from '../../shared/controls/layout.module.css'
import { LICENSE_OPTIONS, languageOptions } from '../../shared/forms/describe.ts'
import { texts } from '../../shared/messages/texts.ts'
import { AGE_NAMES, FILTERS, SIZE_NAMES } from './filters.ts'
import styles from './Search.module.css'

const t = texts.pages.search.filters

interface Props {
  readonly parameters: URLSearchParams
  onChange(name: string, value: string): void
}

/** The filters of a network search, behind a button that shows how many are set. */
export function Filters({ parameters, onChange }: Props) {
  const set = FILTERS.filter(name => parameters.has(name)).length
  const [isOpen, setOpen] = useState(set > 0)
  const select = (name: (typeof FILTERS)[number], options: readonly Option[]) => {
    const value = parameters.get(name) ?? ''
    const known = [{ value: '', text: t.any }, ...options]
    const isKnown = known.some(each => each.value === value)
    return (
      <SelectField
        label={t[name]}
        value={value}
        onChange={({ target }) => onChange(name, target.value)}
        options={isKnown ? known : [...known, { value, text: value }]}
      />
    )
  }
  const named = <Name extends string>(list: readonly Name[], words: Readonly<Record<string, string>>) =>
    list.filter(name => name !== 'any').map(name => ({ value: name, text: words[name]! }))
  return (
    <>
      <Button size="small" icon="filter" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {set > 0 ? t.some({ count: set }) : t.title}
      </Button>
      {isOpen && (
        <div className={`${layout.columns} ${layout.whole} ${styles.filters}`}>
          {select('size', named(SIZE_NAMES, t.sizes))}
          {select('age', named(AGE_NAMES, t.ages))}
          {select('language', languageOptions())}
          {select('license', LICENSE_OPTIONS)}
        </div>
      )}
    </>
  )
}
