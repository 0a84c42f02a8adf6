import type { Seal } from '@shoal/links'
import type { Unlock } from '@shoal/sealed'
import { type FormEvent, lazy, Suspense, useEffect, useId, useState } from 'react'
import { useCleared } from '../../../shared/base/use-cleared.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card, Notice } from '../../../shared/controls/Panels.tsx'
import { errorMessage } from '../../../shared/format/error-message.ts'
import { loadReasons } from '../../../shared/messages/on-failure.ts'
import { texts as say } from '../../../shared/messages/sealing.ts'
import type { NamedFiles, ShareFile } from '../share-file.ts'
import styles from '../view/view.module.css'

const OwnKey = lazy(() => import('./OwnKey.tsx'))

interface Props {
  readonly seal: Seal
  /** The sealed file of the torrent; null before it is known. */
  readonly sealed: ShareFile | null
  readonly isOpen: boolean
  onOpen(inside: NamedFiles): void
}

/**
 * Opens a sealed share: with the key in the link at once, or with the passphrase or key that the
 * user enters.
 */
export default function Sealed({ seal, sealed, isOpen, onOpen }: Props) {
  const [isOpening, setOpening] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  useCleared(failure !== null, () => setFailure(null))
  const isThere = sealed !== null
  const open = async (unlock: Unlock) => {
    setFailure(null)
    setOpening(true)
    try {
      const { openSealed } = await import('./opened-files.ts')
      onOpen(await openSealed(sealed!, unlock))
    } catch (error) {
      await loadReasons()
      setFailure(errorMessage(error))
    }
    setOpening(false)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once, when the sealed file is known
  useEffect(() => {
    if (isThere && seal.by === 'key') void open({ key: seal.key })
  }, [isThere])
  return (
    <Card title={say.title}>
      <p className={layout.muted}>{isOpen ? say.done : say[seal.by]}</p>
      {failure && <Notice>{failure}</Notice>}
      {isOpening && <p role="status">{say.opening}</p>}
      {!isThere && <p className={layout.muted}>{say.looking}</p>}
      {seal.by === 'passphrase' && isThere && !isOpen && (
        <Passphrase disabled={isOpening} onGive={passphrase => void open({ passphrase })} />
      )}
      {seal.by === 'recipient' && isThere && !isOpen && (
        <Suspense>
          <OwnKey disabled={isOpening} onGive={identities => void open({ identities })} />
        </Suspense>
      )}
    </Card>
  )
}

function Passphrase({ disabled, onGive }: { disabled: boolean; onGive(passphrase: string): void }) {
  const id = useId()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    onGive(String(new FormData(event.currentTarget).get('passphrase') ?? ''))
  }
  return (
    <form className={`${layout.stack2} ${styles.linkField}`} onSubmit={submit}>
      <label htmlFor={id}>{say.field}</label>
      <div className={layout.wrap2}>
        <input
          id={id}
          name="passphrase"
          type="password"
          className={styles.input}
          autoComplete="off"
          required
        />
        <Button type="submit" variant="primary" disabled={disabled}>
          {say.open}
        </Button>
      </div>
    </form>
  )
}
