/**
 * Downloads sealed shares of others, shares them as they are, and opens them once they are
 * complete.
 */
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Job } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import type { Vault } from '@shoal/daemon/vault'
import { SEALED_NAME, type Seal, type ShareLink } from '@shoal/links'
import { OpenedShare, type Unlock } from '@shoal/sealed'
import { formatMagnet, infoHashText, type TorrentApi } from '@shoal/torrent'
import { SEALED_FOLDER } from '../../base/files/content-filter.ts'
import { SHOAL } from '../../base/program.ts'
import { torrentSource } from '../../base/sealing/torrent-source.ts'
import { unpack } from '../../base/sealing/unpack.ts'
import type { JobRecord } from '../kernel/job-store.ts'
import type { JobProgress, JobResult, Jobs } from '../kernel/jobs.ts'
import type { AddedTorrent, AddInput, ManagedTorrent, Torrents } from '../torrents/service.ts'
import type { KnownSeals } from './known-seals.ts'
import type { Sealed } from './service.ts'

/** Details of a job, stored for a restart; `secret` is encrypted. */
interface UnsealDetail {
  readonly torrent: string
  readonly directory: string
  readonly secret: string
}

/** Bytes are in hex. */
type Secret = { readonly key: string } | { readonly passphrase: string }

export interface UnsealerParts {
  readonly jobs: Jobs
  readonly torrents: Torrents
  readonly vault: Vault
  readonly seals: KnownSeals
}

/** Adds sealed shares, and opens them once they are complete. */
export class Unsealer implements Sealed {
  readonly #jobs: Jobs
  readonly #torrents: Torrents
  readonly #vault: Vault
  readonly #seals: KnownSeals

  constructor({ jobs, torrents, vault, seals }: UnsealerParts) {
    this.#jobs = jobs
    this.#torrents = torrents
    this.#vault = vault
    this.#seals = seals
  }

  async add(
    { magnet }: ShareLink,
    seal: Seal,
    { directory, passphrase, ...input }: AddInput & { directory: string; passphrase?: string | undefined },
  ): Promise<{ added: AddedTorrent; job: Job }> {
    const secret = requireSecret(seal, passphrase)
    const added = await this.addTorrent(magnet, { ...input, directory })
    const { id } = added.torrent
    // A link with a wrong key must not replace the key that opens the share.
    if (added.torrent.seal === null) await this.keep(added.torrent, seal, null)
    // Added again, perhaps with another passphrase: only one job opens it.
    for (const job of this.#jobs.list())
      if (job.kind === 'unseal' && job.torrent === id && job.endedMs === null) await this.#jobs.cancel(job.id)
    const detail: UnsealDetail = { torrent: id, directory, secret: await this.#vault.seal(secret) }
    return { added, job: this.#start(detail, secret) }
  }

  /**
   * Adds the torrent of a sealed share, in a separate folder below `directory`, or finds an
   * existing one.
   */
  addTorrent(
    magnet: ShareLink['magnet'],
    { directory, ...input }: AddInput & { directory: string },
  ): Promise<AddedTorrent> {
    const hash = infoHashText(magnet.infoHashes).slice(0, 16)
    // The name in a link can reveal the content, so it is not written to disk.
    return this.#torrents.add(formatMagnet({ ...magnet, name: SEALED_NAME }), {
      ...input,
      directory: join(directory, SEALED_FOLDER, hash),
    })
  }

  keep(torrent: ManagedTorrent, seal: Seal, original: string | null): Promise<void> {
    return this.#seals.keep(torrent, seal, original)
  }

  /** Its link is the one that opened it, even if another was given first. */
  async keepProven(id: string, seal: Seal): Promise<void> {
    const torrent = this.#torrents.registry.find(id)
    if (!torrent || (torrent.seal && isDeepStrictEqual(torrent.seal.seal, seal))) return
    // The content is open in any case.
    await this.keep(torrent, seal, torrent.seal?.original ?? null).catch(() => {})
  }

  /**
   * Restarts a job that was interrupted by the end of the last run. Rejects with `not-found` if the
   * torrent or its key no longer exists.
   */
  async resume({ id, detail: given }: JobRecord): Promise<void> {
    const detail = given as UnsealDetail
    this.#torrents.registry.get(detail.torrent)
    this.#start(detail, (await this.#vault.open(detail.secret)) as Secret, id)
  }

  #start(detail: UnsealDetail, secret: Secret, id?: string): Job {
    const { registry } = this.#torrents
    const { torrent, directory } = detail
    return this.#jobs.start({
      ...(id !== undefined && { id }),
      kind: 'unseal',
      name: registry.get(torrent).name,
      torrent,
      detail,
      run: async progress => {
        const unlock = toUnlock(secret)
        const result = await unseal(registry.get(torrent).api, unlock, directory, progress)
        await this.keepProven(
          torrent,
          'key' in unlock ? { by: 'key', key: unlock.key } : { by: 'passphrase' },
        )
        return result
      },
    })
  }
}

async function unseal(
  api: TorrentApi,
  unlock: Unlock,
  directory: string,
  { signal, report }: JobProgress,
): Promise<JobResult> {
  await api.whenMetadata({ signal })
  // A wrong passphrase fails as soon as the start of the torrent has arrived.
  const share = await OpenedShare.open(torrentSource(api), unlock, { signal })
  await whenComplete(api, signal)
  const { paths } = await unpack(share, directory, { signal, hidden: 'renamed', onProgress: report })
  return { path: paths.length === 1 ? paths[0]! : directory }
}

/** Resolves when the torrent is complete, regardless of pauses and failures before. */
async function whenComplete(api: TorrentApi, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const off = api.on('complete', () => resolve())
  const stop = () => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  if (api.isComplete && api.state !== 'checking') resolve()
  await promise.finally(() => {
    off()
    signal.removeEventListener('abort', stop)
  })
}

function requireSecret(seal: Seal, passphrase: string | undefined): Secret {
  if (seal.by === 'key') return { key: Buffer.from(seal.key).toString('hex') }
  if (seal.by === 'recipient')
    throw new Failure(
      'bad-request',
      `this share is sealed for a key that this node does not have: ${SHOAL} get opens it with your key file`,
      { field: 'source' },
    )
  if (passphrase !== undefined) return { passphrase }
  throw new Failure('bad-request', 'this share needs a passphrase: enter it too', {
    field: 'passphrase',
  })
}

function toUnlock(secret: Secret): Unlock {
  return 'key' in secret ? { key: new Uint8Array(Buffer.from(secret.key, 'hex')) } : secret
}
