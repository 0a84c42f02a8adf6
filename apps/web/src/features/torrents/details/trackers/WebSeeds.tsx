import type { TorrentDetail } from '@shoal/api'
import { type FormEvent, useState } from 'react'
import { Button, IconButton } from '../../../../shared/controls/Button.tsx'
import { TextField } from '../../../../shared/controls/Field.tsx'
import layout from '../../../../shared/controls/layout.module.css'
import { messageOf } from '../../../../shared/format/errors.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { useNode } from '../../../../shared/node/context.tsx'
import styles from './trackers.module.css'

const say = texts.torrent.trackers

/** Servers that have the same files (BEP 17, BEP 19). */
export function WebSeeds({
  detail,
  onSaved,
}: {
  readonly detail: TorrentDetail
  readonly onSaved: () => void
}) {
  const { api } = useNode()
  const [address, setAddress] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const save = (urls: readonly string[]) =>
    api.setWebSeeds({ id: detail.id, urls: [...urls] }).then(
      () => {
        setAddress('')
        onSaved()
      },
      error => setProblem(messageOf(error)),
    )
  const add = (event: FormEvent) => {
    event.preventDefault()
    void save([...new Set([...detail.webSeeds, address.trim()])])
  }
  return (
    <section className={`${layout.stack2} ${styles.seeds}`} aria-labelledby="web-seeds">
      <h2 id="web-seeds">{say.webSeeds}</h2>
      {detail.webSeeds.length === 0 ? (
        <p className={layout.soft}>{say.webSeedsNone}</p>
      ) : (
        <ul>
          {detail.webSeeds.map(url => (
            <li key={url} className={`${layout.row3} ${layout.spread} ${layout.small}`}>
              <span className={`${layout.break} ${layout.verbatim}`}>{url}</span>
              <IconButton
                icon="trash"
                size="small"
                label={say.webSeedRemove({ url })}
                onClick={() => void save(detail.webSeeds.filter(each => each !== url))}
              />
            </li>
          ))}
        </ul>
      )}
      <form className={`${layout.row2} ${styles.add}`} onSubmit={add}>
        <TextField
          label={say.webSeedAdd}
          type="url"
          placeholder={say.webSeedAddress}
          error={problem}
          value={address}
          onChange={event => {
            setAddress(event.target.value)
            setProblem(null)
          }}
        />
        <Button type="submit" icon="plus" disabled={address.trim() === ''}>
          {say.webSeedConfirm}
        </Button>
      </form>
    </section>
  )
}
