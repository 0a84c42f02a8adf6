import type { Publisher, SearchRow } from '@shoal/api'
import { memo, useId, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useWork } from '../../shared/base/use-work.ts'
import { Button } from '../../shared/controls/Button.tsx'
import { CopyIcon } from '../../shared/controls/CopyIcon.tsx'
import { Icon } from '../../shared/controls/Icon.tsx'
import layout from '../../shared/controls/layout.module.css'
import { notify, notifyError } from '../../shared/controls/toasts.ts'
import { formatBytes, formatDate, formatPercent } from '../../shared/format/format.ts'
import { shownName } from '../../shared/format/shown-name.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useNode, useTorrent } from '../../shared/node/context.tsx'
import { findWords } from './find-words.ts'
import { hrefOf, iconFor, Marked } from './Marked.tsx'
import styles from './Search.module.css'

const t = texts.pages.search

interface Props {
  readonly row: SearchRow
  readonly words: readonly string[]
  /** Blocks the publisher. The function is the same for each rendering. */
  onBlock(row: SearchRow): void
}

/** A torrent in the results: from the network, from the node's own list, or from both. */
export const ResultRow = memo(({ row, words, onBlock }: Props) => {
  const details = useId()
  const [isOpen, setOpen] = useState(false)
  const [added, setAdded] = useState<string | null>(null)
  const torrent = useTorrent(row.torrent ?? added ?? '')
  const title = shownName(row.title)
  const [largest] = row.files.toSorted((a, b) => b.lengthBytes - a.lengthBytes)
  const marked = <Marked text={title} matches={findWords(title, words)} />
  return (
    <li className={`${layout.hover} ${styles.result}`} data-result={row.id}>
      <span className={`${layout.fixed} ${layout.dim} ${styles.icon}`}>
        <Icon name={iconFor(row.hits[0]?.path ?? largest?.path ?? null)} />
      </span>
      <div className={`${layout.shrink} ${styles.words}`}>
        <h2 className={`${layout.break} ${styles.name}`}>
          {torrent && row.publisher === null ? (
            <Link href={`/torrents/${torrent.id}`} data-title>
              {marked}
            </Link>
          ) : (
            <button
              type="button"
              data-title
              aria-expanded={isOpen}
              aria-controls={details}
              onClick={() => setOpen(!isOpen)}
            >
              {marked}
            </button>
          )}
        </h2>
        <p className={`${layout.soft} ${layout.break}`}>{factsOf(row).join(' · ')}</p>
        {row.publisher && (
          <p className={`${layout.soft} ${styles.publisher}`} data-trust={trustOf(row.publisher)}>
            {publisherText(row.publisher)}
            {row.alsoPublishedBy > 0 && ` · ${t.alsoBy({ count: row.alsoPublishedBy })}`}
          </p>
        )}
        {!row.confirmed && <p className={`${layout.small} ${layout.warn}`}>{t.unconfirmed}</p>}
        {row.hits.length > 0 && <Hits row={row} />}
      </div>
      <div className={styles.actions}>
        {torrent ? (
          <Link href={`/torrents/${torrent.id}`} className={`${layout.small} ${layout.bold} ${styles.own}`}>
            {torrent.progress < 1 ? t.ownAt({ percent: formatPercent(torrent.progress) }) : t.own}
          </Link>
        ) : (
          <Download row={row} onAdded={setAdded} />
        )}
        <Seeds row={row} />
      </div>
      {isOpen && <Details id={details} row={row} onBlock={() => onBlock(row)} />}
    </li>
  )
})

function factsOf({ totalBytes, fileCount, publishedMs, license, language, tags }: SearchRow): string[] {
  return [
    totalBytes === null ? null : formatBytes(totalBytes),
    fileCount === null || fileCount === 1 ? null : texts.app.files({ count: fileCount }),
    publishedMs === null ? null : formatDate(publishedMs, 'date'),
    language,
    license,
    ...tags,
  ].filter(fact => fact !== null)
}

function trustOf({ own, contact, trust }: Publisher): keyof typeof t.trust {
  if (own) return 'own'
  if (contact) return 'contact'
  return trust > 0 ? 'known' : trust < 0 ? 'bad' : 'unknown'
}

/** The last characters of a DID, where keys differ. */
const DID_DIGITS = 8

