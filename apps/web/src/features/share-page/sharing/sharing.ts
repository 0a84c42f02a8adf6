import type { SealTo } from '@shoal/sealed'
import { errorMessage } from '../../../shared/format/error-message.ts'
import { loaded } from '../../../shared/sealing/loaded.ts'
import type { Chosen } from '../chosen.ts'
import { parseFragment, shareLink } from '../links.ts'
import type { Services, SharingState } from '../services.ts'

type Running = Extract<SharingState, { state: 'running' }>
type Step = Running['step']
type Needed = Pick<Services, 'peer' | 'store' | 'made' | 'config' | 'page' | 'sharing'>

/**
 * Creates a torrent from the files, sealed to `to` if given, and opens its link, where the page
 * shows that it seeds. If the user opens another view meanwhile, it continues there and does not
 * open the link. Does nothing while another call runs.
 */
export async function startSharing(services: Needed, chosen: Chosen, to: SealTo | null): Promise<void> {
  const { sharing, page } = services
  if (sharing.get()?.state === 'running') return
  const abort = new AbortController()
  const { signal } = abort
  const cancel = () => abort.abort()
  const onProgress = (step: Step, share: number) => sharing.set({ state: 'running', step, share, cancel })
  onProgress(to ? 'sealing' : 'hashing', 0)
  try {
    const { hash } = new URL(await share(services, chosen, to, { onProgress, signal }), page)
    const isHere = parseFragment(location.hash, page).kind === 'home'
    sharing.set(isHere ? null : { state: 'ready', name: chosen.name, hash })
    if (isHere) location.hash = hash
  } catch (error) {
    sharing.set(signal.aborted ? null : { state: 'failed', words: errorMessage(error) })
  }
}

interface Context {
  onProgress(step: Step, share: number): void
  readonly signal: AbortSignal
}

/** Creates the share. Resolves to its link. */
async function share(services: Needed, chosen: Chosen, to: SealTo | null, context: Context): Promise<string> {
  const { peer, store, made, config } = services
  const { trackers } = config
  const { torrent, seal } = to
    ? await sealed(peer, chosen, to, { ...context, trackers })
    : { torrent: await asItIs(peer, chosen, trackers, context), seal: undefined }
  store.put(torrent)
  made.add(torrent.id)
  return shareLink(torrent, services, seal)
}

async function sealed(
  peer: Services['peer'],
  chosen: Chosen,
  to: SealTo,
  context: Context & { readonly trackers: readonly string[] },
) {
  const [{ shareSealed }] = await loaded(import('../sealing/share-sealed.ts'))
  return shareSealed(peer, chosen, to, context)
}

function asItIs(
  peer: Services['peer'],
  { name, files, totalBytes }: Chosen,
  trackers: readonly string[],
  { onProgress, signal }: Context,
) {
  const options = { name, trackers: trackers.map(url => [url]) }
  const report = ({ doneBytes }: { doneBytes: number }) => onProgress('hashing', doneBytes / totalBytes)
  return peer.share(files, options, report, signal)
}
