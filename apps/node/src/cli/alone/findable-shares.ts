/** `--findable` of single commands: others find what they share, by search and by content ID, as long as they run. */
import { KeyPair } from '@shoal/identity'
import type { SignedEntry } from '@shoal/network'
import type { Host } from '@shoal/network/host'
import { delay, systemClock, type TorrentApi, torrentCid } from '@shoal/torrent'
import { describeTorrent } from '../../node/findable/describe-torrent.ts'
import type { View } from '../terminal/view.ts'
import { texts } from '../texts.ts'
import { type JoinedNetwork, joinNetwork, type NetworkOptions } from './join-network.ts'

/** An entry outlives a command that is killed by at most this, and is signed again after half of it. */
const LIFE_SECONDS = 86_400
/** Time to withdraw everything when the command ends. */
const LEAVE_MS = 5000
const LOOK_MS = 1000

export interface FindableSharesOptions extends Omit<NetworkOptions, 'listens'> {
  readonly view: View
}

type Network = typeof import('@shoal/network')

interface Share {
  signed: SignedEntry | null
  readonly published: number
  isTold: boolean
}

/** Publishes shares, signed with a key of this run. */
export class FindableShares {
  readonly #options: FindableSharesOptions
  readonly #pair = KeyPair.generate()
  readonly #shares = new Map<TorrentApi, Share>()
  readonly #abort = new AbortController()
  readonly #running: Promise<void>
  #sequence = 0

  constructor(options: FindableSharesOptions) {
    this.#options = options
    this.#running = this.#run().catch(error => {
      if (!this.#abort.signal.aborted) this.#failed(error)
    })
  }

  /** Private torrents are left out, and reported. */
  add(torrent: TorrentApi): void {
    if (torrent.metainfo!.info.private) return this.#failed(new Error(texts.seed.neverFindable))
    this.#shares.set(torrent, { signed: null, published: nowSeconds(), isTold: false })
  }

  remove(torrent: TorrentApi): void {
    this.#shares.delete(torrent)
  }

  /** Withdraws everything and leaves the network. */
  async close(): Promise<void> {
    this.#shares.clear()
    this.#abort.abort(new Error('The command has ended'))
    await this.#running
  }

  #failed(error: unknown): void {
    const { message } = error as Error
    this.#options.view.tell(texts.seed.findableFailed({ reason: message }), {
      ...{ event: 'not-findable', message },
    })
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    const joined = await joinNetwork({ ...this.#options, listens: true }, signal)
    if (!joined) return
    const network = await import('@shoal/network')
    /** The entries in the network, to withdraw them. */
    const published = new Map<TorrentApi, SignedEntry>()
    try {
      const { libp2p } = joined.host
      this.#options.view.tell('', { event: 'network', addresses: libp2p.getMultiaddrs().map(String) })
      while (!signal.aborted) {
        this.#update(joined, network, published)
        await delay(systemClock, LOOK_MS, signal).catch(() => {})
      }
      const withdrawn = Promise.all(
        Array.from(published, each => this.#withdraw(joined.host, network, ...each)),
      ).catch(() => {})
      const done = new AbortController()
      const limit = delay(systemClock, LEAVE_MS, done.signal).catch(() => {})
      await Promise.race([withdrawn, limit])
      done.abort()
    } finally {
      await joined.leave()
    }
  }

  /** Withdraws what is not shared any more, and publishes what is new or expires. */
  #update({ host }: JoinedNetwork, network: Network, published: Map<TorrentApi, SignedEntry>): void {
    const { publisher } = host.index
    // First: the same content may be shared again.
    for (const [torrent, signed] of published) {
      if (this.#shares.has(torrent)) continue
      published.delete(torrent)
      void this.#withdraw(host, network, torrent, signed).catch(() => {})
    }
    for (const [torrent, share] of this.#shares) {
      const { infoHashes } = torrent
      if (!share.signed || share.signed.entry.expires < nowSeconds() + LIFE_SECONDS / 2) {
        try {
          share.signed = this.#sign(network, torrent, share.published)
        } catch (error) {
          this.#shares.delete(torrent)
          this.#failed(error)
          continue
        }
        publisher.provide(network.contentKeys(infoHashes))
        publisher.publish(share.signed)
        published.set(torrent, share.signed)
      }
      const nodes = publisher.handedOver(share.signed.id)?.nodes ?? 0
      if (share.isTold || nodes === 0) continue
      share.isTold = true
      const cid = torrentCid(infoHashes)
      this.#options.view.tell(texts.seed.findableNow({ name: share.signed.entry.title }), {
        ...{ event: 'findable', cid, nodes, publisher: this.#pair.did },
      })
    }
  }

  #sign({ signEntry }: Network, torrent: TorrentApi, published: number): SignedEntry {
    const { name } = torrent.metainfo!.info
    const totalBytes = torrent.files.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
    const sequence = this.#nextSequence()
    return signEntry(
      {
        ...describeTorrent({ name, label: null, tags: [], totalBytes }, torrent, NO_CHOICES),
        ...{ published, thumbnail: null, sequence, expires: nowSeconds() + LIFE_SECONDS },
      },
      this.#pair,
    )
  }

  async #withdraw(
    { index: { publisher } }: Host,
    { contentKeys, signWithdrawal }: Network,
    { infoHashes }: TorrentApi,
    signed: SignedEntry,
  ): Promise<void> {
    const withdrawal = signWithdrawal(signed.entry, this.#pair, this.#nextSequence())
    await Promise.all([publisher.retract(signed, withdrawal), publisher.withdraw(contentKeys(infoHashes))])
  }

  /** A higher number than before replaces what came before. */
  #nextSequence(): number {
    this.#sequence = Math.max(this.#sequence + 1, nowSeconds())
    return this.#sequence
  }
}

/** The description says what the torrent itself says. */
const NO_CHOICES = { title: null, tags: null, license: null, language: null }

function nowSeconds(): number {
  return Math.floor(systemClock.unixMs() / 1000)
}
