import { Tabs } from '@base-ui/react/tabs'
import type { Torrent, TorrentDetail } from '@shoal/api'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useSearchParams } from 'wouter'
import { EmptyState, Loading, Problem } from '../../../shared/controls/Parts.tsx'
import { canShow, kindOf } from '../../../shared/media/kinds.ts'
import { texts } from '../../../shared/messages/texts.ts'
import { type Asked, useCell, useNode, useTorrent } from '../../../shared/node/context.tsx'
import type { FileTree } from './files/file-tree.ts'
import { useFileTree } from './files/useFileTree.ts'
import { Head } from './head/Head.tsx'
import { mainMedia, shownFiles } from './shown-files.ts'
import styles from './torrent.module.css'
import { useDetail } from './useLive.ts'

const OverviewTab = lazy(() => import('./overview/OverviewTab.tsx'))
const FilesTab = lazy(() => import('./files/FilesTab.tsx'))
const PeersTab = lazy(() => import('./peers/PeersTab.tsx'))
const TrackersTab = lazy(() => import('./trackers/TrackersTab.tsx'))
const GraphTab = lazy(() => import('./graph/GraphTab.tsx'))
const LogTab = lazy(() => import('./log/LogTab.tsx'))
const OptionsTab = lazy(() => import('./options/OptionsTab.tsx'))
const MediaDialog = lazy(() => import('../../../shared/media/MediaDialog.tsx'))

const say = texts.torrent
const TABS = ['overview', 'files', 'peers', 'trackers', 'graph', 'log', 'options'] as const
type Tab = (typeof TABS)[number]
const FEW_FILES = 500

/** One torrent: `?tab=files` chooses a tab, `?open=3` shows a file, `?file=3` shows it too, or where it is when there is nothing to see. */
export function TorrentPage({ id }: { readonly id: string }) {
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

function Page({ torrent, detail }: { readonly torrent: Torrent; readonly detail: Asked<TorrentDetail> }) {
  const [query, setQuery] = useSearchParams()
  const tab = TABS.find(each => each === query.get('tab')) ?? 'overview'
  const open = query.has('open') ? Number(query.get('open')) : null
  const files = useFileTree(
    torrent,
    // Few files are asked for anyway: the head offers to play the largest.
    tab === 'files' || open !== null || (torrent.fileCount ?? 0) <= FEW_FILES,
  )
  const marked = useLinkedFile(files.tree)
  const main = useMemo(() => mainMedia(files.tree), [files.tree])
  const choose = (next: Tab) => setQuery(next === 'overview' ? {} : { tab: next }, { replace: true })
  const show = (index: number | null) =>
    setQuery(before => {
      if (index === null) before.delete('open')
      else before.set('open', String(index))
      return before
    })
  return (
    <div className={styles.page}>
      <Head torrent={torrent} onPlay={main === null ? null : () => show(main)} />
      <Tabs.Root className={styles.tabs} value={tab} onValueChange={value => choose(value as Tab)}>
        <Tabs.List className={styles.list} aria-label={say.tabs.label}>
          {TABS.map(each => (
            <Tabs.Tab key={each} value={each} className={styles.tab}>
              {say.tabs[each]}
              <Count tab={each} torrent={torrent} />
            </Tabs.Tab>
          ))}
          <Tabs.Indicator className={styles.indicator} />
        </Tabs.List>
        <Tabs.Panel value={tab} className={styles.panel}>
          <Suspense fallback={<Loading />}>
            <Content
              tab={tab}
              torrent={torrent}
              detail={detail}
              files={files}
              marked={marked}
              onOpen={show}
            />
          </Suspense>
        </Tabs.Panel>
      </Tabs.Root>
      {open !== null && files.tree && <Shown id={torrent.id} files={files} index={open} onOpen={show} />}
    </div>
  )
}

/** The file that the address links to, marked in the tree from then on. One that can be shown is opened once. */
function useLinkedFile(tree: FileTree | undefined): number | null {
  const [query, setQuery] = useSearchParams()
  const linked = query.has('file') ? Number(query.get('file')) : null
  const [marked, setMarked] = useState(linked)
  if (linked !== null && linked !== marked) setMarked(linked)
  const node = linked === null ? undefined : tree?.fileAt(linked)
  const opens = node !== undefined && canShow(kindOf(node.file!))
  // biome-ignore lint/correctness/useExhaustiveDependencies: `setQuery` is another each time
  useEffect(() => {
    if (opens) setQuery({ tab: 'files', open: String(linked) }, { replace: true })
  }, [opens, linked])
  return marked
}

function Count({ tab, torrent }: { readonly tab: Tab; readonly torrent: Torrent }) {
  const count = tab === 'files' ? torrent.fileCount : tab === 'peers' ? torrent.peers : null
  return count ? <span className={styles.count}>{count}</span> : null
}

interface ContentProps {
  readonly tab: Tab
  readonly torrent: Torrent
  readonly detail: Asked<TorrentDetail>
  readonly files: ReturnType<typeof useFileTree>
  readonly marked: number | null
  onOpen(index: number): void
}

function Content({ tab, torrent, detail, files, marked, onOpen }: ContentProps) {
  if (tab === 'files') return <FilesTab torrent={torrent} files={files} marked={marked} onOpen={onOpen} />
  if (tab === 'peers') return <PeersTab torrent={torrent} />
  if (tab === 'trackers') return <TrackersTab torrent={torrent} detail={detail} />
  if (tab === 'graph') return <GraphTab id={torrent.id} />
  if (tab === 'log') return <LogTab id={torrent.id} />
  if (!detail.value)
    return detail.error ? <Problem error={detail.error} onRetry={detail.reload} /> : <Loading />
  return tab === 'options' ? (
    <OptionsTab detail={detail.value} onSaved={detail.set} />
  ) : (
    <OverviewTab detail={detail.value} />
  )
}

function Shown(props: {
  id: string
  files: ContentProps['files']
  index: number
  onOpen: (index: number | null) => void
}) {
  const { link } = useNode()
  const { tree, version } = props.files
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tree changes in place; its version tells
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
