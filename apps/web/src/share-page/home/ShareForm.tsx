import { type DragEvent, type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { droppedFiles, pickedFiles } from '../../add/dropped.ts'
import type { DroppedFile } from '../../app/ui.ts'
import { Button } from '../../components/Button.tsx'
import { Icon } from '../../components/Icon.tsx'
import { formatBytes, formatPercent } from '../../format/format.ts'
import { texts } from '../../texts/share-page.ts'
import { Bar, Notice } from '../view/parts.tsx'
import view from '../view/view.module.css'
import { type Chosen, chosenOf, named } from './chosen.ts'
import styles from './home.module.css'
import { useSharing } from './use-sharing.ts'

const say = texts.share

/** Files to a link: chosen or dropped, named, hashed; then this page seeds them. */
export function ShareForm() {
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const sharing = useSharing()
  const take = (files: readonly DroppedFile[]) => setChosen(chosenOf(files))
  useDrop(take)
  if (sharing.running) return <Running share={sharing.running.share} onCancel={sharing.cancel} />
  return (
    <div className={styles.form}>
      {sharing.failure && <Notice>{sharing.failure}</Notice>}
      {chosen ? (
        <NameForm
          key={chosen.name}
          chosen={chosen}
          onShare={name => sharing.start(named(chosen, name))}
          onBack={() => setChosen(null)}
        />
      ) : (
        <Picker onTake={take} />
      )}
    </div>
  )
}

function Picker({ onTake }: { onTake(files: readonly DroppedFile[]): void }) {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const take = (input: HTMLInputElement) => onTake(pickedFiles(input.files))
  return (
    <div className={styles.drop}>
      <Icon name="upload" size={30} />
      <strong>{say.drop}</strong>
      <p className={view.soft}>{say.hint}</p>
      <div className={view.actions}>
        <Button variant="primary" size="large" icon="file" onClick={() => files.current?.click()}>
          {say.files}
        </Button>
        <Button size="large" icon="folder" onClick={() => folder.current?.click()}>
          {say.folder}
        </Button>
      </div>
      <input ref={files} type="file" multiple hidden onChange={({ target }) => take(target)} />
      <input
        ref={folder}
        type="file"
        hidden
        {...{ webkitdirectory: '' }}
        onChange={({ target }) => take(target)}
      />
    </div>
  )
}

function NameForm(props: { chosen: Chosen; onShare(name: string): void; onBack(): void }) {
  const { chosen, onShare, onBack } = props
  const id = useId()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget).get('name') ?? '').trim()
    onShare(name === '' ? chosen.name : name)
  }
  return (
    <form className={view.linkField} onSubmit={submit}>
      <label htmlFor={id}>{say.name}</label>
      <input id={id} name="name" className={view.input} defaultValue={chosen.name} autoComplete="off" />
      <p className={view.soft}>{say.chosen(chosen.files.length, formatBytes(chosen.totalBytes))}</p>
      <div className={view.actions}>
        <Button type="submit" variant="primary" size="large" icon="link">
          {say.make}
        </Button>
        <Button size="large" onClick={onBack}>
          {say.others}
        </Button>
      </div>
    </form>
  )
}

function Running({ share, onCancel }: { share: number; onCancel(): void }) {
  return (
    <div className={styles.form}>
      <p role="status">{say.hashing(formatPercent(share))}</p>
      <Bar value={share} label={say.hashingLabel} />
      <div className={view.actions}>
        <Button size="large" onClick={onCancel}>
          {texts.actions.cancel}
        </Button>
      </div>
    </div>
  )
}

/** Files may be dropped anywhere on the page. */
function useDrop(take: (files: readonly DroppedFile[]) => void): void {
  const latest = useRef(take)
  latest.current = take
  useEffect(() => {
    const over = (event: Event) => event.preventDefault()
    const drop = (event: Event) => {
      event.preventDefault()
      const { dataTransfer } = event as unknown as DragEvent
      void droppedFiles(dataTransfer).then(files => latest.current(files))
    }
    addEventListener('dragover', over)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragover', over)
      removeEventListener('drop', drop)
    }
  }, [])
}