function publisherText(publisher: Publisher): string {
  const key = `…${publisher.did.slice(-DID_DIGITS)}`
  const trust = trustOf(publisher)
  return trust === 'contact' ? t.trust.contact({ name: publisher.name ?? key }) : t.trust[trust]({ key })
}

/**
 * Matches in the node's own list: a document with the passage, a file, or nothing if the name of
 * the torrent matches.
 */
function Hits({ row: { hits, title } }: { readonly row: SearchRow }) {
  const files = hits.filter(
    ({ file, path, snippet }) => file !== null && (snippet !== null || path !== title),
  )
  if (files.length === 0) return null
  return (
    <ul className={layout.stack1}>
      {files.map(hit => {
        const path = shownName(hit.path ?? '')
        return (
          <li key={hit.file} className={`${layout.soft} ${layout.break}`}>
            <Link href={hrefOf(hit)}>
              {hit.snippet === null ? <Marked text={path} matches={hit.matches} /> : path}
            </Link>
            {hit.snippet !== null && (
              <div>
                <Marked text={hit.snippet} matches={hit.matches} />
              </div>
            )}
          </li>
        )
      })}
    </ul>
  )
}

function Seeds({ row: { publisher, seeds, counting } }: Pick<Props, 'row'>) {
  if (!publisher) return null
  const known = seeds === null ? (counting ? t.seedsAsked : '') : t.seeds({ count: seeds })
  return (
    <span className={`${layout.soft} ${layout.nowrap} ${styles.seeds}`} data-none={seeds === 0 || undefined}>
      {seeds === 0 ? t.noSeeds : known}
    </span>
  )
}

function Download({ row, onAdded }: { readonly row: SearchRow; onAdded(id: string): void }) {
  const { api } = useNode()
  const [, navigate] = useLocation()
  const { isBusy, run } = useWork()
  const name = shownName(row.title)
  const add = () =>
    run(async () => {
      try {
        const { torrent } = await api.addTorrent({ source: row.link })
        if (!torrent) return
        onAdded(torrent.id)
        const show = () => navigate(`/torrents/${torrent.id}`)
        notify(texts.add.added({ name }), {
          type: 'good',
          action: { text: texts.add.show, onSelect: show },
        })
      } catch (error) {
        notifyError(error)
      }
    })
  return (
    <Button
      size="small"
      icon="download"
      disabled={isBusy}
      onClick={add}
      aria-label={t.downloadNamed({ name })}
    >
      {t.download}
    </Button>
  )
}

/** Everything that is known about a row. */
function Details({ id, row, onBlock }: { readonly id: string; readonly row: SearchRow; onBlock(): void }) {
  const { files, fileCount, publisher, id: cid } = row
  const others = (fileCount ?? 0) - files.length
  return (
    <div id={id} className={`${layout.stack3} ${styles.details}`}>
      {files.length > 0 && (
        <ul className={layout.stack1}>
          {files.map(({ path, lengthBytes }) => (
            <li key={path} className={`${layout.row2} ${layout.spread} ${layout.small}`}>
              <span className={layout.break}>{shownName(path)}</span>
              <span className={`${layout.soft} number`}>{formatBytes(lengthBytes)}</span>
            </li>
          ))}
          {others > 0 && <li className={layout.soft}>{t.moreFiles({ count: others })}</li>}
        </ul>
      )}
      <dl className={`${layout.facts} ${layout.small}`}>
        {publisher && (
          <div>
            <dt>{t.publisher}</dt>
            <dd>
              <span className={layout.row1}>
                <span className={`${layout.mono} ${layout.break}`}>{publisher.did}</span>
                <CopyIcon text={publisher.did} what={t.publisher} />
              </span>
              {t.trustWhy[trustOf(publisher)]}
              {!publisher.own && (
                <div>
                  <Button size="small" onClick={onBlock}>
                    {t.block}
                  </Button>
                </div>
              )}
            </dd>
          </div>
        )}
        <div>
          <dt>{texts.torrent.facts.contentId}</dt>
          <dd className={layout.row1}>
            <span className={`${layout.mono} ${layout.break}`}>{cid}</span>
            <CopyIcon text={cid} what={texts.torrent.facts.contentId} />
          </dd>
        </div>
      </dl>
    </div>
  )
}
