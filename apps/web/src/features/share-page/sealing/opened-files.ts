import { OpenedShare, type Unlock } from '@shoal/sealed'
import type { NamedFiles, ShareFile } from '../share-file.ts'
import { torrentSource } from './torrent-source.ts'

/**
 * Opens a sealed share, whose single file is `sealed`, and returns the files inside. Rejects with a
 * SealedError, whose message says what to do.
 */
export async function openSealed(sealed: ShareFile, unlock: Unlock): Promise<NamedFiles> {
  const share = await OpenedShare.open(torrentSource(sealed), unlock)
  const entries = share.entries.filter(({ folder }) => !folder)
  const first = entries[0]?.path ?? []
  const name = entries.every(({ path }) => path[0] === first[0]) ? (first[0] ?? null) : null
  const isFolder = name !== null && entries.every(({ path }) => path.length > 1)
  const files = entries.map(({ path, lengthBytes }, index) => ({
    index,
    path: isFolder ? path.slice(1) : path,
    lengthBytes,
    haveBytes: null,
    read: (range: Range) => createStream(signal => parts(share, path, { ...range, signal })),
  }))
  return { name, files }
}

interface Range {
  readonly start: number
  readonly end: number
}

interface Part extends Range {
  readonly signal: AbortSignal
}

async function* parts(share: OpenedShare, path: readonly string[], { start, end, signal }: Part) {
  const file = await share.file(path, { signal })
  yield* file.stream({ start, end, signal })
}

function createStream(
  begin: (signal: AbortSignal) => AsyncGenerator<Uint8Array>,
): ReadableStream<Uint8Array> {
  const abort = new AbortController()
  const bytes = begin(abort.signal)
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await bytes.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        abort.abort()
        await bytes.return(undefined).catch(() => {})
      },
    },
    { highWaterMark: 0 },
  )
}
