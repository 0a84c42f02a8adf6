import { useState } from 'react'
import { Button } from '../controls/Button.tsx'
import { TextField } from '../controls/Field.tsx'
import { Form } from '../controls/Form.tsx'
import layout from '../controls/layout.module.css'
import { Card, Notice } from '../controls/Panels.tsx'
import type { NewIdentity } from './identity.ts'
import { Words } from './Words.tsx'

/** Texts of the form, from the page that shows it. */
interface WordsTexts {
  readonly words: string
  readonly wordsBody: string
  readonly successor: string
  readonly successorBody: string
  readonly saveWords: string
  check(given: { readonly number: number }): string
  readonly wrongWord: string
  readonly finish: string
}

interface Props {
  readonly texts: WordsTexts
  readonly made: NewIdentity
  readonly isBusy: boolean
  onDone(): void
}

/** Shows the words of a new key once, and continues when the user has typed one of them. */
export function WordsForm({ texts: t, made, isBusy, onDone }: Props) {
  const words = made.words.split(' ')
  const [asked] = useState(() => Math.floor(Math.random() * words.length))
  const [typed, setTyped] = useState('')
  const [isWrong, setWrong] = useState(false)
  return (
    <Form
      className={layout.stack4}
      confirm={t.finish}
      variant="primary"
      size="large"
      disabled={isBusy || typed.trim() === ''}
      onSubmit={() => {
        if (typed.trim().toLowerCase() === words[asked]) onDone()
        else setWrong(true)
      }}
    >
      <Card title={t.words}>
        <div className={layout.stack3}>
          <Notice tone="warn">{t.wordsBody}</Notice>
          <Words words={words} />
        </div>
      </Card>
      <Card title={t.successor}>
        <div className={layout.stack3}>
          <p className={layout.soft}>{t.successorBody}</p>
          <Words words={made.successorWords.split(' ')} />
        </div>
      </Card>
      <div>
        <Button icon="save" onClick={() => save(made, t)}>
          {t.saveWords}
        </Button>
      </div>
      <TextField
        label={t.check({ number: asked + 1 })}
        error={isWrong ? t.wrongWord : undefined}
        required
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={event => {
          setTyped(event.target.value)
          setWrong(false)
        }}
      />
    </Form>
  )
}

function save({ device: { did }, words, successorWords }: NewIdentity, t: WordsTexts): void {
  const text = `${did}\n\n${t.words}:\n${words}\n\n${t.successor}:\n${successorWords}\n`
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = 'shoal-key.txt'
  link.click()
  URL.revokeObjectURL(url)
}
