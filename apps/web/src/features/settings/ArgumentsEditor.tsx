import { useEffect, useState } from 'react'
import { Button, IconButton } from '../../shared/controls/Button.tsx'
import layout from '../../shared/controls/layout.module.css'
import { SavedInput } from '../../shared/forms/SavedInput.tsx'
import { texts } from '../../shared/messages/texts.ts'
import styles from './settings.module.css'

const say = texts.settings.program

export interface ArgumentsEditorProps {
  readonly words: readonly string[]
  readonly disabled: boolean
  /** Index of the invalid argument, from 0. */
  readonly wrongEntry: number | null
  onChange(words: string[]): void
}

/** A program and its arguments, each in its own field: no shell splits or expands them. */
export default function ArgumentsEditor({ words, disabled, wrongEntry, onChange }: ArgumentsEditorProps) {
  const [written, setWritten] = useState<readonly string[]>(words)
  useEffect(() => setWritten(words), [words])
  const commit = (next: readonly string[]) => {
    // An empty program means none; empty arguments may be intended.
    const saved = next[0]?.trim() === '' ? [] : [...next]
    if (JSON.stringify(saved) !== JSON.stringify(words)) onChange(saved)
  }
  const remove = (at: number) => {
    const next = at === 0 ? [] : written.filter((_, index) => index !== at)
    setWritten(next)
    commit(next)
  }
  return (
    <div className={`${layout.stack3} ${styles.list}`}>
      {written.length === 0 && <p className={layout.soft}>{say.none}</p>}
      <ol>
        {written.map((word, at) => {
          const name = at === 0 ? say.program : say.argument({ number: at })
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: an argument is identified by its position
            <li key={at}>
              <span className={layout.soft}>{name}</span>
              <SavedInput
                aria-label={name}
                spellCheck={false}
                disabled={disabled}
                invalid={at === wrongEntry}
                written={word}
                onWritten={text => setWritten(written.with(at, text))}
                onCommit={() => commit(written)}
              />
              <IconButton
                icon="trash"
                size="small"
                label={at === 0 ? say.removeAll : say.remove({ number: at })}
                disabled={disabled}
                onClick={() => remove(at)}
              />
            </li>
          )
        })}
      </ol>
      <Button size="small" icon="plus" disabled={disabled} onClick={() => setWritten([...written, ''])}>
        {written.length === 0 ? say.set : say.add}
      </Button>
    </div>
  )
}
