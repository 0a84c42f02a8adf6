import { Tabs } from '@base-ui/react/tabs'
import type { Torrent, TorrentDetail } from '@shoal/api'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useParams, useSearchParams } from 'wouter'
import { EmptyState } from '../../../shared/controls/EmptyState.tsx'
import { Loading } from '../../../shared/controls/Loading.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Notice } from '../../../shared/controls/Panels.tsx'
import { useFeatures } from '../../../shared/feature.ts'
import { listOf } from '../../../shared/format/format.ts'
import { shownName } from '../../../shared/format/shown-name.ts'
import { canShow, kindOf } from '../../../shared/media/kinds.ts'
import { texts } from '../../../shared/messages/texts.ts'
import { type Asked, useCell, useNode, useTorrent } from '../../../shared/node/context.tsx'
import type { FileTree } from './file-tree.ts'
import { Head } from './head/Head.tsx'
import { mainMedia, shownFiles } from './shown-files.ts'
import styles from './torrent.module.css'
import { TorrentPageContext } from './torrent-page.ts'
import { type Files, useFileTree } from './useFileTree.ts'
import { useDetail } from './useLive.ts'

const MediaDialog = lazy(() => import('../../../shared/media/MediaDialog.tsx'))

const say = texts.torrent
const FEW_FILES = 500

/**
 * The page of a torrent. `?tab=files` chooses a tab, `?open=3` shows a file, and `?file=3` shows it
 * too, or its place in the tree if it cannot be shown.
 */
export function TorrentPage() {
  const { id } = useParams<{ id: string }>()
  const { loaded } = useNode()
  const isLoaded = useCell(loaded)
  const torrent = useTorrent(id)
  const detail = useDetail(id)
  if (torrent) return <Page key={id} torrent={torrent} detail={detail} />
  if (!isLoaded || detail.loading) return <Loading />
  return (
    <EmptyState icon="transfers" title={say.gone.title}>
      {say.gone.body}
    </EmptyState>
  )
}

function ChangedFiles({ paths }: { readonly paths: readonly string[] }) {
  if (paths.length === 0) return null
  return (
    <Notice tone="warn">
      {say.changedFiles({ count: paths.length, names: listOf(...paths.map(shownName)) })}
    </Notice>
  )
}

function Page({ torrent, detail }: { readonly torrent: Torrent; readonly detail: Asked<TorrentDetail> }) {
  const [query, setQuery] = useSearchParams()
  const tabs = useFeatures().flatMap(({ torrentTabs = [] }) => torrentTabs)
  const { name: tab, component: Content } = tabs.find(({ name }) => name === query.get('tab')) ?? tabs[0]!
  const open = query.has('open') ? Number(query.get('open')) : null
  const files = useFileTree(
    torrent,
    // A list of few files is requested in any case: the header offers to play the largest.
    tab === 'files' || open !== null || (torrent.fileCount ?? 0) <= FEW_FILES,
  )
  const marked = useLinkedFile(files.tree)
  const main = useMemo(() => mainMedia(files.tree), [files.tree])
  const choose = (next: string) => setQuery(next === tabs[0]!.name ? {} : { tab: next }, { replace: true })
  const show = (index: number | null) =>
    setQuery(before => {
      if (index === null) before.delete('open')
      else before.set('open', String(index))
      return before
    })
  return (
    <div className={styles.page}>
      <Head torrent={torrent} onPlay={main === null ? null : () => show(main)} />
      <ChangedFiles paths={detail.value?.changedFiles ?? []} />
      <Tabs.Root className={`${layout.stack4} ${layout.shrink}`} value={tab} onValueChange={choose}>
        <Tabs.List className={`${layout.ruled} ${styles.list}`} aria-label={say.tabs.label}>
          {tabs.map(({ name, label, count }) => (
            <Tabs.Tab key={name} value={name} className={`${layout.inline} ${styles.tab}`}>
              {label}
              <Count count={count?.(torrent)} />
            </Tabs.Tab>
          ))}
          <Tabs.Indicator className={styles.indicator} />
        </Tabs.List>
        <Tabs.Panel value={tab} className={`${layout.shrink} ${styles.panel}`}>
          <Suspense fallback={<Loading />}>
            <TorrentPageContext value={{ detail, files, marked, open: show }}>
              <Content torrent={torrent} />
            </TorrentPageContext>
          </Suspense>
        </Tabs.Panel>
      </Tabs.Root>
      {open !== null && files.tree && <Shown id={torrent.id} files={files} index={open} onOpen={show} />}
    </div>
  )
}

/**
 * Returns the file that the address links to, which stays marked in the tree. If the file can be
 * shown, it is opened once.
 */
function useLinkedFile(tree: FileTree | undefined): number | null {
  const [query, setQuery] = useSearchParams()
  const linked = query.has('file') ? Number(query.get('file')) : null
  const [marked, setMarked] = useState(linked)
  if (linked !== null && linked !== marked) setMarked(linked)
  const node = linked === null ? undefined : tree?.fileAt(linked)
  const opens = node !== undefined && canShow(kindOf(node.file!))
  // biome-ignore lint/correctness/useExhaustiveDependencies: `setQuery` is a new function each time
  useEffect(() => {
    if (opens) setQuery({ tab: 'files', open: String(linked) }, { replace: true })
  }, [opens, linked])
  return marked
}

function Count({ count }: { readonly count: number | null | undefined }) {
  return count ? <span className={styles.count}>{count}</span> : null
}

function Shown(props: { id: string; files: Files; index: number; onOpen: (index: number | null) => void }) {
  const { link } = useNode()
  const { tree, version } = props.files
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tree changes in place; its version shows changes
  const files = useMemo(() => (tree ? shownFiles(tree, href => link.urlOf(href)) : []), [tree, version, link])
  return (
    <Suspense fallback={null}>
      <MediaDialog
        files={files}
        index={props.index}
        playlistUrl={link.urlOf(`/api/torrents/${props.id}/playlist.m3u`)}
        onOpen={props.onOpen}
        onClose={() => props.onOpen(null)}
      />
    </Suspense>
  )
}
