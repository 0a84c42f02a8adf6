import type { NodeApi, Torrent } from '@shoal/api'
import { ConfirmDialog } from '../../../shared/controls/ConfirmDialog.tsx'
import { Icon } from '../../../shared/controls/Icon.tsx'
import { Loading } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { formatBytes } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { texts } from '../../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../../shared/node/context.tsx'
import styles from './actions.module.css'
import { type Deletion, listDeletions } from './deletions.ts'
import type { QuestionProps } from './torrent-actions.ts'

const t = texts.actions.removeDialog
/**
 * The maximum number of torrents and files that are listed by name; the others are only counted.
 */
const MOST_TORRENTS = 30
const MOST_FILES = 6

/** Lists what will be deleted, and where it is, before it is deleted. */
export function RemoveDialog({
  ids,
  actions,
  onClose,
  onRemoved,
}: QuestionProps & { onRemoved?: (() => void) | undefined }) {
  const { torrents } = useNode()
  const those = ids.flatMap(id => torrents.get(id) ?? [])
  const { value: lists } = useAsked(
    api =>
      Promise.all(those.slice(0, MOST_TORRENTS).map(torrent => describeFiles(api, torrent, those.length))),
    [ids],
  )
  const bytes = those.reduce((sum, { haveBytes }) => sum + haveBytes, 0)
  return (
    <ConfirmDialog
      title={t.title({ count: ids.length })}
      description={t.body({ size: formatBytes(bytes) })}
      confirm={t.confirm}
      icon="trash"
      onConfirm={() => void actions.remove(ids, { withData: true }).then(removed => removed && onRemoved?.())}
      onClose={onClose}
    >
      {lists ? <Deletions lists={lists} torrents={those.length} /> : <Loading />}
    </ConfirmDialog>
  )
}

interface Files {
  readonly id: string
  readonly deletions: readonly Deletion[]
  /** Names of some files, if there is only one torrent. */
  readonly names: readonly string[]
  readonly total: number
}

/** Describes the files of torrents. A torrent whose files are not known has none on the disk. */
async function describeFiles(api: NodeApi, torrent: Torrent, torrents: number): Promise<Files> {
  const { id, directory } = torrent
  const { items, total } = await api
    .listFiles({ id, limit: MOST_FILES })
    .catch(() => ({ items: [], total: 0 }))
  const paths = items.map(({ path }) => path)
  const names = torrents === 1 && total > 1 ? paths.map(path => path.slice(path.indexOf('/') + 1)) : []
  return { id, deletions: listDeletions(directory, paths, total), names, total }
}

function Deletions({ lists, torrents }: { lists: readonly Files[]; torrents: number }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section className={`${layout.box} ${styles.deletions}`} tabIndex={0} aria-label={t.list}>
      <ul className={layout.stack2}>
        {lists.flatMap(({ id, deletions }) =>
          deletions.map(({ kind, path, files }) => (
            <li key={`${id} ${path}`} className={`${layout.row2} ${layout.start}`}>
              <Icon name={kind} size={16} />
              <span className={`${layout.grow} ${layout.break} ${layout.bold}`}>{shownName(path)}</span>
              {kind === 'folder' && (
                <span className={`${layout.fixed} ${layout.muted} ${layout.tabular}`}>
                  {texts.app.files({ count: files })}
                </span>
              )}
            </li>
          )),
        )}
        {lists.map(({ id, names, total }) =>
          names.length === 0 ? null : (
            <li key={`${id} files`} className={`${layout.break} ${layout.muted} ${styles.names}`}>
              {names.map(shownName).join(', ')}
              {total > names.length && ` ${t.more({ count: total - names.length })}`}
            </li>
          ),
        )}
        {torrents > lists.length && <li>{t.moreTorrents({ count: torrents - lists.length })}</li>}
      </ul>
    </section>
  )
}
