import { useState } from 'react'
import { Button } from '../../shared/controls/Button.tsx'
import { SelectField } from '../../shared/controls/Field.tsx'
import layout from '../../shared/controls/layout.module.css'
import { language as ownLanguage } from '../../shared/messages/language.ts'
import { texts } from '../../shared/messages/texts.ts'
import { AGE_NAMES, FILTERS, SIZE_NAMES } from './filters.ts'
import styles from './Search.module.css'

const t = texts.pages.search.filters
const LANGUAGES = 'ar cs da de el en es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sv tr uk vi zh'
const LICENSES = 'CC0-1.0 CC-BY-4.0 CC-BY-SA-4.0 CC-BY-NC-4.0 CC-BY-NC-SA-4.0 MIT Apache-2.0 GPL-3.0-or-later'

interface Props {
  readonly parameters: URLSearchParams
  onChange(name: string, value: string): void
}

/** Filters of a search in the network, behind a button that says how many are set. */
export function Filters({ parameters, onChange }: Props) {
  const set = FILTERS.filter(name => parameters.has(name)).length
  const [isOpen, setOpen] = useState(set > 0)
  const names = new Intl.DisplayNames([ownLanguage], { type: 'language' })
  const select = (name: (typeof FILTERS)[number], options: { value: string; text: string }[]) => {
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
  const languages = LANGUAGES.split(' ').map(code => ({ value: code, text: names.of(code) ?? code }))
  return (
    <>
      <Button size="small" icon="filter" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {set > 0 ? t.some({ count: set }) : t.title}
      </Button>
      {isOpen && (
        <div className={`${layout.columns} ${layout.whole} ${styles.filters}`}>
          {select('size', named(SIZE_NAMES, t.sizes))}
          {select('age', named(AGE_NAMES, t.ages))}
          {select(
            'language',
            languages.sort((a, b) => a.text.localeCompare(b.text)),
          )}
          {select(
            'license',
            LICENSES.split(' ').map(value => ({ value, text: value })),
          )}
        </div>
      )}
    </>
  )
}
