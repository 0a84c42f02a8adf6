import type { Devices } from '@shoal/api'
import type { KeyPair } from '@shoal/identity'
import { useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { TextField } from '../../shared/controls/Field.tsx'
import { FormDialog } from '../../shared/controls/FormDialog.tsx'
import { Notice } from '../../shared/controls/Panels.tsx'
import { notify } from '../../shared/controls/toasts.ts'
import { messageOf } from '../../shared/format/errors.ts'
import { Words } from '../../shared/identity/Words.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { useNode } from '../../shared/node/context.tsx'
import { useOwnKey } from '../../shared/own-key/useOwnKey.tsx'
import { MAX_NAME } from './ChangeDialogs.tsx'
import type { Successor } from './signing.ts'

const t = texts.settings.devices

interface Props {
  onChanged(known: Devices): void
  onClose(): void
}

interface Chosen {
  readonly root: KeyPair
  readonly name: string
  readonly successor: Successor
  /** Index of the requested word, from 0. */
  readonly asked: number
}

/**
 * Creates the first list: asks for the key and the name of this node, shows the words of the next
 * key, and signs.
 */
export function StartDialog({ onChanged, onClose }: Props) {
  const { api } = useNode()
  const { isBusy, failure, run } = useWork()
  const key = useOwnKey()
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const [isWrong, setWrong] = useState(false)
  const choose = (form: FormData) =>
    run(async () => {
      const [root, { makeSuccessor }] = await Promise.all([key.open(form), import('./signing.ts')])
      const successor = makeSuccessor()
      const asked = Math.floor(Math.random() * successor.words.split(' ').length)
      setChosen({ root, successor, asked, name: String(form.get('name')).trim() })
    })
  const sign = (form: FormData, { root, name, successor, asked }: Chosen) => {
    const typed = String(form.get('word')).trim().toLowerCase()
    const isRight = typed === successor.words.split(' ')[asked]
    setWrong(!isRight)
    if (!isRight) return
    run(async () => {
      const { parseCode, signFirst } = await import('./signing.ts')
      const { device } = await api.describeDevice({ name })
      onChanged(await api.acceptDevices(signFirst(root, parseCode(device), successor)))
      notify(t.started, { type: 'good' })
      onClose()
    })
  }
  const problem = failure !== null && <Notice>{messageOf(failure)}</Notice>
  return chosen ? (
    <FormDialog
      key="words"
      title={t.successor}
      confirm={isBusy ? t.signing : t.start}
      disabled={isBusy}
      onSubmit={form => sign(form, chosen)}
      onClose={onClose}
    >
      {problem}
      <Notice tone="warn">{t.successorBody}</Notice>
      <Words words={chosen.successor.words.split(' ')} />
      <div>
        <Button icon="save" onClick={() => saveWords(chosen)}>
          {t.saveWords}
        </Button>
      </div>
      <TextField
        label={t.check({ number: chosen.asked + 1 })}
        name="word"
        error={isWrong ? t.wrongWord : undefined}
        required
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
      />
    </FormDialog>
  ) : (
    <>
      <FormDialog
        key="key"
        title={t.start}
        confirm={isBusy ? t.signing : t.next}
        disabled={isBusy}
        onSubmit={choose}
        onClose={onClose}
      >
        {problem}
        <p>{t.startBody}</p>
        <TextField
          label={t.nodeLabel}
          name="name"
          required
          maxLength={MAX_NAME}
          autoComplete="off"
          defaultValue={t.nodeName}
        />
        {key.fields}
      </FormDialog>
      {key.dialogs}
    </>
  )
}

function saveWords({ root, successor }: Chosen): void {
  const url = URL.createObjectURL(
    new Blob([`${root.did}\n\n${t.successor}:\n${successor.words}\n`], { type: 'text/plain' }),
  )
  const link = document.createElement('a')
  link.href = url
  link.download = 'shoal-successor.txt'
  link.click()
  URL.revokeObjectURL(url)
}
