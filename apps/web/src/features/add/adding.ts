import type { AddTorrent, NodeApi } from '@shoal/api'
import { notify, notifyError } from '../../shared/controls/toasts.ts'
import { texts } from '../../shared/messages/texts.ts'

/** A link, or the content of a .torrent in base64. */
export type Source = { readonly source: string } | { readonly torrent: string }

const t = texts.add
/** The limit of the contract; larger files are not a .torrent. */
const MOST_BYTES = 30_000_000

export async function readTorrent(file: File): Promise<Source> {
  if (file.size > MOST_BYTES) return { torrent: '' }
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
  return { torrent: url.slice(url.indexOf(',') + 1) }
}

/** Adds all and reports the results. Returns whether at least one was added or existed already. */
export async function addAll(
  api: NodeApi,
  sources: readonly AddTorrent[],
  show: (id: string) => void,
): Promise<boolean> {
  const results = await Promise.allSettled(sources.map(source => api.addTorrent(source)))
  const done = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.flatMap(result => (result.status === 'rejected' ? [result.reason as unknown] : []))
  if (failed.length > 0)
    notifyError(failed[0], sources.length === 1 ? undefined : t.failedSome({ count: failed.length }))
  if (done.length > 1) notify(t.addedMany({ count: done.length }), { type: 'good' })
  const [only] = done
  if (only && done.length === 1) describeOutcome(only, show)
  return done.length > 0
}

function describeOutcome(
  { added, torrent, job }: Awaited<ReturnType<NodeApi['addTorrent']>>,
  show: (id: string) => void,
): void {
  if (!torrent) return void notify(t.addedJob({ name: job?.name ?? '' }), { type: 'good' })
  notify(added ? t.added({ name: torrent.name }) : t.wasThere({ name: torrent.name }), {
    type: added ? 'good' : 'plain',
    action: { text: t.show, onSelect: () => show(torrent.id) },
  })
}
