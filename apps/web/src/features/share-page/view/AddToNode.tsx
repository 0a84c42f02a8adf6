import { type FormEvent, useId, useState } from 'react'
import { ownNode, rememberOwnNode } from '../../../shared/base/own-node.ts'
import { useCleared } from '../../../shared/base/use-cleared.ts'
import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { texts } from '../../../shared/messages/share-page.ts'
import { addAtHost, addUrl, likelyNode } from './node-address.ts'
import styles from './view.module.css'

interface Props {
  /** A magnet link or a share link. */
  readonly source: string
  readonly magnet: string
  /** Whether the node needs more than the link. */
  readonly asks: boolean
}

/**
 * Adds `source` to the user's own node: directly if it serves this page and the user is logged in
 * there, otherwise through its console, with `source` in the fragment. Or opens it with the program
 * that handles magnet links on this device.
 */
export function AddToNode({ source, magnet, asks }: Props) {
  const id = useId()
  const node = ownNode() ?? likelyNode(location)
  const [wrong, setWrong] = useState(false)
  useCleared(wrong, () => setWrong(false))
  const [added, setAdded] = useState(false)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const url = addUrl(String(new FormData(event.currentTarget).get('node') ?? ''), source)
    setWrong(url === null)
    if (url === null) return
    const { origin } = new URL(url)
    rememberOwnNode(origin)
    void (async () => {
      const isAdded = origin === location.origin && !asks && (await addAtHost(source))
      setAdded(isAdded)
      if (!isAdded) open(url, '_blank', 'noopener,noreferrer')
    })()
  }
  // Few visitors on phones have a node.
  if (node === null && matchMedia('(hover: none)').matches) return <a href={magnet}>{texts.node.magnet}</a>
  return (
    <Card title={texts.node.title}>
      <form className={`${layout.stack2} ${styles.linkField}`} onSubmit={submit}>
        <p className={layout.muted}>{texts.node.hint}</p>
        <label htmlFor={id}>{texts.node.address}</label>
        <div className={layout.wrap2}>
          <input
            id={id}
            name="node"
            className={styles.input}
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            defaultValue={node ?? ''}
            placeholder="http://127.0.0.1:8420"
            aria-invalid={wrong || undefined}
            aria-describedby={wrong ? `${id}-wrong` : undefined}
          />
          <Button type="submit" icon="plus">
            {texts.node.open}
          </Button>
        </div>
        <p role="status" className={`${layout.muted} ${styles.said}`}>
          {added && <a href="/">{texts.node.added}</a>}
        </p>
        <a href={magnet}>{texts.node.magnet}</a>
        {wrong && (
          <p id={`${id}-wrong`} role="alert" className={layout.bad}>
            {texts.node.wrong}
          </p>
        )}
      </form>
    </Card>
  )
}
