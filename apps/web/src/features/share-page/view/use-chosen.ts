import { useEffect, useState } from 'react'
import type { FileSnapshot, TorrentDetail, TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { useServices } from '../services.ts'

/** The selection of files. */
export interface Choice {
  has(index: number): boolean
  set(indices: readonly number[], wanted: boolean): void
  readonly bytes: number
  /** Bytes of the selection that are not downloaded yet. */
  readonly missingBytes: number
  readonly count: number
  /** Starts the download of the selection. */
  begin(): Promise<void>
}

/**
 * Returns the selection. Before the download starts, all files are selected and this page holds the
 * selection; from then on the engine does.
 */
export function useChosen(torrent: TorrentSnapshot, detail: TorrentDetail | null): Choice {
  const { peer } = useServices()
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set())
  const files = detail?.files ?? []
  const begun = torrent.wantedBytes > 0
  const isChosen = ({ index, priority }: FileSnapshot) => (begun ? priority > 0 : !left.has(index))
  const chosen = files.filter(isChosen)
  /**
   * Stores the selection in the history entry: a page that is reloaded before the engine has
   * recorded it finds it there, and requests it again.
   */
  const begin = async (wanted: number[]) => {
    history.replaceState(wanted, '')
    await peer.select(torrent.id, wanted)
    await peer.resume(torrent.id)
    history.replaceState(null, '')
  }
  const isOffered = files.length > 0 && !begun
  // biome-ignore lint/correctness/useExhaustiveDependencies: the download is requested once
  useEffect(() => {
    if (isOffered && history.state) void begin(history.state)
  }, [isOffered])
  return {
    has: index => files[index] !== undefined && isChosen(files[index]),
    set(indices, wanted) {
      if (begun) void peer.setPriorities(torrent.id, new Map(indices.map(index => [index, wanted ? 4 : 0])))
      else
        setLeft(new Set(wanted ? [...left].filter(each => !indices.includes(each)) : [...left, ...indices]))
    },
    ...countBytes(chosen),
    count: chosen.length,
    begin: () => begin(chosen.map(({ index }) => index)),
  }
}

export function countBytes(files: readonly FileSnapshot[]): Pick<Choice, 'bytes' | 'missingBytes'> {
  const bytes = files.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
  return { bytes, missingBytes: bytes - files.reduce((sum, { haveBytes }) => sum + haveBytes, 0) }
}
