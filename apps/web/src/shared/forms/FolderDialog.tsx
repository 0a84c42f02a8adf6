import type { FolderListing } from '@shoal/api'
import { useState } from 'react'
import { Button, IconButton } from '../controls/Button.tsx'
import { Dialog } from '../controls/Dialog.tsx'
import { Icon } from '../controls/Icon.tsx'
import { Loading, Problem } from '../controls/Loading.tsx'
import layout from '../controls/layout.module.css'
import { formatBytes } from '../format/format.ts'
import { controls } from '../messages/controls.ts'
import { texts } from '../messages/texts.ts'
import { useAsked } from '../node/context.tsx'
import styles from './folder.module.css'

const t = texts.add.folder

interface ChosenPath {
  readonly path: string
  readonly kind: 'folder' | 'file'
}

interface Props {
  readonly title?: string
  readonly confirm?: string
  readonly start?: string | undefined
  /** Whether files can be chosen, too. */
  readonly files?: boolean
  onChoose(chosen: ChosenPath): void
  onClose(): void
}

/** Browses the folders of the node's machine that the node may use. */
export function FolderDialog({ title, confirm = t.choose, start, files = false, onChoose, onClose }: Props) {
  const [path, setPath] = useState(start)
  const [file, setFile] = useState<string | null>(null)
  const asked = useAsked(api => api.listFolders(path ? { path } : {}), [path])
  const listing = asked.value
  const go = (to: string | undefined) => {
    setFile(null)
    setPath(to)
  }
  // While another folder is loading, the displayed one is not the one that was clicked.
  const chosen =
    file === null
      ? listing && !asked.loading
        ? ({ path: listing.path, kind: 'folder' } as const)
        : null
      : ({ path: file, kind: 'file' } as const)
  return (
    <Dialog
      open
      title={title ?? (files ? t.titleFile : t.title)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{controls.cancel}</Button>
          <Button variant="primary" disabled={!chosen} onClick={() => chosen && onChoose(chosen)}>
            {file === null ? confirm : t.chooseFile({ name: nameOf(file) })}
          </Button>
        </>
      }
    >
      {asked.error && <Problem error={asked.error} onRetry={() => go(undefined)} />}
      {!listing && !asked.error && <Loading />}
      {listing && <Listing {...{ listing, files, file }} onGo={go} onFile={setFile} />}
    </Dialog>
  )
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

interface ListingProps {
  readonly listing: FolderListing
  readonly files: boolean
  readonly file: string | null
  onGo(path: string): void
  onFile(path: string): void
}

function Listing({ listing, files, file, onGo, onFile }: ListingProps) {
  const { path, parent, entries, freeBytes } = listing
  const shown = entries.filter(({ kind }) => files || kind === 'folder')
  return (
    <>
      <div className={`${layout.row2} ${styles.where}`}>
        <IconButton
          icon="left"
          size="small"
          label={t.up}
          disabled={parent === null}
          onClick={() => parent !== null && onGo(parent)}
        />
        <span className={`${layout.clip} ${layout.grow} ${layout.bold} ${layout.verbatim}`} title={path}>
          {path}
        </span>
        <span className={layout.soft}>{t.free({ size: formatBytes(freeBytes) })}</span>
      </div>
      {shown.length === 0 && (
        <p className={`${layout.muted} ${layout.centered} ${styles.nothing}`}>{t.empty}</p>
      )}
      <ul className={styles.entries}>
        {shown.map(entry => (
          <li key={entry.path}>
            <button
              type="button"
              className={`${layout.row2} ${layout.whole} ${layout.hover} ${styles.entry}`}
              aria-pressed={entry.kind === 'file' ? entry.path === file : undefined}
              onClick={() => (entry.kind === 'folder' ? onGo(entry.path) : onFile(entry.path))}
            >
              <Icon name={entry.kind} size={17} />
              <span className={`${layout.grow} ${layout.clip}`}>{entry.name}</span>
              {entry.kind === 'file' ? (
                <span className="number">{formatBytes(entry.lengthBytes)}</span>
              ) : (
                <Icon name="right" size={14} />
              )}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
