import { OpenedShare, type Unlock } from '@shoal/sealed'
import type { ShareFile } from '../files/share-file.ts'
import { torrentSource } from './torrent-source.ts'

/** The files inside a sealed share, whose one file is `sealed`. Rejects with a SealedError, whose message says what to do. */
export async function openSealed(sealed: ShareFile, unlock: Unlock): Promise<ShareFile[]> {
  const share = await OpenedShare.open(torrentSource(sealed), unlock)
  return share.entries
    .filter(({ folder }) => !folder)
    .map(({ path, lengthBytes }, index) => ({
      index,
      path,
      lengthBytes,
      haveBytes: null,
      read: range => streamOf(signal => parts(share, path, { ...range, signal })),
    }))
}

interface Part {
  readonly start: number
  readonly end: number
  readonly signal: AbortSignal
}

async function* parts(share: OpenedShare, path: readonly string[], { start, end, signal }: Part) {
  const file = await share.file(path, { signal })
  yield* file.stream({ start, end, signal })
}

function streamOf(begin: (signal: AbortSignal) => AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
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
