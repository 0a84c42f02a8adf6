import { type FormEvent, useId, useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { texts } from '../../texts/share-page.ts'
import { addressOfNode, addUrl, rememberNode } from './node-address.ts'
import { Section } from './parts.tsx'
import styles from './view.module.css'

/** Opens the console of the user's own node with `source`, a link of either kind, which follows `#` there too. */
export function AddToNode({ source }: { readonly source: string }) {
  const id = useId()
  const [wrong, setWrong] = useState(false)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const url = addUrl(String(new FormData(event.currentTarget).get('node') ?? ''), source)
    setWrong(url === null)
    if (url === null) return
    rememberNode(new URL(url).origin)
    open(url, '_blank', 'noopener,noreferrer')
  }
  return (
    <Section title={texts.node.title}>
      <form className={styles.linkField} onSubmit={submit}>
        <p className={styles.soft}>{texts.node.hint}</p>
        <label htmlFor={id}>{texts.node.address}</label>
        <div className={styles.row}>
          <input
            id={id}
            name="node"
            className={styles.input}
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            defaultValue={addressOfNode()}
            aria-invalid={wrong || undefined}
            aria-describedby={wrong ? `${id}-wrong` : undefined}
          />
          <Button type="submit" icon="plus">
            {texts.node.open}
          </Button>
        </div>
        {wrong && (
          <p id={`${id}-wrong`} role="alert" className={styles.wrong}>
            {texts.node.wrong}
          </p>
        )}
      </form>
    </Section>
  )
}
