import { type SourceKind, type SourceShare, SWITCHABLE_SOURCES, type SwitchableSource } from '@shoal/api'
import charts from '../../../../shared/charts/charts.module.css'
import layout from '../../../../shared/controls/layout.module.css'
import { notifyError } from '../../../../shared/controls/toasts.ts'
import { formatBytes, formatPercent, formatRate } from '../../../../shared/format/format.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { useNode } from '../../../../shared/node/context.tsx'
import { useDetail, useSources } from '../useLive.ts'
import styles from './sources.module.css'

const say = texts.torrent.sources
const TONES: Readonly<Record<SourceKind, string>> = {
  ...{ tcp: 'down', utp: 'blue', webrtc: 'pink', libp2p: 'violet' },
  ...{ webseed: 'brown', ftp: 'olive', disk: 'green', other: 'gray' },
}

/**
 * Shows the bytes from each kind of source: as bars with a part for each, and as text. Switches
 * kinds off for the torrent.
 */
export function SourcesCard({ id }: { readonly id: string }) {
  const { api } = useNode()
  const detail = useDetail(id)
  const shares = useSources(id).value ?? []
  const given = shares.filter(({ downloadedBytes }) => downloadedBytes > 0)
  const rate = sum(given, 'downloadBytesPerSecond')
  if (!detail.value) return null
  const { sourcesOff } = detail.value
  const change = async (kind: SwitchableSource, isUsed: boolean) => {
    const before = detail.value!
    const others = before.sourcesOff.filter(each => each !== kind)
    const next = isUsed ? others : [...others, kind]
    // Shown at once: a switch that waits for the node feels broken.
    detail.set({ ...before, sourcesOff: next })
    try {
      detail.set(await api.updateTorrent({ id, sourcesOff: next }))
    } catch (error) {
      detail.set(before)
      notifyError(error)
    }
  }
  const kinds: readonly SourceKind[] = [
    ...SWITCHABLE_SOURCES,
    ...given.map(({ kind }) => kind).filter(kind => !isSwitchable(kind)),
  ]
  return (
    <section className={`${layout.card} ${layout.stack3} ${styles.sources}`} aria-labelledby="sources-title">
      <h2 id="sources-title" className={layout.heading}>
        {say.title}
      </h2>
      {given.length > 0 && <Bar name={say.soFar} shares={given} quantity="downloadedBytes" />}
      {rate > 0 && <Bar name={say.now} shares={given} quantity="downloadBytesPerSecond" />}
      <ul className={`${layout.wrap2} ${charts.parts} ${styles.list}`} aria-label={say.title}>
        {kinds.map(kind => {
          const isUsed = !isSwitchable(kind) || !sourcesOff.includes(kind)
          return (
            <li key={kind} data-tone={TONES[kind]}>
              {isSwitchable(kind) ? (
                <label>
                  <input
                    type="checkbox"
                    checked={isUsed}
                    onChange={({ target }) => void change(kind, target.checked)}
                  />
                  {say.kinds[kind]}
                </label>
              ) : (
                <span>{say.kinds[kind]}</span>
              )}
              <Amounts share={shares.find(each => each.kind === kind)} given={given} isUsed={isUsed} />
            </li>
          )
        })}
      </ul>
      <p className={layout.soft}>
        {sourcesOff.length === SWITCHABLE_SOURCES.length ? say.allOff : say.switchHint}
      </p>
    </section>
  )
}

function isSwitchable(kind: SourceKind): kind is SwitchableSource {
  return (SWITCHABLE_SOURCES as readonly SourceKind[]).includes(kind)
}

interface AmountsProps {
  readonly share: SourceShare | undefined
  /** All uploaded bytes, by kind. */
  readonly given: readonly SourceShare[]
  readonly isUsed: boolean
}

function Amounts({ share, given, isUsed }: AmountsProps) {
  const { sources = 0, downloadedBytes = 0, downloadBytesPerSecond = 0 } = share ?? {}
  const state = sources > 0 ? say.connected({ count: sources }) : downloadedBytes > 0 ? say.gone : null
  return (
    <>
      {downloadedBytes > 0 && (
        <>
          <strong>{formatBytes(downloadedBytes)}</strong>
          <span>{formatPercent(downloadedBytes / sum(given, 'downloadedBytes'))}</span>
        </>
      )}
      {downloadBytesPerSecond > 0 && <span>{formatRate(downloadBytesPerSecond)}</span>}
      {isUsed ? state !== null && <small>{state}</small> : <small>{say.off}</small>}
    </>
  )
}

type Quantity = 'downloadedBytes' | 'downloadBytesPerSecond'

function Bar(props: { name: string; shares: readonly SourceShare[]; quantity: Quantity }) {
  const { name, shares, quantity } = props
  return (
    <div className={`${layout.small} ${styles.row}`} aria-hidden="true">
      <span className={layout.soft}>{name}</span>
      <div
        className={`${charts.bar} ${styles.bar}`}
        data-flows={quantity === 'downloadBytesPerSecond' || undefined}
      >
        {shares.map(share => (
          <span
            key={share.kind}
            data-tone={TONES[share.kind]}
            data-empty={share[quantity] === 0 || undefined}
            style={{ flexGrow: share[quantity] }}
          />
        ))}
      </div>
    </div>
  )
}

function sum(shares: readonly SourceShare[], quantity: Quantity): number {
  return shares.reduce((total, share) => total + share[quantity], 0)
}
