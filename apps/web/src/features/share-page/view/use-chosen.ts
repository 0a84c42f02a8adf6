import { useEffect, useState } from 'react'
import type { FileSnapshot, TorrentDetail, TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { useServices } from '../services.ts'

/** Which files are wanted. */
export interface Choice {
  has(index: number): boolean
  set(indices: readonly number[], wanted: boolean): void
  readonly bytes: number
  /** Bytes of it that are to be downloaded. */
  readonly missingBytes: number
  readonly count: number
  /** Asks for what is chosen. */
  begin(): Promise<void>
}

/** Before the download begins all files are chosen, and a choice is this page's own; from then on it is the engine's. */
export function useChosen(torrent: TorrentSnapshot, detail: TorrentDetail | null): Choice {
  const { peer } = useServices()
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set())
  const files = detail?.files ?? []
  const begun = torrent.wantedBytes > 0
  const isChosen = ({ index, priority }: FileSnapshot) => (begun ? priority > 0 : !left.has(index))
  const chosen = files.filter(isChosen)
  /** A page that is reloaded before the engine has recorded the selection finds it in the state of its history entry, and asks again. */
  const begin = async (wanted: number[]) => {
    history.replaceState(wanted, '')
    await peer.select(torrent.id, wanted)
    await peer.resume(torrent.id)
    history.replaceState(null, '')
  }
  const isOffered = files.length > 0 && !begun
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked for once
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
